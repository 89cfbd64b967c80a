import { expect, suite, test } from "vitest";
import { studentCdf } from "../numeric/index.ts";
import { fillNormal, fillUniform, permutation, stream, substream } from "../random/index.ts";
import type { Estimate } from "./estimate.ts";
import { chiSquareTest, kolmogorovTest } from "./fit.ts";
import { compareAbscissae, fitLine } from "./regression.ts";
import { exponentialMean, kaplanMeier } from "./survival.ts";
import { mannKendall, pageTrend, pairedDifference } from "./trend.ts";

const seed = "43";
const source = stream(seed, "models");
const x8 = Float64Array.from({ length: 8 }, (_, i) => i);

suite("fitLine", () => {
  test("is NIST's Norris to the certified digits", () => {
    // NIST StRD, Norris: 36 points, certified B0 −0.262323073774029, B1 1.00211681802045
    const { slope, intercept, chiSquare, rSquared } = fitLine(norris.x, norris.y, { seed });
    expect(slope.value).toBeCloseTo(1.00211681802045, 13);
    expect(slope.stderr).toBeCloseTo(0.429796848199937e-3, 13);
    expect(intercept.value).toBeCloseTo(-0.262323073774029, 11);
    expect(intercept.stderr).toBeCloseTo(0.232818234301152, 11);
    expect(Math.sqrt(chiSquare / 34)).toBeCloseTo(0.884796396144373, 11);
    expect(rSquared).toBeCloseTo(0.999993745883712, 13);
  });

  test("weighs points by their sigma: two equal halves, one exact", () => {
    // With σ = (1, 1, 10⁶) the third point does not matter.
    const { slope, intercept } = fitLine([0, 1, 2], [1, 3, 100], { seed, sigma: [1, 1, 1e6] });
    expect(slope.value).toBeCloseTo(2, 6);
    expect(slope.stderr).toBeCloseTo(Math.SQRT2, 6);
    expect(intercept.value).toBeCloseTo(1, 6);
    expect(intercept.stderr).toBeCloseTo(1, 6);
  });

  test.each([
    ["unknown errors", undefined],
    ["stated errors", Float64Array.from(x8, (x) => 0.5 + 0.1 * x)],
  ])("covers slope and intercept in 93 to 97 % of repetitions, %s", (_, sigma) => {
    const z = new Float64Array(8);
    const line = (i: number) => {
      fillNormal(substream(source, i), 0, z);
      const y = x8.map((x, k) => 3 - 2 * x + (sigma?.[k] ?? 0.7) * z[k]);
      return fitLine(x8, y, sigma === undefined ? { seed } : { seed, sigma });
    };
    covers(2000, (i) => [line(i).slope, -2]);
    covers(2000, (i) => [line(i).intercept, 3]);
    if (sigma !== undefined) {
      let sum = 0;
      for (let i = 0; i < 2000; i++) sum += line(i).chiSquare;
      expect(Math.abs(sum / 2000 - 6)).toBeLessThan(4 * Math.sqrt(12 / 2000));
    }
  });

  test("refuses points that make no line", () => {
    expect(() => fitLine([1, 2], [1, 2], { seed })).toThrow(
      new RangeError("samples must be at least 3 to give an error bar of a line, got 2"),
    );
    expect(() => fitLine([1, 1, 1], [1, 2, 3], { seed })).toThrow(
      new RangeError("x must have spread, got 3 values of 1"),
    );
    expect(() => fitLine([1, 2, 3], [1, 2, 3], { seed, sigma: [1, 0, 1] })).toThrow(
      new RangeError("sigma must be positive and finite, got 0 at 1"),
    );
  });
});

suite("compareAbscissae", () => {
  test("finds log x where y is linear in it, with or without sigma", () => {
    const x = Float64Array.from({ length: 20 }, (_, i) => 1 + i);
    const y = new Float64Array(20);
    fillNormal(source, 0, y);
    for (let i = 0; i < 20; i++) y[i] = 2 + 3 * Math.log(x[i]) + 0.1 * y[i];
    for (const sigma of [undefined, new Float64Array(20).fill(0.1)]) {
      const rivals = { x, "log x": x.map(Math.log), "1/x": x.map((v) => 1 / v) };
      const ranked = compareAbscissae(rivals, y, sigma === undefined ? { seed } : { seed, sigma });
      expect(ranked[0].name).toBe("log x");
      expect(ranked[0].deltaAic).toBe(0);
      expect(ranked[1].deltaAic).toBeGreaterThan(10);
      expect(ranked.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
      expect(Math.abs(ranked[0].line.slope.value - 3)).toBeLessThan(
        4 * ranked[0].line.slope.stderr,
      );
    }
  });

  test("has ΔAIC = n ln of the ratio of residual squares", () => {
    const y = [1, 2, 2, 4, 5];
    const [best, other] = compareAbscissae({ a: [1, 2, 3, 4, 5], b: [1, 4, 9, 16, 25] }, y, {
      seed,
    });
    expect(other.deltaAic).toBeCloseTo(
      5 * Math.log(other.line.chiSquare / best.line.chiSquare),
      12,
    );
    expect(() => compareAbscissae({ a: [1, 2, 3] }, y, { seed })).toThrow(
      new RangeError("rivals must be at least 2, got 1"),
    );
  });
});

suite("pairedDifference", () => {
  test("is Student's sleep data", () => {
    // Cushny and Peebles by Student (1908): t = 4.0621 with 9 degrees, p = 0.002833
    const one = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2];
    const two = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
    const test = pairedDifference(one, two, { seed });
    expect(test.statistic).toBeCloseTo(4.0621, 4);
    expect(test.pTwoSided).toBeCloseTo(0.002833, 6);
    expect(test.pIncreasing).toBeCloseTo(studentCdf(-test.statistic, 9), 14);
    expect(test.difference.value).toBeCloseTo(1.58, 12);
    expect(test.difference.low).toBeCloseTo(0.7001142, 6);
  });
});

