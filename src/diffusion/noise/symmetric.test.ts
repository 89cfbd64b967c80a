import { expect, test } from "vitest";
import { add, div, input, jvp, mul, scalar, square, sqrt, type Tensor } from "../../graph/index.ts";
import { scalarFunction } from "../../kernel/index.ts";
import { symmetricEigen } from "../../numeric/index.ts";
import { fillNormal, stream } from "../../random/index.ts";
import { matrixFunction, type SpectralFunction, symmetricEigenGraph } from "./symmetric.ts";

const root: SpectralFunction = {
  value: (x) => sqrt(sqrt(add(square(x), 0.01))),
  divided: (a, b, fa, fb) => div(add(a, b), mul(add(fa, fb), add(square(fa), square(fb)))),
};
const scalarRoot = (x: number) => (x * x + 0.01) ** 0.25;

/** A symmetric matrix of normals. */
function symmetric(n: number, index: number): Float64Array {
  const z = new Float64Array(n * n);
  fillNormal(stream("5", "symmetric"), index * 64, z);
  return z.map((_, at) => (z[at] + z[(at % n) * n + Math.floor(at / n)]) / 2);
}

/** I − 2uuᵀ: all eigenvalues equal but one. */
function reflection(n: number): Float64Array {
  const u = new Float64Array(n);
  fillNormal(stream("5", "reflection"), 0, u);
  const size = Math.hypot(...u);
  return Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return (i === j ? 1 : 0) - (2 * u[i] * u[j]) / size ** 2;
  });
}

function dense(a: Float64Array, n: number, f: (x: number) => number): number[] {
  const { values, vectors } = symmetricEigen(a, n);
  return Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    let sum = 0;
    for (let k = 0; k < n; k++) sum += f(values[k]) * vectors[k * n + i] * vectors[k * n + j];
    return sum;
  });
}

const matrixOf = (n: number): Tensor[][] =>
  Array.from({ length: n }, () => Array.from({ length: n }, () => input([], "float64")));
/** With one variable for an entry and its mirror image. */
const mirror = (m: Tensor[][]) => m.map((row, i) => row.map((_, j) => m[Math.min(i, j)][Math.max(i, j)])); // prettier-ignore

test.each([1, 2, 3, 4, 5, 6])(
  "f of a matrix of %i rows agrees with the dense one to 2e-13",
  (n) => {
    const variables = matrixOf(n);
    const f = scalarFunction(variables.flat(), matrixFunction(mirror(variables), root).flat());
    const out = new Float64Array(n * n);
    for (const a of [0, 1, 2, 3, 4].map((i) => symmetric(n, i)).concat([reflection(n)])) {
      f(a, out);
      const expected = dense(a, n, scalarRoot);
      out.forEach((x, i) => expect(Math.abs(x - expected[i])).toBeLessThan(2e-13));
    }
  },
);

test("of two coordinates one rotation is exact, of six six rounds leave 1e-14", () => {
  for (const n of [2, 3, 6]) {
    const variables = matrixOf(n);
    const { values, vectors } = symmetricEigenGraph(mirror(variables));
    const f = scalarFunction(variables.flat(), [...values, ...vectors.flat()]);
    const out = new Float64Array(n + n * n);
    for (const index of [0, 1, 2, 3]) {
      const a = symmetric(n, index);
      f(a, out);
      const largest = Math.max(...out.subarray(0, n).map(Math.abs));
      for (let k = 0; k < n; k++)
        for (let i = 0; i < n; i++) {
          let row = 0;
          for (let j = 0; j < n; j++) row += a[i * n + j] * out[n + j * n + k];
          expect(Math.abs(row - out[k] * out[n + i * n + k])).toBeLessThan(1e-14 * largest * n);
        }
    }
  }
});

test("the eigenvalues of the zero matrix are 0 and its vectors the axes", () => {
  const variables = matrixOf(3);
  const { values, vectors } = symmetricEigenGraph(mirror(variables));
  const out = new Float64Array(12);
  scalarFunction(variables.flat(), [...values, ...vectors.flat()])(new Float64Array(9), out);
  expect([...out]).toEqual([0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1]);
});

test("the derivative along a direction agrees with the central difference", () => {
  const n = 3;
  const variables = matrixOf(n);
  const flat = variables.flat();
  const at = (entries: readonly Tensor[]) => {
    const m = Array.from({ length: n }, (_, i) => entries.slice(i * n, i * n + n));
    return matrixFunction(mirror(m), root).flat();
  };
  const direction = symmetric(n, 9);
  const moved = jvp(at, [flat], [Array.from(direction, (d) => scalar(d, "float64"))])[1];
  const value = scalarFunction(flat, at(flat));
  const derivative = scalarFunction(flat, moved);
  const a = symmetric(n, 2);
  const [slope, up, down] = [0, 1, 2].map(() => new Float64Array(n * n));
  derivative(a, slope);
  const h = 1e-5;
  value(a.map((x, i) => x + h * direction[i]), up); // prettier-ignore
  value(a.map((x, i) => x - h * direction[i]), down); // prettier-ignore
  slope.forEach((s, i) => expect(s).toBeCloseTo((up[i] - down[i]) / (2 * h), 8));
});

test("seven coordinates are refused unless the matrix is diagonal", () => {
  const variables = matrixOf(7);
  expect(() => matrixFunction(variables, root)).toThrow(
    "a function of a matrix takes at most 6 coordinates, or a diagonal matrix, got 7",
  );
  const zero = scalar(0, "float64");
  const diagonal = variables.map((row, i) => row.map((x, j) => (i === j ? x : zero)));
  const out = new Float64Array(49);
  scalarFunction(variables.flat(), matrixFunction(diagonal, root).flat())(
    new Float64Array(49).fill(3),
    out,
  );
  expect(out[8]).toBeCloseTo(scalarRoot(3), 15);
  expect(out[1]).toBe(0);
});
