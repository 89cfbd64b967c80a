import { expect, suite, test } from "vitest";
import { laneGolden } from "../../../../test/kernel/lane-golden.ts";
import { laneFunction, laneProgram } from "../../../../test/kernel/lane-program.ts";
import { erf as erfOfNumber } from "../../../numeric/index.ts";
import type { Lane, Lanes, Precision } from "../lane.ts";
import { evaluateLanes } from "../reference.ts";
import { erf } from "./erf.ts";
import { exp, expm1 } from "./exp.ts";
import { log } from "./log.ts";
import { cos, sin } from "./sin.ts";
import { softplus } from "./softplus.ts";
import { sigmoid, tanh } from "./tanh.ts";

type Interval = readonly [low: number, high: number];

interface Case {
  readonly name: string;
  readonly f: (lanes: Lanes, x: Lane) => Lane;
  readonly exact: (x: number) => number;
  /** Largest error in ulp. */
  readonly ulp: Readonly<Record<Precision, number>>;
  /** Where it holds. */
  readonly intervals: Readonly<Record<Precision, readonly Interval[]>>;
}

const softplusOfNumber = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const everywhere = (...intervals: Interval[]) => ({ f32: intervals, f64: intervals });
const expEnds = {
  f32: [[-1, 1], [-86.98, 88.72]],
  f64: [[-1, 1], [-708.04, 709.78]],
} as const; // prettier-ignore

const cases: readonly Case[] = [
  { name: "exp", f: exp, exact: Math.exp, ulp: { f32: 1.2, f64: 1.2 }, intervals: expEnds },
  { name: "expm1", f: expm1, exact: Math.expm1, ulp: { f32: 3, f64: 3 }, intervals: expEnds },
  {
    name: "log",
    f: log,
    exact: Math.log,
    ulp: { f32: 1, f64: 1 },
    intervals: {
      f32: [[0.5, 2], [0.99, 1.01], [0, 1000], [2 ** -126, 3.4e38]],
      f64: [[0.5, 2], [0.99, 1.01], [0, 1000], [2 ** -1022, 1.7e308]],
    }, // prettier-ignore
  },
  {
    name: "sin",
    f: sin,
    exact: Math.sin,
    ulp: { f32: 2.5, f64: 2.5 },
    intervals: { f32: [[-1, 1], [-4, 4]], f64: [[-1, 1], [-4, 4], [-100, 100]] }, // prettier-ignore
  },
  {
    name: "cos",
    f: cos,
    exact: Math.cos,
    ulp: { f32: 2.5, f64: 2.5 },
    intervals: { f32: [[-1, 1], [-4, 4]], f64: [[-1, 1], [-4, 4], [-100, 100]] }, // prettier-ignore
  },
  {
    name: "tanh",
    f: tanh,
    exact: Math.tanh,
    ulp: { f32: 7, f64: 3 },
    intervals: everywhere([-0.1, 0.1], [-2, 2], [-20, 20]),
  },
  {
    name: "sigmoid",
    f: sigmoid,
    exact: (x) => 1 / (1 + Math.exp(-x)),
    ulp: { f32: 2.5, f64: 2.5 },
    intervals: { f32: [[-4, 4], [-86.98, 30]], f64: [[-4, 4], [-708.04, 60]] }, // prettier-ignore
  },
  {
    name: "softplus",
    f: softplus,
    exact: softplusOfNumber,
    ulp: { f32: 2, f64: 2 },
    intervals: { f32: [[-4, 4], [-86.98, 30]], f64: [[-4, 4], [-708.04, 60]] }, // prettier-ignore
  },
  {
    name: "erf",
    f: erf,
    exact: erfOfNumber,
    ulp: { f32: 6, f64: 4 },
    intervals: everywhere([-0.5, 0.5], [-2, 2], [-7, 7]),
  },
];

/** Errors of the float64 oracles themselves, in ulp. */
const oracleUlp = (name: string, precision: Precision): number => {
  if (precision === "f32") return 0;
  return name === "erf" ? 30 : 2.5;
};

function spacing(x: number, precision: Precision): number {
  const [bits, smallest] = precision === "f32" ? [23, -126] : [52, -1022];
  let exponent = Math.max(Math.floor(Math.log2(Math.abs(x))), smallest);
  if (2 ** exponent > Math.abs(x) && exponent > smallest) exponent--;
  return 2 ** (exponent - bits);
}

