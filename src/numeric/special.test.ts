import { expect, suite, test } from "vitest";
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

// Made with mpmath 1.3 at 40 digits from the exact binary values of the arguments, and rounded once:
// each row ends with the value of the function that its list is named for.
const golden = {
  logGamma: [
    [1e-8, 18.42068073818021],
    [0.1, 2.252712651734206],
    [0.5, 0.5723649429247001],
    [1.5, -0.12078223763524522],
    [2.5, 0.2846828704729192],
    [3.75, 1.486815578593417],
    [7.3, 7.147892523022248],
    [11.9, 17.25847745059552],
    [12.1, 17.74700727079874],
    [50.5, 146.51925549072064],
    [1000.25, 5906.9472682711175],
    [1000000.0, 12815504.569147611],
  ],
  erf: [
    [-3.0, -0.9999779095030014],
    [-0.2, -0.22270258921047847],
    [0.01, 0.011283415555849618],
    [0.3, 0.3286267594591274],
    [0.7, 0.6778011938374184],
    [0.99, 0.8385080695553698],
    [1.01, 0.8468104962282768],
    [1.9, 0.9927904292352575],
    [2.1, 0.997020533343667],
    [3.0, 0.9999779095030014],
    [5.0, 0.9999999999984626],
  ],
  erfc: [
    [-3.0, 1.9999779095030015],
    [-1.2, 1.9103139782296354],
    [0.01, 0.9887165844441503],
    [0.3, 0.6713732405408726],
    [0.7, 0.32219880616258156],
    [0.99, 0.1614919304446302],
    [1.01, 0.1531895037717233],
    [1.9, 0.0072095707647425325],
    [2.1, 0.002979466656332984],
    [3.0, 2.209049699858544e-5],
    [5.0, 1.537459794428035e-12],
    [10.0, 2.088487583762545e-45],
    [20.5, 8.450842369572458e-185],
    [26.0, 5.663192408856143e-296],
  ],
  gammaQ: [
    [0.5, 0.1, 0.654720846018577],
    [0.5, 3.0, 0.01430587843542964],
    [2.5, 1.0, 0.8491450360846097],
    [2.5, 40.0, 8.391825114831611e-16],
    [10.0, 9.5, 0.5218260222372074],
    [100.0, 80.0, 0.9828916869648668],
    [100.0, 130.0, 0.002750408367306526],
    [900.0, 1000.0, 0.0006225977842750473],
  ],
  gammaP: [
    [0.5, 1e-6, 0.0011283787909692363],
    [0.5, 3.0, 0.9856941215645704],
    [2.5, 1.0, 0.15085496391539036],
    [10.0, 0.5, 1.7096700293489033e-10],
    [10.0, 9.5, 0.4781739777627926],
    [100.0, 60.0, 1.4815276326460468e-6],
    [900.0, 800.0, 0.00027591344090745104],
  ],
  beta: [
    [0.1, 0.5, 0.5, 0.20483276469913345],
    [0.9, 0.5, 0.5, 0.7951672353008665],
    [0.3, 2.0, 5.0, 0.5798249999999999],
    [0.001, 3.5, 0.5, 9.206637091605295e-12],
    [0.999, 3.5, 0.5, 0.9356322688440224],
    [0.5, 50.0, 60.0, 0.8309072939016694],
    [0.2, 300.0, 700.0, 3.328240872606518e-14],
  ],
  student: [
    [-0.001, 3.0, 0.49963244748473046],
    [-1.0, 0.7, 0.27519333625998565],
    [-2.0, 5.0, 0.05096973941492918],
    [1.5, 11.0, 0.919120991472273],
    [-8.0, 4.0, 0.0006619484546085839],
    [-30.0, 7.0, 5.89423444036657e-9],
    [-3.0, 250.5, 0.0014860518092529736],
    [-6.0, 1000000.0, 9.869249061772174e-10],
  ],
  chiSquare: [
    [0.001, 1.0, 0.025227120630039613],
    [0.5, 2.5, 0.13611637154141115],
    [5.0, 5.0, 0.5841198130044921],
    [60.0, 100.0, 0.0005188914625480343],
    [130.0, 100.0, 0.9764876021901914],
  ],
  chiSquareSurvival: [
    [30.0, 1.0, 4.3204630578274975e-8],
    [100.0, 10.0, 5.4497019829205295e-17],
    [200.0, 100.0, 1.1784500720979422e-8],
  ],
  fisher: [
    [0.5, 1.0, 1.0, 0.3918265520306073],
    [2.0, 3.0, 7.0, 0.7973063575133491],
    [0.01, 4.0, 9.0, 0.00023979488558792676],
    [5.0, 10.0, 20.0, 0.9989034106125647],
  ],
  kolmogorov: [
    [0.1, 6.6093052422455605e-53],
    [0.3, 9.305801334566623e-6],
    [0.5, 0.03605475633512491],
    [0.828, 0.5006703788061991],
    [0.999, 0.728926835884936],
    [1.001, 0.731070733701373],
    [1.36, 0.9505141232446221],
  ],
  kolmogorovSurvival: [
    [0.5, 0.9639452436648751],
    [1.0, 0.2699996716773545],
    [1.5, 0.02221796261652513],
    [2.5, 7.453306344157342e-6],
    [4.0, 2.532833109818835e-14],
  ],
  normalQuantile: [
    [1e-300, -37.0470962993612],
    [1e-20, -9.262340089798407],
    [1e-5, -4.264890793922825],
    [0.025, -1.9599639845400543],
    [0.3, -0.5244005127080408],
    [0.4999, -0.00025066283008800747],
  ],
};

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
