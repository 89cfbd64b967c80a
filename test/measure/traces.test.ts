import { expect, suite, test } from "vitest";
import {
  denseOperator,
  estimateDiagonal,
  exactSums,
  frobeniusNorm,
  hutchinsonTrace,
  hutchPlusPlus,
  hutchPlusPlusValues,
  probeVector,
  skewedMeanEstimate,
  type SymmetricOperator,
  xtrace,
  xtraceValues,
} from "../../src/measure/index.ts";
import { dot, type FloatArray } from "../../src/numeric/index.ts";
import { stream, substream } from "../../src/random/index.ts";
import { diagonal, range, rotated, wishart } from "./spectra-matrices.ts";

const draws = stream("7", "traces");
const fixed = (n: number) => ({ relativeStderr: 0, minSamples: n, maxSamples: n });
const traceOf = (a: Float64Array) => {
  const n = Math.sqrt(a.length);
  return range(0, n - 1).reduce((sum, i) => sum + a[i * n + i], 0);
};

const estimators = [
  { name: "hutchinsonTrace", estimate: hutchinsonTrace },
  { name: "hutchPlusPlus", estimate: hutchPlusPlus },
  { name: "xtrace", estimate: xtrace },
] as const;

suite.each(estimators)("$name", ({ estimate }) => {
  test.each(["rademacher", "normal"] as const)(
    "is within four standard errors of the trace, with %s probes",
    async (distribution) => {
      const a = rotated([9, 5, -2, ...range(1, 60).map((i) => 1 / i)]);
      const result = await estimate(denseOperator(a, 63), draws, { ...fixed(30), distribution });
      expect(Math.abs(result.value - traceOf(a))).toBeLessThan(4 * result.stderr);
      expect(result).toMatchObject({ samples: 30, level: 0.95, seed: "7", status: "max-samples" });
      expect(result.method).toContain(distribution);
      expect(result.low).toBeLessThan(result.value);
      expect(result.high).toBeGreaterThan(result.value);
    },
  );

  test("stops at the relative standard error that is asked, and counts its products", async () => {
    const a = rotated([9, 5, ...range(1, 98).map((i) => 1 / i)]);
    const operator = denseOperator(a, 100);
    const options = { relativeStderr: 0.05, minSamples: 10, maxSamples: 2000 };
    const result = await estimate(operator, draws, options);
    expect(result.status).toBe("converged");
    expect(result.stderr).toBeLessThanOrEqual(0.05 * result.value);
    expect(result.products).toBe(operator.products);
  });

  test("does not depend on the block", async () => {
    const operator = denseOperator(wishart(40, 60), 40);
    const one = await estimate(operator, draws, { ...fixed(12), block: 1 });
    const five = await estimate(operator, draws, { ...fixed(12), block: 5 });
    expect(five.value / one.value).toBeCloseTo(1, 12);
    expect(five.stderr / one.stderr).toBeCloseTo(1, 9);
  });

  test("has no error for a multiple of the identity", async () => {
    const operator = denseOperator(diagonal(Array<number>(20).fill(2.5)), 20);
    const distribution = estimate === hutchinsonTrace ? "rademacher" : "normal";
    const result = await estimate(operator, draws, { minSamples: 4, distribution });
    expect(result.value).toBeCloseTo(50, 10);
    expect(result.high - result.low).toBeLessThan(1e-10);
    expect(result.status).toBe("converged");
  });

  test("takes float32, and hands back what is not finite", async () => {
    const a = wishart(40, 60);
    const single = await estimate(denseOperator(a, 40, "float32"), draws, fixed(12));
    const double = await estimate(denseOperator(a, 40), draws, fixed(12));
    expect(single.value / double.value).toBeCloseTo(1, 5);
    const broken: SymmetricOperator = {
      name: "broken",
      dim: 30,
      dtype: "float64",
      products: 0,
      apply: (_, out) => Promise.resolve(void out.fill(NaN)),
    };
    const result = await estimate(broken, draws, fixed(4));
    expect([result.status, result.value]).toEqual(["not-finite", NaN]);
  });

  test("refuses what makes no sense", async () => {
    const operator = denseOperator(diagonal([1, 2]), 2);
    await expect(async () => estimate(operator, draws, { minSamples: 1 })).rejects.toThrow(
      new RangeError("minSamples must be at least 2 to give an error bar, got 1"),
    );
    await expect(async () => estimate(operator, draws, { block: 0 })).rejects.toThrow(
      new RangeError("block must be a positive integer, got 0"),
    );
  });
});