const COUNT = 1 << 16;

/** Largest error in ulp on an interval: at evenly spaced points, and near its ends and zero at ever smaller steps. */
function largestError(c: Case, precision: Precision, [low, high]: Interval): number {
  const { variables, output } = laneFunction(c.f, precision, 1);
  const program = laneProgram(precision, variables, [output], COUNT);
  const x = program.floats(0);
  const half = COUNT / 2;
  for (let i = 0; i < COUNT; i++)
    x[i] =
      i < half
        ? low + ((high - low) * (i + 0.5)) / half
        : (i % 2 === 0 ? low : high) * Math.exp(-((i - half) / half) * 40);
  program.run();
  const found = program.floats(1);
  let largest = 0;
  for (let i = 0; i < COUNT; i++) {
    if (x[i] <= low || x[i] >= high) continue;
    const value = c.exact(x[i]);
    const error = Math.abs(found[i] - value) / spacing(value, precision);
    if (!(error <= largest)) largest = error;
  }
  return largest;
}

const values = (f: Case["f"], precision: Precision, xs: readonly number[]) => {
  const { variables, output } = laneFunction(f, precision, 1);
  const round = precision === "f32" ? Math.fround : (x: number) => x;
  return xs.map((x) => evaluateLanes([output], new Map([[variables[0], round(x)]]), precision)[0]);
};

suite.each(cases)("$name", (c) => {
  const rows = (["f32", "f64"] as const).flatMap((precision) =>
    c.intervals[precision].map((interval) => ({ precision, interval, ulp: c.ulp[precision] })),
  );
  test.each(rows)(
    "is within $ulp ulp in $precision on $interval, by float64 functions good to their own",
    ({ precision, interval, ulp }) => {
      const bound = ulp + oracleUlp(c.name, precision);
      expect(largestError(c, precision, interval)).toBeLessThan(bound);
    },
  );

  test(`is within ${c.ulp.f64} ulp in f64 of values to 80 bits`, () => {
    const rows = laneGolden[c.name];
    const found = values(c.f, "f64", rows.map(([x]) => x)); // prettier-ignore
    const errors = rows.map(
      ([, value, rest], i) => Math.abs((found[i] as number) - value - rest) / spacing(value, "f64"),
    );
    expect(Math.max(...errors)).toBeLessThan(c.ulp.f64);
  });
});

suite("special values", () => {
  const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
  const xs = [0, -0, inf, -inf, nan];
  const table = [
    { name: "exp", f: exp, expected: [1, 1, inf, 0, nan] },
    { name: "expm1", f: expm1, expected: [0, 0, inf, -1, nan] },
    { name: "log", f: log, expected: [-inf, -inf, inf, nan, nan] },
    { name: "sin", f: sin, expected: [0, 0, nan, nan, nan] },
    { name: "cos", f: cos, expected: [1, 1, nan, nan, nan] },
    { name: "tanh", f: tanh, expected: [0, -0, 1, -1, nan] },
    { name: "sigmoid", f: sigmoid, expected: [0.5, 0.5, 1, 0, nan] },
    { name: "softplus", f: softplus, expected: [Math.LN2, Math.LN2, inf, 0, nan] },
    { name: "erf", f: erf, expected: [0, -0, 1, -1, nan] },
  ] as const;

  test.each(table)("of $name at ±0, ±∞ and NaN", ({ f, expected }) => {
    expect(values(f, "f64", xs)).toEqual(expected);
    expect(values(f, "f32", xs)).toEqual(expected.map(Math.fround));
  });

  test("exp overflows where the largest number ends, and its subnormals are 0", () => {
    const [high, low] = values(exp, "f32", [88.72, -86.9]) as number[];
    expect(Math.abs(high / Math.exp(Math.fround(88.72)) - 1)).toBeLessThan(1e-7);
    expect(Math.abs(low / Math.exp(Math.fround(-86.9)) - 1)).toBeLessThan(1e-7);
    expect(values(exp, "f32", [88.73, 1e30, -87, -104, -1e30])).toEqual([inf, inf, 0, 0, 0]);
    expect(values(exp, "f64", [709.79, 1e300, -708.5, -745, -1e300])).toEqual([inf, inf, 0, 0, 0]);
    expect(values(expm1, "f32", [88.73, -20, -1e30])).toEqual([inf, -1, -1]);
  });

  test("log of a negative number is NaN, and subnormal numbers count as zero", () => {
    expect(values(log, "f64", [1, -1, -1e-300, 5e-324, -5e-324])).toEqual([0, nan, nan, -inf, nan]);
    expect(values(log, "f32", [1, -1, -1e-30, 1e-40])).toEqual([0, nan, nan, -inf]);
  });

  test("sin and cos never exceed 1, and tanh and erf reach it and stay", () => {
    for (const precision of ["f32", "f64"] as const)
      for (const c of cases.filter(({ name }) => ["sin", "cos", "tanh", "erf"].includes(name))) {
        const { variables, output } = laneFunction(c.f, precision, 1);
        const program = laneProgram(precision, variables, [output], COUNT);
        program.floats(0).forEach((_, i, x) => (x[i] = (i - COUNT / 2) * 1e-3));
        program.run();
        const sizes = Array.from(program.floats(1), Math.abs);
        const largest = sizes.reduce((a, b) => Math.max(a, b));
        expect(largest).toBeLessThanOrEqual(1);
        expect(largest).toBeGreaterThan(1 - 1e-6);
        if (c.f === tanh || c.f === erf) expect(sizes[0]).toBe(1);
      }
  });
});

