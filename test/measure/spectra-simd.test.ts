// Krylov bases long enough for the SIMD loops, against spectra in closed form.
import { expect, suite, test } from "vitest";
import {
  eigenpairs,
  lanczos,
  lanczosTridiagonal,
  spectralQuadrature,
  type SymmetricOperator,
} from "../../src/measure/index.ts";
import { dot } from "../../src/numeric/index.ts";
import { stream } from "../../src/random/index.ts";

const dim = 3001;
const values = Float64Array.from({ length: dim }, (_, i) => (i < 5 ? 10 - i : Math.cos(i)));

function operatorOf(dtype: "float32" | "float64"): SymmetricOperator {
  let products = 0;
  return {
    name: "diagonal",
    dim,
    dtype,
    get products() {
      return products;
    },
    apply(v, out) {
      products++;
      for (let i = 0; i < dim; i++) out[i] = values[i] * v[i];
      return Promise.resolve();
    },
  };
}

suite.each([
  ["float32", 2e-5],
  ["float64", 1e-9],
] as const)("long vectors of %s", (dtype, bound) => {
  const operator = operatorOf(dtype);
  const draws = stream("6", "long vectors");

  test("eigenpairs and lanczos find the first values through restarts and locking", async () => {
    const tolerance = dtype === "float32" ? 1e-4 : 1e-6;
    const { top, status } = await eigenpairs(operator, draws, { top: 5, tolerance, basis: 20 });
    const { pairs } = await lanczos(operator, draws, { count: 5, tolerance, basis: 20 });
    expect(status).toBe("converged");
    for (const found of [top, pairs])
      found.forEach(({ value, vector }, k) => {
        expect(Math.abs(value - (10 - k))).toBeLessThan(bound);
        expect(Math.abs(vector[k])).toBeGreaterThan(1 - 1e-6);
        expect(vector.buffer.byteLength).toBe(vector.byteLength); // its own, not a view of the space
      });
  });

  test("bases are orthonormal and nodes lie within the spectrum", async () => {
    const start = new Float32Array(dim).fill(1);
    const { basis } = await lanczosTridiagonal(operator, start, 25);
    const orthonormal = dtype === "float32" ? 1e-6 : 1e-13;
    basis.forEach((u, i) =>
      basis.forEach((v, j) =>
        expect(Math.abs(dot(u, v) - (i === j ? 1 : 0))).toBeLessThan(orthonormal),
      ),
    );
    const { probes } = await spectralQuadrature(operator, draws, { probes: 2, steps: 25 });
    for (const { nodes } of probes) {
      expect(nodes[0]).toBeGreaterThan(-1 - bound);
      expect(Math.abs(nodes[nodes.length - 1] - 10)).toBeLessThan(bound);
    }
  });
});