suite("mannKendall", () => {
  test("counts pairs, with the variance of 1 … n", () => {
    const { statistic, tau, slope, pIncreasing } = mannKendall([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect([statistic, tau, slope]).toEqual([45, 1, 1]);
    // z = 44/√125 = 3.935
    expect(pIncreasing).toBeCloseTo(4.15e-5, 6);
    expect(mannKendall([4, 3, 2, 1]).pDecreasing).toBeLessThan(0.05);
  });

  test("corrects ties: Gilbert's variance for groups of 2 and 3", () => {
    // 15 pairs of (1,1,2,2,2,3), 4 of them ties: S = 11, Var = (6·5·17 − 2·1·9 − 3·2·11)/18 = 426/18 = 23.667
    const { statistic, pIncreasing } = mannKendall([1, 1, 2, 2, 2, 3]);
    expect(statistic).toBe(11);
    expect(pIncreasing).toBeCloseTo(0.0199, 3); // Φ(−10/4.8648)
    expect(mannKendall([5, 5, 5, 5])).toMatchObject({
      statistic: 0,
      tau: 0,
      slope: 0,
      pTwoSided: 1,
    });
  });

  test("rejects 5 % of series without a trend, nearly all with one", () => {
    const values = new Float64Array(30);
    let rejected = 0;
    let found = 0;
    for (let i = 0; i < 2000; i++) {
      fillNormal(substream(source, i), 0, values);
      if (mannKendall(values).pTwoSided < 0.05) rejected++;
      if (mannKendall(values.map((v, k) => v + 0.1 * k)).pIncreasing < 0.05) found++;
    }
    expect(Math.abs(rejected / 2000 - 0.05)).toBeLessThan(0.02);
    expect(found).toBeGreaterThan(1900);
  });
});

suite("pageTrend", () => {
  test("agrees with a count of all orders of three by three seeds", () => {
    const orders = [
      [1, 2, 3],
      [1, 3, 2],
      [2, 1, 3],
      [2, 3, 1],
      [3, 1, 2],
      [3, 2, 1],
    ];
    const scores = orders.map((row) => row.reduce((sum, r, j) => sum + (j + 1) * r, 0));
    for (const a of orders)
      for (const b of orders) {
        const { statistic, pIncreasing, pDecreasing, method } = pageTrend([a, b, [10, 20, 30]]);
        let atLeast = 0;
        let atMost = 0;
        for (const s of scores)
          for (const t of scores)
            for (const u of scores) {
              if (s + t + u >= statistic) atLeast++;
              if (s + t + u <= statistic) atMost++;
            }
        expect(pIncreasing).toBeCloseTo(atLeast / 216, 12);
        expect(pDecreasing).toBeCloseTo(atMost / 216, 12);
        expect(method).toBe("Page's L, exact");
      }
  });

  test.each([5, 9])("rejects at its level without a trend, %i conditions", (k) => {
    let rejected = 0;
    for (let i = 0; i < 1000; i++) {
      const table = [0, 1, 2, 3, 4, 5].map((row) => permutation(substream(source, i), row, k));
      if (pageTrend(table).pIncreasing <= 0.05) rejected++;
    }
    expect(rejected / 1000).toBeLessThan(0.05 + 4 * Math.sqrt(0.0475 / 1000));
    expect(rejected / 1000).toBeGreaterThan(0.02);
  });

  test("takes mid-ranks of ties, and refuses ragged tables", () => {
    // Ranks (1.5, 1.5, 3) twice: L = 2·(1.5 + 3 + 9) = 27, mean 24, variance 4
    const tied = pageTrend([
      [1, 1, 2],
      [1, 1, 2],
    ]);
    expect(tied.statistic).toBe(27);
    expect(tied.pIncreasing).toBeCloseTo(0.0668072, 6);
    expect(() =>
      pageTrend([
        [1, 2, 3],
        [1, 2],
      ]),
    ).toThrow(new RangeError("rows must have one length, got 2 and 3"));
    expect(() =>
      pageTrend([
        [1, 2],
        [1, 2],
      ]),
    ).toThrow(new RangeError("conditions must be at least 3 for Page's test, got 2"));
  });
});

suite("exponentialMean", () => {
  test.each([
    ["complete", Infinity],
    ["censored at half the mean", 0.5],
  ])("covers the mean of %s times in 93 to 97 % of repetitions", (_, limit) => {
    covers(2000, (i) => {
      const u = new Float64Array(60);
      fillUniform(substream(source, i), 0, u);
      const times = u.map((p) => -3 * Math.log(p));
      const cut = 3 * limit;
      return [
        exponentialMean(
          times.map((t) => Math.min(t, cut)),
          Array.from(times, (t) => t <= cut),
          { seed },
        ),
        3,
      ];
    });
  });

  test("is total time over events", () => {
    const estimate = exponentialMean([1, 2, 3], [true, true, false], { seed });
    expect(estimate).toMatchObject({ value: 3, samples: 3, censored: 1 });
    expect(estimate.stderr).toBeCloseTo(3 / Math.SQRT2, 14);
    expect(() => exponentialMean([1, 2], [false, false], { seed })).toThrow(
      new RangeError("observed events must be at least 1 to give a mean time, got 0"),
    );
    expect(() => exponentialMean([1, 0], [true, true], { seed })).toThrow(
      new RangeError("times must be positive and finite, got 0 at 1"),
    );
  });
});

suite("kaplanMeier", () => {
  test("is the remission curve of Freireich's 6-MP patients", () => {
    // Freireich et al. (1963), as tabled in every text: 9 relapses among 21.
    const times = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35];
    const relapse = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0];
    const curve = kaplanMeier(times, relapse);
    expect([...curve.times]).toEqual([6, 7, 10, 13, 16, 22, 23]);
    expect([...curve.atRisk]).toEqual([21, 17, 15, 12, 11, 7, 6]);
    const rounded = (a: Float64Array, digits: number) =>
      [...a].map((v) => Number(v.toFixed(digits)));
    expect(rounded(curve.survival, 4)).toEqual([
      0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482,
    ]);
    expect(rounded(curve.stderr, 4)).toEqual([
      0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346,
    ]);
    expect(curve.median).toBe(23);
  });

  test("is the empirical distribution where nothing is censored", () => {
    const curve = kaplanMeier([3, 1, 2, 4], [1, 1, 1, 1]);
    curve.survival.forEach((s, i) => expect(s).toBeCloseTo(1 - (i + 1) / 4, 14));
    expect(curve.low[3]).toBe(0);
    expect(kaplanMeier([1, 2], [0, 0])).toMatchObject({ median: undefined });
  });
});