suite("sin and cos of large arguments", () => {
  const functions = [
    { name: "sin", f: sin, exact: Math.sin },
    { name: "cos", f: cos, exact: Math.cos },
  ] as const;
  const errors = (
    f: Case["f"],
    exact: (x: number) => number,
    precision: Precision,
    size: number,
  ) => {
    const { variables, output } = laneFunction(f, precision, 1);
    const program = laneProgram(precision, variables, [output], COUNT);
    const x = program.floats(0);
    for (let i = 0; i < COUNT; i++) x[i] = (2 * ((i * 0.6180339887498949) % 1) - 1) * size;
    program.run();
    return Array.from(program.floats(1)).reduce(
      (worst, y, i) => Math.max(worst, Math.abs(y - exact(x[i]))),
      0,
    );
  };

  test.each(functions)("$name in f32 has an error below 2·10⁻⁷ up to 12,000", ({ f, exact }) => {
    expect(errors(f, exact, "f32", 12_000)).toBeLessThan(2e-7);
  });

  test.each(functions)("$name in f32 has that of a rounded x up to 10⁶", ({ f, exact }) => {
    for (const size of [3e4, 1e5, 3e5, 1e6])
      expect(errors(f, exact, "f32", size)).toBeLessThan(2e-7 + size * 2 ** -24);
  });

  test.each(functions)("$name in f64 has an error below 4·10⁻¹⁶ up to 3·10⁶", ({ f, exact }) => {
    expect(errors(f, exact, "f64", 3e6)).toBeLessThan(4e-16);
  });

  test.each(functions)("$name in f64 has that of a rounded x up to 10¹²", ({ f, exact }) => {
    for (const size of [1e8, 1e10, 1e12])
      expect(errors(f, exact, "f64", size)).toBeLessThan(4e-16 + size * 2 ** -53);
  });

  test.each(functions)("$name is NaN from 2²⁰ and 2⁴⁰ on", ({ f }) => {
    expect(values(f, "f32", [2 ** 20 + 1, -(2 ** 24)])).toEqual([NaN, NaN]);
    expect(values(f, "f64", [2 ** 40 + 1, -(2 ** 60)])).toEqual([NaN, NaN]);
  });

  test.each([
    { precision: "f32", multiples: 2, ulp: 2.5 },
    { precision: "f32", multiples: 63, ulp: 16 },
    { precision: "f64", multiples: 63, ulp: 3 },
  ] as const)(
    "in $precision, next to $multiples multiples of π/2, they have $ulp ulp",
    ({ precision, multiples, ulp }) => {
      const [step, round] = precision === "f32" ? [2 ** -23, Math.fround] : [2 ** -52, Number];
      for (const { f, exact } of functions) {
        const xs = Array.from({ length: 5 * multiples }, (_, i) =>
          round(((Math.floor(i / 5) + 1) * Math.PI) / 2 + ((i % 5) - 2) * step),
        );
        (values(f, precision, xs) as number[]).forEach((y, i) => {
          const value = exact(xs[i]);
          expect(Math.abs(y - value) / spacing(value, precision)).toBeLessThan(ulp);
        });
      }
    },
  );
});
