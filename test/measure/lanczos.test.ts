import { expect, suite, test } from "vitest";
import {
  denseOperator,
  lanczos,
  lanczosTridiagonal,
  type SpectrumEnd,
  type SymmetricOperator,
} from "../../src/measure/index.ts";
import { dot, norm, tridiagonalEigen } from "../../src/numeric/index.ts";
import { fillNormal, stream, substream } from "../../src/random/index.ts";
import { diagonal, matrices, range, rotated, spectrum, wishart } from "./spectra-matrices.ts";

const draws = stream("3", "lanczos");

const keys: Record<SpectrumEnd, (x: number) => number> = {
  algebraic: (x) => x,
  magnitude: Math.abs,
  smallest: (x) => -x,
};

suite.each(matrices)("lanczos on $name", ({ a }) => {
  const n = Math.sqrt(a.length);
  const exact = spectrum(a);
  const size = Math.max(...exact.map(Math.abs));

  test.each(["algebraic", "magnitude", "smallest"] as const)(
    "finds the first eigenpairs, %s, with orthonormal vectors and honest residuals",
    async (which) => {
      const operator = denseOperator(a, n);
      const count = Math.min(4, n);
      const options = { count, which, tolerance: 1e-8, basis: 20 };
      const { pairs, status, products } = await lanczos(operator, draws, options);
      expect([status, operator.products]).toEqual(["converged", products]);
      const key = keys[which];
      const first = exact.toSorted((x, y) => key(y) - key(x)).slice(0, count);
      pairs.forEach(({ value, vector, residual }, i) => {
        // Eigenvalues of one size and two signs may come in either order.
        expect(Math.abs(key(value) - key(first[i]))).toBeLessThanOrEqual(1e-9 * size);
        const r = new Float64Array(n);
        for (let k = 0; k < n; k++)
          r[k] = dot(a.subarray(k * n, (k + 1) * n), vector) - value * vector[k];
        expect(norm(r)).toBeLessThanOrEqual(1e-7 * size);
        expect(Math.abs(norm(r) - residual)).toBeLessThanOrEqual(1e-9 * size);
        for (let j = 0; j <= i; j++)
          expect(Math.abs(dot(vector, pairs[j].vector) - (i === j ? 1 : 0))).toBeLessThan(1e-7);
      });
    },
  );

  test("finds all eigenvalues", async () => {
    const { pairs } = await lanczos(denseOperator(a, n), draws, { count: n, tolerance: 1e-8 });
    const values = pairs.map(({ value }) => value);
    exact
      .toSorted((x, y) => y - x)
      .forEach((value, i) => expect(Math.abs(values[i] - value)).toBeLessThanOrEqual(1e-9 * size));
  });

  test("takes float32 vectors", async () => {
    const { pairs } = await lanczos(denseOperator(a, n, "float32"), draws, { tolerance: 1e-4 });
    expect(pairs[0].vector).toBeInstanceOf(Float32Array);
    expect(Math.abs(pairs[0].value - Math.max(...exact))).toBeLessThanOrEqual(1e-5 * size);
  });
});