suite("tests of fit", () => {
  test("have even p-values under the null, small ones otherwise", () => {
    const ks = new Float64Array(1000);
    const u = new Float64Array(50);
    for (let i = 0; i < 1000; i++) {
      fillUniform(substream(source, i), 0, u);
      ks[i] = kolmogorovTest(u, (v) => v).pValue;
    }
    expect(kolmogorovTest(ks, (p) => p).pValue).toBeGreaterThan(1e-3);
    expect(
      kolmogorovTest(
        u.map((v) => v * v),
        (v) => v,
      ).pValue,
    ).toBeLessThan(1e-3);
  });

  test("give Mendel's peas their chi-square", () => {
    // 315, 101, 108, 32 against 9 : 3 : 3 : 1 of 556: χ² = 0.470, p = 0.9254
    const test = chiSquareTest(
      [315, 101, 108, 32],
      [9, 3, 3, 1].map((share) => (share * 556) / 16),
    );
    expect(test.statistic).toBeCloseTo(0.470024, 6);
    expect(test.pValue).toBeCloseTo(0.925426, 6);
    expect(test.degrees).toBe(3);
    expect(() => chiSquareTest([1, 2], [0.5, 2.5])).toThrow(
      new RangeError("expected counts must be at least 1, got 0.5 at 0"),
    );
  });
});

/** Hold the share of repetitions whose interval covers the truth to 95 ± 2 %. */
function covers(repetitions: number, repeat: (index: number) => readonly [Estimate, number]) {
  let covered = 0;
  for (let i = 0; i < repetitions; i++) {
    const [{ low, high }, truth] = repeat(i);
    if (low <= truth && truth <= high) covered++;
  }
  expect(Math.abs(covered / repetitions - 0.95)).toBeLessThanOrEqual(0.02);
}

const norris = {
  y: [
    0.1, 338.8, 118.1, 888, 9.2, 228.1, 668.5, 998.5, 449.1, 778.9, 559.2, 0.3, 0.1, 778.1, 668.8,
    339.3, 448.9, 10.8, 557.7, 228.3, 998, 888.8, 119.6, 0.3, 0.6, 557.6, 339.3, 888, 998.5, 778.9,
    10.2, 117.6, 228.9, 668.4, 449.2, 0.2,
  ],
  x: [
    0.2, 337.4, 118.2, 884.6, 10.1, 226.5, 666.3, 996.3, 448.6, 777, 558.2, 0.4, 0.6, 775.5, 666.9,
    338, 447.5, 11.6, 556, 228.1, 995.8, 887.6, 120.2, 0.3, 0.3, 556.8, 339.1, 887.2, 999, 779,
    11.1, 118.3, 229.2, 669.1, 448.9, 0.5,
  ],
};
