import { expect, suite, test } from "vitest";
import { integrate } from "../../numeric/index.ts";
import type { Convention } from "./convention.ts";
import { firstPassage, meanFirstPassage, type Boundary } from "./first-passage.ts";
import type { Process1d } from "./process.ts";

const exit = (at: number): Boundary => ({ kind: "exit", at });
const reflect = (at: number): Boundary => ({ kind: "reflect", at });
const natural: Boundary = { kind: "natural" };
const conventions: readonly Convention[] = ["ito", "stratonovich", "anti-ito"];

const doubleWell: Process1d = { gradient: (x) => x ** 3 - x, diffusion: 0.1 };

suite("firstPassage in the double well x⁴/4 − x²/2 with D = 0.1", () => {
  test("−1 → 0 takes 30.8213 and −1 → +1 takes 66.2686", () => {
    const half = firstPassage(doubleWell, -1, { left: natural, right: exit(0) });
    const whole = firstPassage(doubleWell, -1, { left: natural, right: exit(1) });
    expect(half.mean).toBeCloseTo(30.8213, 4);
    expect(whole.mean).toBeCloseTo(66.2686, 4);
    expect([half.status, whole.status]).toEqual(["converged", "converged"]);
    expect(Math.max(half.error, whole.error)).toBeLessThan(1e-11);
  });

  test("is the nested quadrature of its own formula", () => {
    const V = (x: number) => x ** 4 / 4 - x ** 2 / 2;
    const { mean } = firstPassage(doubleWell, -1, { left: natural, right: exit(0) });
    const tight = { relativeTolerance: 1e-10 };
    const inner = (y: number) =>
      integrate((z) => Math.exp((V(y) - V(z)) / 0.1), -Infinity, y, tight).value;
    const nested = integrate(inner, -1, 0, tight).value / 0.1;
    expect(Math.abs(mean / nested - 1)).toBeLessThan(1e-9);
  });

  test("a reflecting wall where nothing goes changes nothing; mirrored it is the same", () => {
    const open = meanFirstPassage(doubleWell, -1, { left: natural, right: exit(0) });
    const walled = meanFirstPassage(doubleWell, -1, { left: reflect(-4), right: exit(0) });
    const mirrored = meanFirstPassage(doubleWell, 1, { left: exit(0), right: natural });
    expect(Math.abs(walled / open - 1)).toBeLessThan(1e-12);
    expect(Math.abs(mirrored / open - 1)).toBeLessThan(1e-12);
  });

  test("starts far up the wall and low barriers of D = 1/2000 keep their digits", () => {
    const high = firstPassage(doubleWell, -6, { left: natural, right: exit(0) });
    const low = firstPassage(doubleWell, -1, { left: natural, right: exit(0) });
    // Down the wall first, in the time of a fall, then as from near the minimum.
    expect(high.mean - low.mean).toBeGreaterThan(0);
    expect(high.mean - low.mean).toBeLessThan(3);
    const cold = firstPassage({ ...doubleWell, diffusion: 1 / 2000 }, -1, {
      left: natural,
      right: exit(0),
    });
    const kramers = Math.log(Math.PI / Math.SQRT2) + 500;
    expect(cold.error).toBeLessThan(1e-10);
    expect(Math.abs(cold.logMean - kramers)).toBeLessThan(2e-3);
    expect(cold.variation).toBeCloseTo(1, 6); // rare, so exponential
  });
});

