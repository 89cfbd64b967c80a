import { expect, suite, test } from "vitest";
import {
  denseOperator,
  eigenpairs,
  type EigenpairFound,
  type SymmetricOperator,
} from "../../src/measure/index.ts";
import { dot, type FloatArray, norm } from "../../src/numeric/index.ts";
import { fillNormal, stream, substream } from "../../src/random/index.ts";
import { diagonal, matrices, range, rotated, spectrum } from "./spectra-matrices.ts";

const draws = stream("5", "eigenpairs");

/** Values as expected, residuals as stated and small, vectors orthonormal. */
function expectPairs(
  a: Float64Array,
  pairs: readonly EigenpairFound[],
  values: readonly number[],
  key = (x: number) => x,
): void {
  const n = Math.sqrt(a.length);
  const size = Math.max(...spectrum(a).map(Math.abs));
  expect(pairs.length).toBe(values.length);
  pairs.forEach(({ value, vector, residual, status }, i) => {
    // Eigenvalues of one size and two signs may come in either order.
    expect(Math.abs(key(value) - key(values[i]))).toBeLessThanOrEqual(1e-9 * size);
    const r = Float64Array.from({ length: n }, (_, k) => -value * vector[k]);
    for (let k = 0; k < n; k++) r[k] += dot(a.subarray(k * n, (k + 1) * n), vector);
    expect(norm(r)).toBeLessThanOrEqual(1e-7 * size);
    expect(Math.abs(norm(r) - residual)).toBeLessThanOrEqual(1e-9 * size);
    expect(status).toBe("converged");
    for (let j = 0; j <= i; j++)
      expect(Math.abs(dot(vector, pairs[j].vector) - (i === j ? 1 : 0))).toBeLessThan(1e-7);
  });
}

suite.each(matrices)("eigenpairs of $name", ({ a }) => {
  const n = Math.sqrt(a.length);
  const exact = spectrum(a);

  test.each([1, 2, 3])("both ends at once by blocks of %i", async (block) => {
    const operator = denseOperator(a, n);
    const [top, bottom] = [Math.min(4, n), Math.min(2, n)];
    const options = { top, bottom, tolerance: 1e-8, basis: 20, block };
    const result = await eigenpairs(operator, draws, options);
    expect([result.status, operator.products]).toEqual(["converged", result.products]);
    expectPairs(a, result.top, exact.toReversed().slice(0, top));
    expectPairs(a, result.bottom, exact.slice(0, bottom));
  });

  test("first by size, and bottom beside it", async () => {
    const options = {
      top: Math.min(3, n),
      bottom: 1,
      which: "magnitude",
      tolerance: 1e-8,
    } as const;
    const result = await eigenpairs(denseOperator(a, n), draws, options);
    const bySize = exact.toSorted((x, y) => Math.abs(y) - Math.abs(x));
    expectPairs(a, result.top, bySize.slice(0, options.top), Math.abs);
    expectPairs(a, result.bottom, exact.slice(0, 1));
  });

  test("all of them, from either end", async () => {
    const tolerance = 1e-8;
    const down = await eigenpairs(denseOperator(a, n), draws, { top: n, tolerance });
    expectPairs(a, down.top, exact.toReversed());
    const up = await eigenpairs(denseOperator(a, n), draws, { top: 0, bottom: n, tolerance });
    expectPairs(a, up.bottom, exact);
  });
});