suite("lanczos", () => {
  test("tells the largest from the largest in size", async () => {
    const operator = denseOperator(diagonal([-5, -1, 2]), 3);
    const top = await lanczos(operator, draws);
    const size = await lanczos(operator, draws, { which: "magnitude" });
    expect(top.pairs[0].value).toBeCloseTo(2, 12);
    expect(size.pairs[0].value).toBeCloseTo(-5, 12);
  });

  test("restarts within a small basis", async () => {
    const a = rotated(range(1, 120).map((i) => i / 120));
    const operator = denseOperator(a, 120);
    const options = { tolerance: 1e-6, count: 2, basis: 12 };
    const { pairs, status, products } = await lanczos(operator, draws, options);
    expect(status).toBe("converged");
    expect(products).toBeGreaterThan(24);
    expect(pairs[0].value).toBeCloseTo(1, 9);
    expect(pairs[1].value).toBeCloseTo(119 / 120, 9);
  });

  test("never loses the largest eigenvalue through a crossing, warm from the last vector", async () => {
    let warm: Float64Array | undefined;
    let [warmProducts, coldProducts] = [0, 0];
    for (let t = 0; t <= 2; t += 0.1) {
      const values = [5 - t, 3 + t, ...range(1, 78).map((i) => Math.cos(i))];
      const operator = denseOperator(rotated(values), 80);
      const cold = await lanczos(operator, draws, { tolerance: 1e-5 });
      const next = await lanczos(operator, draws, { tolerance: 1e-5, start: warm });
      const truth = Math.max(5 - t, 3 + t);
      expect(Math.abs(next.pairs[0].value - truth)).toBeLessThan(1e-8);
      expect(next.pairs[0].value).toBeGreaterThan(cold.pairs[0].value - 1e-8);
      warm = next.pairs[0].vector as Float64Array;
      warmProducts += next.products;
      coldProducts += cold.products;
    }
    expect(warmProducts).toBeLessThan(coldProducts);
  });

  test("without verification a start that is an eigenvector is blind, with it it is not", async () => {
    const operator = denseOperator(diagonal([1, 7, ...Array<number>(30).fill(0.5)]), 32);
    const start = Float64Array.from({ length: 32 }, (_, i) => (i === 0 ? 1 : 0));
    const blind = await lanczos(operator, draws, { start, verify: false });
    expect(blind.pairs[0].value).toBe(1);
    const seeing = await lanczos(operator, draws, { start });
    expect(seeing.pairs[0].value).toBeCloseTo(7, 9);
    expect(seeing.startValue).toBe(1);
  });

  test("is never below the start's Rayleigh quotient", async () => {
    for (let i = 0; i < 40; i++) {
      const start = new Float64Array(60);
      fillNormal(substream(draws, i), 0, start);
      const operator = denseOperator(matrices[9].a, 60);
      const { pairs, startValue } = await lanczos(operator, draws, { start, tolerance: 0.3 });
      expect(pairs[0].value).toBeGreaterThanOrEqual(startValue!);
    }
  });

  test("says so when products run out, with what it has", async () => {
    const operator = denseOperator(rotated(range(1, 60).map((i) => i / 60)), 60);
    const result = await lanczos(operator, draws, { tolerance: 1e-9, maxProducts: 7 });
    expect([result.status, result.products]).toEqual(["max-iterations", 7]);
    expect(result.pairs[0].residual).toBeGreaterThan(1e-9);
    const nearest = Math.min(...range(1, 60).map((i) => Math.abs(result.pairs[0].value - i / 60)));
    expect(nearest).toBeLessThanOrEqual(result.pairs[0].residual);
  });

  test("hands back what is not finite as a status", async () => {
    const broken: SymmetricOperator = {
      name: "broken",
      dim: 3,
      dtype: "float64",
      products: 0,
      apply: (_, out) => Promise.resolve(void out.fill(NaN)),
    };
    expect(await lanczos(broken, draws)).toEqual({ pairs: [], status: "not-finite", products: 1 });
  });

  test("refuses what makes no sense", async () => {
    const operator = denseOperator(diagonal([1, 2]), 2);
    await expect(lanczos(operator, draws, { count: 3 })).rejects.toThrow(
      "count must be from 1 to the dimension 2, got 3",
    );
    await expect(lanczos(operator, draws, { tolerance: 0 })).rejects.toThrow(
      "tolerance must be in (0, 1), got 0",
    );
    await expect(lanczos(operator, draws, { start: new Float64Array(3) })).rejects.toThrow(
      "start must have 2 numbers, got 3",
    );
    await expect(lanczosTridiagonal(operator, new Float64Array(2), 2)).rejects.toThrow(
      "a start vector must be finite and not zero, got norm 0",
    );
    expect(() => denseOperator([1, 2], 2)).toThrow("a matrix of 2 rows must hold 4 numbers, got 2");
  });
});

suite("lanczosTridiagonal", () => {
  test("integrates xᵖ, p ≤ 2m − 1, against the start's spectral measure, and has an orthonormal basis", async () => {
    const a = wishart(60, 90);
    const start = new Float64Array(60);
    fillNormal(draws, 0, start);
    const m = 5;
    const { alpha, beta, basis } = await lanczosTridiagonal(denseOperator(a, 60), start, m);
    const { values, first } = tridiagonalEigen(alpha, beta.subarray(0, m - 1), {
      vectors: "first-and-last",
    });
    let power = start.map((x) => x / norm(start));
    const q = power;
    for (let p = 0; p <= 2 * m - 1; p++) {
      const moment = values.reduce((sum, x, i) => sum + first[i] ** 2 * x ** p, 0);
      expect(moment / dot(q, power)).toBeCloseTo(1, 10);
      power = power.map((_, i) => dot(a.subarray(i * 60, (i + 1) * 60), power));
    }
    basis.forEach((u, i) =>
      basis.forEach((v, j) => expect(dot(u, v)).toBeCloseTo(i === j ? 1 : 0, 12)),
    );
  });

  test("ends where the Krylov space is exhausted", async () => {
    const operator = denseOperator(rotated([3, 3, 2, 2, 2, 1]), 6);
    const start = Float64Array.of(1, 2, 3, 4, 5, 6);
    const { alpha, beta } = await lanczosTridiagonal(operator, start, 6);
    expect(alpha.length).toBe(3);
    expect(beta[2]).toBeLessThan(1e-13);
  });
});