suite("hutchinsonTrace", () => {
  test("is exact with signs where the matrix is diagonal, with an interval of no width", async () => {
    const operator = denseOperator(diagonal(range(1, 10)), 10);
    expect(await hutchinsonTrace(operator, draws, { minSamples: 2 })).toMatchObject({
      value: 55,
      stderr: 0,
      low: 55,
      high: 55,
      samples: 2,
      status: "converged",
    });
  });

  test("has the variance of its formula", async () => {
    const a = wishart(12, 20);
    const operator = denseOperator(a, 12);
    const { frobenius, diagonal: d } = await exactSums(operator);
    const n = 4000;
    for (const [distribution, variance] of [
      ["rademacher", 2 * (frobenius ** 2 - dot(d, d))],
      ["normal", 2 * frobenius ** 2],
    ] as const) {
      const { stderr } = await hutchinsonTrace(operator, draws, { ...fixed(n), distribution });
      // The relative error of s² is below 4·√(12/n) for these tails.
      expect(Math.abs((stderr ** 2 * n) / variance - 1)).toBeLessThan(4 * Math.sqrt(12 / n));
    }
  });
});

suite("hutchPlusPlus", () => {
  test("is exact where the sketch holds the range, or is the whole space", async () => {
    const low = rotated([5, -3, 2, ...Array<number>(37).fill(0)]);
    const result = await hutchPlusPlus(denseOperator(low, 40), draws, { minSamples: 6 });
    expect(Math.abs(result.value - 4)).toBeLessThan(1e-12);
    expect(result.stderr).toBeLessThan(1e-12);
    const a = wishart(8, 20);
    const whole = await hutchPlusPlus(denseOperator(a, 8), draws, { minSamples: 9 });
    expect(Math.abs(whole.value - traceOf(a))).toBeLessThan(1e-12);
  });

  test("errs less than Hutchinson at equal products where eigenvalues decay", async () => {
    const a = rotated(range(1, 100).map((i) => i ** -1.5));
    const operator = denseOperator(a, 100);
    let [plain, better] = [0, 0];
    for (let r = 0; r < 100; r++) {
      const own = substream(draws, r);
      const h = await hutchinsonTrace(operator, own, fixed(60));
      const hpp = await hutchPlusPlus(operator, own, fixed(20));
      expect([h.products, hpp.products]).toEqual([60, 60]);
      plain += (h.value - traceOf(a)) ** 2;
      better += (hpp.value - traceOf(a)) ** 2;
    }
    expect(Math.sqrt(better / plain)).toBeLessThan(0.2);
  });
});

suite("xtrace", () => {
  /** The definition: a sketch of its own for each probe. */
  async function naive(operator: SymmetricOperator, probes: readonly FloatArray[]) {
    const values: number[] = [];
    for (const [i, probe] of probes.entries()) {
      const others = probes.filter((_, j) => j !== i);
      values.push((await hutchPlusPlusValues(operator, others, [probe]))[0]);
    }
    return Float64Array.from(values);
  }

  test.each([
    ["a full matrix", wishart(30, 40), 7],
    ["an indefinite one", rotated([4, -3, ...range(1, 28).map((i) => Math.sin(i))]), 12],
    ["rank one below the probes", rotated([4, -3, 2, 1, ...Array<number>(26).fill(0)]), 5],
    ["rank far below", rotated([4, -3, ...Array<number>(28).fill(0)]), 6],
    ["as many probes as dimensions", wishart(6, 9), 6],
    ["zero", diagonal(Array<number>(10).fill(0)), 3],
  ])("equals its definition on %s", async (_, a, count) => {
    const n = Math.sqrt(a.length);
    const operator = denseOperator(a, n);
    const probes = range(0, count - 1).map((i) => probeVector(operator, "normal", draws, i));
    const fast = await xtraceValues(operator, probes);
    const slow = await naive(operator, probes);
    const size = Math.sqrt(dot(a, a)) * n;
    fast.forEach((value, i) => expect(Math.abs(value - slow[i])).toBeLessThanOrEqual(1e-11 * size));
  });

  test("equals its definition where probes repeat", async () => {
    const operator = denseOperator(wishart(20, 30), 20);
    const [u, v, w] = [0, 1, 2].map((i) => probeVector(operator, "rademacher", draws, i));
    const probes = [u, v, u.slice(), w];
    const fast = await xtraceValues(operator, probes);
    const slow = await naive(operator, probes);
    fast.forEach((value, i) => expect(Math.abs(value / slow[i] - 1)).toBeLessThan(1e-10));
  });

  test("does not depend on the sign of the eigenbasis, and reaches 5e-4 in few products", async () => {
    const a = rotated(range(1, 200).map((i) => Math.exp(-i / 6)));
    const result = await xtrace(denseOperator(a, 200), draws, { relativeStderr: 5e-4 });
    expect(result.status).toBe("converged");
    expect(Math.abs(result.value / traceOf(a) - 1)).toBeLessThan(5e-4);
    expect(result.products).toBeLessThan(120);
  });
});

