import { expect, suite, test } from "vitest";
import { golden } from "./special.golden.ts";
import {
  chiSquareCdf,
  chiSquareQuantile,
  chiSquareSurvival,
  erf,
  erfc,
  fisherCdf,
  fisherQuantile,
  kolmogorovCdf,
  kolmogorovSurvival,
  logGamma,
  normalCdf,
  normalQuantile,
  regularizedBeta,
  regularizedGammaP,
  regularizedGammaQ,
  studentCdf,
  studentQuantile,
} from "./index.ts";

type Row = readonly number[];
const crossing = new Set<(...args: number[]) => number>([logGamma, normalQuantile]);

suite.each<[string, number, Row[], (...args: number[]) => number]>([
  ["logGamma", 1e-14, golden.logGamma, logGamma],
  ["erf", 5e-15, golden.erf, (x) => erf(x)],
  ["erfc", 1e-14, golden.erfc, (x) => erfc(x)],
  ["regularizedGammaP", 1e-12, golden.gammaP, (a, x) => regularizedGammaP(a, x)],
  ["regularizedGammaQ", 1e-12, golden.gammaQ, (a, x) => regularizedGammaQ(a, x)],
  ["regularizedBeta", 1e-12, golden.beta, (x, a, b) => regularizedBeta(x, a, b)],
  ["studentCdf", 1e-12, golden.student.slice(0, -1), (t, df) => studentCdf(t, df)],
  ["studentCdf at a million degrees", 1e-9, golden.student.slice(-1), (t, df) => studentCdf(t, df)],
  ["chiSquareCdf", 1e-12, golden.chiSquare, (x, df) => chiSquareCdf(x, df)],
  ["chiSquareSurvival", 1e-12, golden.chiSquareSurvival, (x, df) => chiSquareSurvival(x, df)],
  ["fisherCdf", 1e-12, golden.fisher, (x, a, b) => fisherCdf(x, a, b)],
  ["kolmogorovCdf", 5e-14, golden.kolmogorov, (x) => kolmogorovCdf(x)],
  ["kolmogorovSurvival", 5e-15, golden.kolmogorovSurvival, (x) => kolmogorovSurvival(x)],
  ["normalQuantile", 1e-13, golden.normalQuantile, normalQuantile],
])("%s", (_, bound, rows, f) => {
  test.each(rows.map((row) => ({ args: row.slice(0, -1), expected: row.at(-1) as number })))(
    `agrees with mpmath to ${bound} at $args`,
    ({ args, expected }) => {
      // Functions with a zero on the way are held to an absolute error below 1.
      const scale = crossing.has(f) ? Math.max(1, Math.abs(expected)) : Math.abs(expected);
      expect(Math.abs(f(...args) - expected) / scale).toBeLessThan(bound);
    },
  );
});

suite("quantiles", () => {
  // NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7
  test.each([
    [0.975, 1, 12.706],
    [0.975, 2, 4.303],
    [0.975, 3, 3.182],
    [0.975, 10, 2.228],
    [0.975, 30, 2.042],
    [0.999, 4, 7.173],
    [0.95, 100, 1.66],
    [0.975, Infinity, 1.96],
  ])("Student's %d with %d degrees is %d, as tabled", (p, df, t) => {
    expect(studentQuantile(p, df)).toBeCloseTo(t, 2.9);
    expect(studentQuantile(1 - p, df)).toBeCloseTo(-t, 2.9);
  });

  test.each([
    [0.95, 1, 3.841],
    [0.95, 10, 18.307],
    [0.05, 10, 3.94],
    [0.99, 30, 50.892],
    [0.025, 100, 74.222],
  ])("chi-square's %d with %d degrees is %d, as tabled", (p, df, x) => {
    expect(chiSquareQuantile(p, df)).toBeCloseTo(x, 2.9);
  });

  test.each([
    [0.95, 1, 1, 161.448],
    [0.95, 5, 10, 3.326],
    [0.99, 10, 20, 3.368],
  ])("Fisher's %d with %d and %d degrees is %d, as tabled", (p, df1, df2, x) => {
    expect(fisherQuantile(p, df1, df2)).toBeCloseTo(x, 2.9);
  });

  const probabilities = [1e-12, 1e-6, 0.01, 0.2, 0.5, 0.77, 0.99, 1 - 2 ** -30];
  test.each(probabilities)("invert their distribution functions at %d", (p) => {
    const tail = Math.min(p, 1 - p);
    const error = (lower: number, upper: number) => Math.abs((p > 0.5 ? upper : lower) / tail - 1);
    const z = normalQuantile(p);
    expect(error(normalCdf(z), normalCdf(-z))).toBeLessThan(1e-12);
    for (const df of [0.5, 1, 2, 3, 4.5, 30, 1000]) {
      const t = studentQuantile(p, df);
      expect(error(studentCdf(t, df), studentCdf(-t, df))).toBeLessThan(1e-11);
      const x = chiSquareQuantile(p, df);
      expect(error(chiSquareCdf(x, df), chiSquareSurvival(x, df))).toBeLessThan(1e-11);
      const f = fisherQuantile(p, df, 7);
      expect(error(fisherCdf(f, df, 7), fisherCdf(1 / f, 7, df))).toBeLessThan(1e-11);
    }
  });

  test("reach the ends at probabilities 0 and 1", () => {
    expect([normalQuantile(0), normalQuantile(1)]).toEqual([-Infinity, Infinity]);
    for (const df of [1, 2, 5])
      expect([studentQuantile(0, df), studentQuantile(1, df)]).toEqual([-Infinity, Infinity]);
    expect([chiSquareQuantile(0, 3), chiSquareQuantile(1, 3)]).toEqual([0, Infinity]);
    expect([fisherQuantile(0, 3, 4), fisherQuantile(1, 3, 4)]).toEqual([0, Infinity]);
  });

  test("refuse arguments out of range by name", () => {
    expect(() => normalQuantile(1.5)).toThrow(
      new RangeError("probability must be from 0 to 1, got 1.5"),
    );
    expect(() => studentQuantile(0.5, 0)).toThrow("degrees of freedom must be positive, got 0");
    expect(() => logGamma(-1)).toThrow("argument of logGamma must be positive, got -1");
    expect(() => regularizedBeta(2, 1, 1)).toThrow(
      "argument of the incomplete beta function must be from 0 to 1, got 2",
    );
    expect(() => regularizedGammaP(1, -1)).toThrow(
      "argument of the incomplete gamma function must be at least 0, got -1",
    );
  });
});