suite("firstPassage against closed forms", () => {
  const free: Process1d = { gradient: () => 0, diffusion: 0.5 };

  test("Brownian motion: (x − a)(b − x)/2D to either end, and the linear odds", () => {
    const t = firstPassage(free, 0.3, { left: exit(0), right: exit(1) });
    expect(t.mean).toBeCloseTo((0.3 * 0.7) / 1, 13);
    expect(t.leftProbability).toBeCloseTo(0.7, 13);
    // E T² = x(1 − x)(1 + x − x²)/12D² for the unit interval
    expect(t.secondMoment).toBeCloseTo((0.21 * 1.21) / (12 * 0.25), 13);
  });

  test("Brownian motion from a reflecting wall: b²/2D, E T² = 5b⁴/12D²", () => {
    const t = firstPassage(free, 0, { left: reflect(0), right: exit(2) });
    expect(t.mean).toBeCloseTo(4, 12);
    expect(t.secondMoment).toBeCloseTo((5 * 16) / (12 * 0.25), 11);
    expect(t.leftProbability).toBe(0);
  });

  test("drift to an exit from a natural side behind: (b − x)/v and variance 2D(b − x)/v³", () => {
    const drift: Process1d = { gradient: () => -2, diffusion: 0.7 };
    const t = firstPassage(drift, 0, { left: natural, right: exit(3) });
    expect(t.mean).toBeCloseTo(1.5, 12);
    expect(t.secondMoment - t.mean ** 2).toBeCloseTo((2 * 0.7 * 3) / 8, 11);
  });

  test.each(conventions)("geometric noise D = x² in the convention %s", (convention) => {
    // y = ln x has noise √2 and drift 2α − 1: from x = 1 to the exits e^−1 and e.
    const alpha = { ito: 0, stratonovich: 0.5, "anti-ito": 1 }[convention];
    const process: Process1d = { gradient: () => 0, diffusion: (x) => x * x, convention };
    const t = firstPassage(process, 1, { left: exit(Math.exp(-1)), right: exit(Math.E) });
    const v = 2 * alpha - 1;
    const left = v === 0 ? 0.5 : Math.expm1(-v) / (Math.exp(-v) - Math.exp(v));
    const mean = v === 0 ? 0.5 : (1 - 2 * left) / v;
    expect(t.leftProbability).toBeCloseTo(left, 12);
    expect(t.mean).toBeCloseTo(mean, 12);
  });

  test("a heavy tail is followed far enough; one without an integral has no mean time", () => {
    const heavy = (kappa: number): Process1d => ({
      gradient: (x) => x,
      diffusion: (x) => (1 + x * x) / (2 * kappa), // m = X^(−κ−1)·2κ
    });
    const t = firstPassage(heavy(0.1), 0, { left: natural, right: exit(1) });
    const integrand = (y: number) =>
      (1 + y * y) ** 0.1 *
      integrate((z) => 0.2 * (1 + z * z) ** -1.1, -Infinity, y, { relativeTolerance: 1e-10 }).value;
    expect(t.mean / integrate(integrand, 0, 1).value).toBeCloseTo(1, 7);
    const none = firstPassage({ gradient: () => 1, diffusion: 1 }, 0, {
      left: natural,
      right: exit(1),
    });
    expect([none.status, none.mean]).toEqual(["unbounded", Infinity]);
  });

  test("a jump of D named as a breakpoint, and one left unnamed", () => {
    const jump = (x: number) => (x < 0.5 ? 1 : 0.25);
    // From the wall at 0, Itô: s = 1, m = 1/D: ∫₀¹ (1 − y)/D(y) dy
    const exact = 0.375 + 0.125 * 4;
    const sides = { left: reflect(0), right: exit(1) };
    const process = { gradient: () => 0, diffusion: jump };
    expect(meanFirstPassage({ ...process, breakpoints: [0.5] }, 0, sides)).toBeCloseTo(exact, 13);
    expect(meanFirstPassage(process, 0, sides)).toBeCloseTo(exact, 9);
  });
});

suite("firstPassage refuses", () => {
  const go = (process: Process1d, start: number, left: Boundary, right: Boundary) => () =>
    firstPassage(process, start, { left, right });
  test.each<[string, () => unknown]>([
    [
      "one side at least must be an exit, got natural on the left and reflect on the right",
      go(doubleWell, 0, natural, reflect(3)),
    ],
    [
      "start must lie inside the right side, got 0 with exit at 0",
      go(doubleWell, 0, natural, exit(0)),
    ],
    [
      "start must lie inside the left side, got -5 with reflect at -4",
      go(doubleWell, -5, reflect(-4), exit(0)),
    ],
    ["start must be finite, got NaN", go(doubleWell, Number.NaN, natural, exit(0))],
    [
      "left side must be at a finite place or natural, got exit at -Infinity",
      go(doubleWell, 0, exit(-Infinity), exit(1)),
    ],
    [
      "diffusion must be positive and finite, got -0.1 at x = 0",
      go({ ...doubleWell, diffusion: -0.1 }, 0, natural, exit(1)),
    ],
    [
      "gradient must be finite, got NaN at x = ",
      go({ gradient: () => Number.NaN, diffusion: 1 }, 0, natural, exit(1)),
    ],
  ])("%s", (message, run) => expect(run).toThrow(message));
});