suite("estimateDiagonal", () => {
  const a = rotated([6, -2, ...range(1, 18).map((i) => i / 9)]);
  const operator = denseOperator(a, 20);

  test.each(["rademacher", "normal"] as const)("is within its errors, %s", async (distribution) => {
    const { diagonal: exact } = await exactSums(operator);
    const result = await estimateDiagonal(operator, draws, { ...fixed(2000), distribution });
    result.values.forEach((value, i) => {
      expect(Math.abs(value - exact[i])).toBeLessThan(4 * result.stderr[i]);
      // Probes count by z⁴: about a third of them for normals.
      const t = distribution === "normal" ? 1.9636 : 1.9612;
      expect((result.high[i] - result.low[i]) / (2 * t * result.stderr[i])).toBeCloseTo(1, 3);
    });
    expect(result).toMatchObject({ samples: 2000, products: 2000, seed: "7", level: 0.95 });
  });

  test("has the standard errors of its formula, row by row", async () => {
    const n = 4000;
    const { stderr } = await estimateDiagonal(operator, draws, fixed(n));
    for (let i = 0; i < 20; i++) {
      const row = a.subarray(i * 20, (i + 1) * 20);
      const variance = dot(row, row) - row[i] ** 2;
      expect(Math.abs((stderr[i] ** 2 * n) / variance - 1)).toBeLessThan(4 * Math.sqrt(4 / n));
    }
  });

  test("is exact with signs where the matrix is diagonal", async () => {
    const diagonalOperator = denseOperator(diagonal(range(-3, 6)), 10);
    const result = await estimateDiagonal(diagonalOperator, draws, { minSamples: 3 });
    expect([...result.values]).toEqual(range(-3, 6));
    expect([...result.stderr]).toEqual(Array<number>(10).fill(0));
    expect(result.status).toBe("converged");
  });

  test("stops by the norm of its errors", async () => {
    const result = await estimateDiagonal(operator, draws, {
      relativeStderr: 0.05,
      maxSamples: 10_000,
    });
    const [error, size] = [result.stderr, result.values].map((x) => Math.sqrt(dot(x, x)));
    expect(result.status).toBe("converged");
    expect(error / size).toBeLessThanOrEqual(0.05);
    expect(error / size).toBeGreaterThan(0.04);
  });
});

suite("frobeniusNorm", () => {
  const a = rotated([6, -2, ...range(1, 18).map((i) => i / 9)]);
  const operator = denseOperator(a, 20);
  const exact = Math.sqrt(dot(a, a));

  test.each(["rademacher", "normal"] as const)(
    "is the norm, not its square, %s",
    async (distribution) => {
      const result = await frobeniusNorm(operator, draws, { ...fixed(400), distribution });
      expect(Math.abs(result.value - exact)).toBeLessThan(4 * result.stderr);
      expect(Math.abs(result.square.value - exact ** 2)).toBeLessThan(4 * result.square.stderr);
      expect(result.value ** 2).toBeCloseTo(result.square.value, 12);
      expect(result.stderr).toBeCloseTo(result.square.stderr / (2 * result.value), 12);
      expect(result.low ** 2).toBeCloseTo(result.square.low, 9);
      expect(result.high ** 2).toBeCloseTo(result.square.high, 9);
    },
  );

  test("is exact for a multiple of the identity and for zero", async () => {
    const identity = denseOperator(diagonal(Array<number>(16).fill(-3)), 16);
    expect(await frobeniusNorm(identity, draws)).toMatchObject({ value: 12, stderr: 0, high: 12 });
    const zero = denseOperator(diagonal([0, 0, 0]), 3);
    expect(await frobeniusNorm(zero, draws)).toMatchObject({ value: 0, stderr: 0, high: 0 });
  });
});

suite("exactSums", () => {
  test("is what the matrix says, whatever the block", async () => {
    const a = rotated(range(-4, 12));
    for (const block of [1, 5, 40]) {
      const sums = await exactSums(denseOperator(a, 17), { block });
      expect(sums.trace).toBeCloseTo(68, 11);
      expect(sums.frobenius ** 2).toBeCloseTo(680, 9);
      sums.diagonal.forEach((x, i) => expect(x).toBeCloseTo(a[i * 18], 13));
    }
  });
});

suite("skewedMeanEstimate", () => {
  test("is Student's interval where the sample is symmetric, and longer to the side of the tail", () => {
    const even = skewedMeanEstimate([1, 2, 3, 4, 5], { seed: "0" });
    expect(even.high - 3).toBeCloseTo(2.7764451051977987 * Math.SQRT1_2, 12);
    expect(3 - even.low).toBeCloseTo(2.7764451051977987 * Math.SQRT1_2, 12);
    const values = range(1, 30).map((i) => (i / 10) ** 4);
    const right = skewedMeanEstimate(values, { seed: "0" });
    expect(right.high - right.value).toBeGreaterThan(1.1 * (right.value - right.low));
    const left = skewedMeanEstimate(
      values.map((x) => -x),
      { seed: "0" },
    );
    expect(left.low).toBeCloseTo(-right.high, 12);
    expect(left.high).toBeCloseTo(-right.low, 12);
  });
});
