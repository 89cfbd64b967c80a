import { Matrix, determinant as peerDeterminant, solve as peerSolve } from "ml-matrix";
import { expect, suite, test } from "vitest";
import { fillNormal, stream } from "../random/index.ts";
import {
  axpy,
  cholesky,
  determinant,
  dot,
  lu,
  matmul,
  matvec,
  norm,
  scale,
  solve,
  solveCholesky,
  squaredNorm,
  transpose,
} from "./index.ts";

const source = stream("21", "vectors");

suite.each([Float32Array, Float64Array])("vectors in %o", (Kind) => {
  test.each([0, 1, 3, 4, 5, 8, 1001])("of length %i agree with plain sums", (n) => {
    const x = new Kind(n);
    const y = new Kind(n);
    fillNormal(source, 0, x);
    fillNormal(source, n, y);
    const plain = Array.from(x).reduce((sum, value, i) => sum + value * y[i], 0);
    expect(Math.abs(dot(x, y) - plain)).toBeLessThan(1e-14 * (n + 1));
    expect(norm(x)).toBeCloseTo(Math.hypot(...x), 12);
    expect(squaredNorm(x)).toBe(dot(x, x));
    const expected = Kind.from(Array.from(y, (value, i) => value - 0.75 * x[i]));
    axpy(-0.75, x, y);
    expect([...y]).toEqual([...expected]);
    const doubled = Kind.from(Array.from(x, (value) => 2 * value));
    scale(2, x);
    expect([...x]).toEqual([...doubled]);
  });
});

suite("vectors", () => {
  test("sum float32 values in float64", () => {
    const x = new Float32Array(1 << 20).fill(Math.fround(0.1));
    const exact = Math.fround(0.1) * 2 ** 20;
    expect(Math.abs(dot(x, new Float32Array(1 << 20).fill(1)) / exact - 1)).toBeLessThan(1e-12);
  });

  test("refuse lengths that differ", () => {
    const message = "vectors must have one length, got 2 and 3";
    expect(() => dot(new Float64Array(2), new Float64Array(3))).toThrow(new RangeError(message));
    expect(() => axpy(1, new Float32Array(2), new Float32Array(3))).toThrow(message);
  });
});

suite("matrices", () => {
  test("multiply as ml-matrix does, in any shape", () => {
    for (const [m, k, n] of [
      [1, 1, 1],
      [3, 4, 5],
      [7, 1, 2],
      [2, 9, 1],
      [3, 0, 2],
    ] as const) {
      const a = normals(m * k);
      const b = normals(k * n);
      const c = matmul(a, b, m, k, n);
      if (k === 0) expect([...c]).toEqual(Array(m * n).fill(0));
      else
        expectClose(
          c,
          matrix(m, k, a)
            .mmul(matrix(k, n, b))
            .to1DArray(),
          1e-14,
        );
    }
    const a = normals(6);
    expect([...matvec(a, Float64Array.of(1, 0, 0), 2, 3)]).toEqual([a[0], a[3]]);
    expect([...transpose(transpose(a, 2, 3), 3, 2)]).toEqual([...a]);
  });

  test.each([1, 2, 5, 20, 50])("solve as ml-matrix does at n = %i", (n) => {
    const a = normals(n * n);
    const b = normals(n * 3);
    expectClose(solve(a, b, n, 3), peerSolve(matrix(n, n, a), matrix(n, 3, b)).to1DArray(), 1e-9);
    const det = peerDeterminant(matrix(n, n, a));
    expect(Math.abs(determinant(lu(a, n)) / det - 1)).toBeLessThan(1e-10);
    const gram = matmul(transpose(a, n, n), a, n, n, n);
    for (let i = 0; i < n; i++) gram[i * n + i] += 1;
    const x = solveCholesky(gram, b, n, 3);
    expectClose(matmul(gram, x, n, n, 3), [...b], 1e-10);
    const l = cholesky(gram, n);
    expectClose(matmul(l, transpose(l, n, n), n, n, n), [...gram], 1e-11);
    for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) expect(l[i * n + j]).toBe(0);
  });

  test("pivot where the corner is zero", () => {
    expect([...solve(Float64Array.of(0, 1, 1, 0), Float64Array.of(3, 4), 2)]).toEqual([4, 3]);
    expect(determinant(lu(Float64Array.of(0, 1, 1, 0), 2))).toBe(-1);
  });

  test("refuse what has no answer", () => {
    expect(() => solve(Float64Array.of(1, 2, 2, 4), Float64Array.of(1, 1), 2)).toThrow(
      new RangeError("a must be invertible, got pivot 0 in column 1"),
    );
    expect(() => cholesky(Float64Array.of(1, 2, 2, 1), 2)).toThrow(
      new RangeError("a must be positive definite for Cholesky, got pivot -3 at 1"),
    );
    expect(() => matmul(new Float64Array(5), new Float64Array(6), 2, 3, 2)).toThrow(
      new RangeError("a must hold 2 × 3 = 6 values, got 5"),
    );
    expect(() => solve(Float64Array.of(1, 0, 0, Infinity), Float64Array.of(1, 1), 2)).toThrow(
      "a must be finite, got Infinity at 3",
    );
  });
});

function normals(n: number): Float64Array {
  const out = new Float64Array(n);
  fillNormal(source, 10_000 + n, out);
  return out;
}

function matrix(rows: number, columns: number, values: Float64Array): Matrix {
  return Matrix.from1DArray(rows, columns, values);
}

function expectClose(actual: Float64Array, expected: number[], bound: number) {
  const scale = Math.max(1, ...expected.map(Math.abs));
  expect(actual.length).toBe(expected.length);
  actual.forEach((x, i) => expect(Math.abs(x - expected[i])).toBeLessThan(bound * scale));
}
