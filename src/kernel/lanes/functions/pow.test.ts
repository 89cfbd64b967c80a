import { expect, suite, test } from "vitest";
import { laneGolden } from "../../../../test/kernel/lane-golden.ts";
import { laneFunction, laneProgram } from "../../../../test/kernel/lane-program.ts";
import type { Precision } from "../lane.ts";
import { evaluateLanes } from "../reference.ts";
import { pow, powInteger } from "./pow.ts";

/** With y as a variable, as a constant, or multiplied out. */
function power(precision: Precision, x: number, y: number, constant = false): number {
  const round = precision === "f32" ? Math.fround : Number;
  const { variables, output } = laneFunction(
    (lanes, a, b) => pow(lanes, a, constant ? lanes.constant(y) : b),
    precision,
    2,
  );
  const values = new Map([
    [variables[0], round(x)],
    [variables[1], round(y)],
  ]);
  return evaluateLanes([output], values, precision)[0] as number;
}

const inf = Infinity;
const specials = [
  [0, 2], [0, 3], [-0, 3], [-0, 2], [0, -2], [-0, -3], [0, 0.7], [-0, 0.7], [-0, -0.7], [0, 0], [-0, 0], [NaN, 0],
  [inf, 0.7], [inf, -1], [inf, 0], [-inf, 3], [-inf, 2], [-inf, -3],
  [2, inf], [2, -inf], [0.5, inf], [0.5, -inf], [-2, inf], [-0.5, inf], [0, inf], [0, -inf], [inf, inf], [inf, -inf],
  [-2, 3], [-2, 2], [-2, -1], [-2, 0.5], [-8, 1 / 3], [-1.5, 1e10], [-1, 1e300],
  [NaN, 1], [NaN, -2.5], [2, NaN], [-2, NaN], [0, NaN], [2, 2000], [2, -2000], [1e-40, 0],
] as const; // prettier-ignore

suite("pow", () => {
  test.each(specials)("%d to the %d is what JavaScript has", (x, y) => {
    for (const precision of ["f32", "f64"] as const) {
      const round = precision === "f32" ? Math.fround : Number;
      const expected = round(x ** y);
      const found = power(precision, x, y);
      if (Number.isFinite(expected))
        expect(found / expected || found).toBeCloseTo(expected === 0 ? 0 : 1, 5);
      else expect(found).toBe(expected);
      expect(Object.is(found, -0)).toBe(Object.is(expected, -0));
    }
  });

  test("of ±1 to ±∞ it is 1, as IEEE 754 has it and JavaScript has not", () => {
    expect(power("f64", 1, inf)).toBe(1);
    expect(power("f32", -1, -inf)).toBe(1);
  });

  test("of −∞ it is NaN unless the power is whole, as of any negative number", () => {
    expect([power("f64", -inf, 0.7), power("f32", -inf, -0.7)]).toEqual([NaN, NaN]);
  });

  test("counts subnormal numbers as zero and flushes subnormal results", () => {
    expect([power("f32", 1e-40, 1.5), power("f32", 1e-40, -1.5)]).toEqual([0, inf]);
    expect([power("f64", 1e-310, 0.01), power("f64", -1e-310, -3)]).toEqual([0, -inf]);
    expect([power("f32", 1e-20, 2.1), power("f64", 1e-200, 1.55)]).toEqual([0, 0]);
  });

  test("in f64 is within 1.5 + |y ln x|/16 ulp of values to 80 bits", () => {
    for (const [x, y, value, rest] of laneGolden.pow) {
      const ulp = 2 ** (Math.floor(Math.log2(value)) - 52);
      const error = Math.abs(power("f64", x, y) - value - rest) / ulp;
      expect(error).toBeLessThan(1.5 + Math.abs(y * Math.log(x)) / 16);
    }
  });

  test("in f32 is within 1.5 + |y ln x|/16 ulp of the engine's, for x of all sizes", () => {
    const count = 1 << 16;
    const { variables, output } = laneFunction(pow, "f32", 2);
    const program = laneProgram("f32", variables, [output], count);
    const [x, y] = [program.floats(0), program.floats(1)];
    for (const logs of [0.1, 0.5, 5, 80]) {
      for (let i = 0; i < count; i++) {
        const u = (i * 0.6180339887498949) % 1;
        x[i] = Math.exp((2 * u - 1) * logs);
        y[i] = ((2 * ((i * 0.7548776662466927) % 1) - 1) * 86.5) / Math.log(x[i]);
      }
      program.run();
      program.floats(2).forEach((found, i) => {
        const value = x[i] ** y[i];
        const ulp = 2 ** (Math.floor(Math.log2(value)) - 23);
        const excess = Math.abs(found - value) / ulp - Math.abs(Math.log(value)) / 16;
        if (!(excess < 1.5)) expect.fail(`${x[i]}^${y[i]}: ${found}, not ${value}`);
      });
    }
  });

  test("of a constant whole y is multiplied out, and ±½ takes a square root", () => {
    for (const precision of ["f32", "f64"] as const)
      for (const y of [0, 1, 2, 3, 5, 7, 12, 64, -1, -2, -9, 0.5, -0.5])
        for (const x of [0.3, 1, 1.25, 2.5, 0, inf]) {
          const found = power(precision, x, y, true);
          const round = precision === "f32" ? Math.fround : Number;
          const expected = round(round(x) ** y);
          if (expected === 0 || !Number.isFinite(expected)) expect(found).toBe(expected);
          else {
            const bound = (Math.abs(y) + 2) * (precision === "f32" ? 2 ** -24 : 2 ** -53);
            expect(Math.abs(found / round(x) ** y - 1)).toBeLessThan(bound);
          }
        }
    expect(power("f64", -2, 3, true)).toBe(-8);
    expect(power("f64", -2, 0.5, true)).toBeNaN();
    expect(power("f64", 2, 65, true) / 2 ** 65).toBeCloseTo(1, 13);
    expect(power("f64", 2, 1.5, true) / 2 ** 1.5).toBeCloseTo(1, 13);
  });
});

suite("powInteger", () => {
  test.each([
    [1, 0],
    [2, 1],
    [3, 2],
    [7, 4],
    [8, 3],
    [63, 10],
    [-2, 2],
  ])("x^%d takes %d operations", (n, operations) => {
    const seen = new Set<unknown>();
    const { output, variables } = laneFunction((lanes, x) => powInteger(lanes, x, n), "f64", 1);
    const walk = (lane: typeof output) => {
      if (lane === variables[0] || lane.op === "constant" || seen.has(lane)) return;
      seen.add(lane);
      lane.inputs.forEach(walk);
    };
    walk(output);
    expect(seen.size).toBe(operations);
  });
});