suite("eigenpairs", () => {
  const first = (values: readonly EigenpairFound[]) => values.map(({ value }) => value);

  test("tells the largest from the largest in size", async () => {
    const operator = denseOperator(diagonal([-5, -1, 2]), 3);
    const { top, bottom } = await eigenpairs(operator, draws, { top: 1, bottom: 1 });
    expect(first(top)[0]).toBeCloseTo(2, 12);
    expect(first(bottom)[0]).toBeCloseTo(-5, 12);
    const size = await eigenpairs(operator, draws, { which: "magnitude" });
    expect(first(size.top)[0]).toBeCloseTo(-5, 12);
  });

  test("never loses an eigenvalue through a crossing, warm from the vectors before", async () => {
    let starts: FloatArray[] = [];
    let [warmProducts, coldProducts] = [0, 0];
    for (let t = 0; t <= 2; t += 0.1) {
      const crossing = [5 - t, 3 + t, 2.9, -1 - t, -3 + t];
      const a = rotated([...crossing, ...range(1, 120).map((i) => Math.cos(i) / 2)]);
      const options = { top: 2, bottom: 1, tolerance: 1e-5 };
      const cold = await eigenpairs(denseOperator(a, 125), draws, options);
      const warm = await eigenpairs(denseOperator(a, 125), draws, { ...options, starts });
      const sorted = crossing.toSorted((x, y) => y - x);
      for (const { top, bottom } of [cold, warm]) {
        expect(Math.abs(first(top)[0] - sorted[0])).toBeLessThan(1e-8);
        expect(Math.abs(first(top)[1] - sorted[1])).toBeLessThan(1e-8);
        expect(Math.abs(first(bottom)[0] - sorted[4])).toBeLessThan(1e-8);
      }
      starts = [...warm.top, ...warm.bottom].map(({ vector }) => vector);
      warmProducts += warm.products;
      coldProducts += cold.products;
    }
    expect(warmProducts).toBeLessThan(coldProducts);
  });

  test("starts that span an invariant space are not blind to the rest", async () => {
    const values = [1, 2, 7, ...Array<number>(30).fill(0.5)];
    const operator = denseOperator(diagonal(values), 33);
    const starts = [0, 1].map((k) =>
      Float64Array.from({ length: 33 }, (_, i) => (i === k ? 1 : 0)),
    );
    const { top } = await eigenpairs(operator, draws, { top: 2, starts });
    expect(first(top)[0]).toBeCloseTo(7, 9);
    expect(first(top)[1]).toBeCloseTo(2, 9);
  });

  test("finds many, through restarts, with few products", async () => {
    const values = range(1, 400).map((i) => i ** -1);
    const [top, bottom] = [90, 3];
    const found = await eigenpairs(denseOperator(diagonal(values), 400), draws, {
      top,
      bottom,
      basis: 190,
      tolerance: 1e-8,
    });
    expect(found.status).toBe("converged");
    found.top.forEach(({ value }, k) => expect(value).toBeCloseTo(values[k], 10));
    found.bottom.forEach(({ value }, k) => expect(value).toBeCloseTo(values[399 - k], 10));
    expect(found.products).toBeLessThan(900);
  });

  test("takes starts that depend on each other, and zero", async () => {
    const a = rotated(range(1, 20));
    const v = new Float64Array(20);
    fillNormal(substream(draws, "start"), 0, v);
    const starts = [v, v.map((x) => 2 * x), new Float64Array(20)];
    const { top, status } = await eigenpairs(denseOperator(a, 20), draws, {
      starts,
      tolerance: 1e-7,
    });
    expect([status, Math.round(1e8 * first(top)[0])]).toEqual(["converged", 20e8]);
  });

  test("uses products by blocks where the operator has them, with the same result", async () => {
    const a = rotated(range(1, 50));
    const plain = denseOperator(a, 50);
    let calls = 0;
    const blocked = {
      ...denseOperator(a, 50),
      applyBlock: async (vectors: readonly FloatArray[], outs: readonly FloatArray[]) => {
        calls++;
        for (const [k, v] of vectors.entries()) await plain.apply(v, outs[k]);
      },
    };
    const options = { top: 3, block: 4 };
    const result = await eigenpairs(blocked, draws, options);
    expect(result).toEqual(await eigenpairs(denseOperator(a, 50), draws, options));
    expect(calls).toBeGreaterThan(4);
    expect(calls).toBeLessThan(result.products);
  });

  test("in float32 values are right to 1e-6 of the norm", async () => {
    const a = rotated(range(1, 80));
    const operator = denseOperator(a, 80, "float32");
    const { top, bottom } = await eigenpairs(operator, draws, {
      top: 3,
      bottom: 3,
      tolerance: 1e-4,
    });
    expect(top[0].vector).toBeInstanceOf(Float32Array);
    first(top).forEach((value, i) => expect(Math.abs(value - 80 + i)).toBeLessThan(8e-5));
    first(bottom).forEach((value, i) => expect(Math.abs(value - 1 - i)).toBeLessThan(8e-5));
  });

  test("says so when products run out, pair by pair", async () => {
    const a = rotated([9, ...range(1, 99).map((i) => i / 60)]);
    const options = { top: 2, bottom: 1, tolerance: 1e-9, maxProducts: 25 };
    const result = await eigenpairs(denseOperator(a, 100), draws, options);
    expect([result.status, result.products]).toEqual(["max-iterations", 25]);
    expect(result.top.map(({ status }) => status)).toEqual(["converged", "max-iterations"]);
    const exact = spectrum(a);
    for (const { value, residual } of [...result.top, ...result.bottom])
      expect(Math.min(...exact.map((x) => Math.abs(x - value)))).toBeLessThanOrEqual(
        residual + 1e-12,
      );
  });

  test("hands back what is not finite as a status", async () => {
    const broken: SymmetricOperator = {
      name: "broken",
      dim: 3,
      dtype: "float64",
      products: 0,
      apply: (_, out) => Promise.resolve(void out.fill(NaN)),
    };
    expect(await eigenpairs(broken, draws, { bottom: 1 })).toEqual({
      top: [],
      bottom: [],
      status: "not-finite",
      products: 1,
    });
  });

  test("refuses what makes no sense", async () => {
    const operator = denseOperator(diagonal([1, 2]), 2);
    for (const [options, message] of [
      [{ top: 3 }, "top must be from 0 to the dimension 2, got 3"],
      [{ bottom: -1 }, "bottom must be from 0 to the dimension 2, got -1"],
      [{ top: 0 }, "top and bottom must not both be 0"],
      [{ block: 0 }, "block must be a positive integer, got 0"],
      [{ tolerance: 1 }, "tolerance must be in (0, 1), got 1"],
      [{ starts: [new Float64Array(3)] }, "starts[0] must have 2 numbers, got 3"],
    ] as const)
      await expect(eigenpairs(operator, draws, options)).rejects.toThrow(new RangeError(message));
  });
});
