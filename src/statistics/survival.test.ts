import { expect, suite, test } from "vitest";
import { fillNormal, fillUniform, stream, substream } from "../random/index.ts";
import type { Estimate } from "./estimate.ts";
import { extrapolate } from "./extrapolate.ts";
import { constantHazardTest, exponentialProfile, exponentialRate } from "./survival.ts";

const seed = "71";
const source = stream(seed, "survival");

/** n exponential times of this mean, cut off at `limit`. */
function exponentials(item: number, n: number, mean: number, limit: number) {
  const u = new Float64Array(n);
  fillUniform(substream(source, item), 0, u);
  const whole = Array.from(u, (p) => -mean * Math.log(p));
  return { times: whole.map((t) => Math.min(t, limit)), observed: whole.map((t) => t <= limit) };
}

/** Whether the share of hits among n is within 4 standard errors of `wanted`. */
function expectShare(hits: number, n: number, wanted: number): void {
  expect(Math.abs(hits / n - wanted)).toBeLessThan(4 * Math.sqrt((wanted * (1 - wanted)) / n));
}

const covers = ({ low, high }: Estimate, truth: number) => low <= truth && truth <= high;

suite("exponentialProfile", () => {
  test("its ends are where the likelihood has fallen by half of χ²₁", () => {
    const times = [1, 2, 3, 5, 8];
    const observed = [1, 1, 0, 1, 1];
    const { value, low, high } = exponentialProfile(times, observed, { seed });
    const logLikelihood = (mean: number) => -4 * Math.log(mean) - 19 / mean;
    expect(value).toBe(19 / 4);
    const quantile = 3.841458820694124; // 95 % of χ² of 1 degree
    for (const end of [low, high])
      expect(2 * (logLikelihood(value) - logLikelihood(end))).toBeCloseTo(quantile, 10);
    expect(low).toBeLessThan(value);
    expect(high).toBeGreaterThan(value);
  });

  test.each([
    ["complete", Infinity],
    ["censored at half the mean", 1.5],
    ["censored at a tenth of the mean", 0.3],
  ])("covers the mean of %s times in 95 % of repetitions", (_, limit) => {
    let hits = 0;
    for (let i = 0; i < 2000; i++) {
      const { times, observed } = exponentials(i, 200, 3, limit);
      if (covers(exponentialProfile(times, observed, { seed }), 3)) hits++;
    }
    expectShare(hits, 2000, 0.95);
  });

  test("needs an event", () => {
    expect(() => exponentialProfile([1], [0], { seed })).toThrow(
      new RangeError("observed events must be at least 1 to give a mean time, got 0"),
    );
  });
});

suite("exponentialRate", () => {
  test("is without bias, its error right and its interval of its level, for eight events", () => {
    let sum = 0;
    let squares = 0;
    let claimed = 0;
    let hits = 0;
    for (let i = 0; i < 4000; i++) {
      const { times, observed } = exponentials(i, 8, 3, Infinity);
      const rate = exponentialRate(times, observed, { seed });
      sum += rate.value;
      squares += (rate.value - 1 / 3) ** 2;
      claimed += rate.stderr ** 2;
      if (covers(rate, 1 / 3)) hits++;
    }
    const spread = Math.sqrt(squares / 4000);
    expect(Math.abs(sum / 4000 - 1 / 3)).toBeLessThan((4 * spread) / Math.sqrt(4000));
    expect(spread).toBeCloseTo(1 / 3 / Math.sqrt(6), 2); // λ/√(n − 2)
    expect(Math.sqrt(claimed / 4000)).toBeGreaterThan(0.9 * spread);
    expectShare(hits, 4000, 0.95);
  });
});

suite("constantHazardTest", () => {
  test.each([
    ["complete", 200, Infinity],
    ["censored at half the mean", 400, 1.5],
    ["of 60 events", 60, Infinity],
  ])("rejects %s exponential times at its level", (_, n, limit) => {
    let hits = 0;
    for (let i = 0; i < 3000; i++) {
      const { times, observed } = exponentials(i, n, 3, limit);
      if (constantHazardTest(times, observed).pValue < 0.05) hits++;
    }
    expectShare(hits, 3000, 0.05);
  });

  test("holds its level where times are cut off at many places", () => {
    let hits = 0;
    for (let i = 0; i < 3000; i++) {
      const { times } = exponentials(i, 200, 3, Infinity);
      const { times: cuts } = exponentials(5000 + i, 200, 4, Infinity);
      const observed = times.map((t, k) => t <= cuts[k]);
      const seen = times.map((t, k) => Math.min(t, cuts[k]));
      if (constantHazardTest(seen, observed).pValue < 0.05) hits++;
    }
    expectShare(hits, 3000, 0.05);
  });

  test("rejects sums of two exponentials, and a mixture of two means", () => {
    const first = exponentials(1, 300, 1, Infinity).times;
    const second = exponentials(2, 300, 1, Infinity).times;
    const all = first.map(() => true);
    expect(constantHazardTest(first.map((t, i) => t + second[i]), all).pValue).toBeLessThan(1e-9); // prettier-ignore
    expect(constantHazardTest(first.map((t, i) => (i % 2 ? t : 9 * t)), all).pValue).toBeLessThan(1e-6); // prettier-ignore
  });

  test("needs twenty events", () => {
    const { times, observed } = exponentials(3, 19, 1, Infinity);
    expect(() => constantHazardTest(times, observed)).toThrow(
      new RangeError("observed events must be at least 20 to give a test of fit, got 19"),
    );
  });
});

suite("extrapolate", () => {
  const steps = [0.0025, 0.005, 0.01, 0.02, 0.04];

  test("finds value and order of exact data", () => {
    const values = steps.map((h) => 30.8 + 12 * h ** 0.5);
    const { value, order, coefficient } = extrapolate(steps, values, {
      seed,
      sigma: steps.map(() => 0.01),
    });
    expect(value.value).toBeCloseTo(30.8, 6);
    expect((order as Estimate).value).toBeCloseTo(0.5, 7);
    expect(coefficient).toBeCloseTo(12, 5);
  });

  test.each([
    ["fitted", undefined],
    ["known", 0.5],
  ])("covers the value in 95 % of repetitions, the order %s", (_, order) => {
    const noise = new Float64Array(steps.length);
    let hits = 0;
    for (let i = 0; i < 300; i++) {
      fillNormal(substream(source, 100_000 + i), 0, noise);
      const values = steps.map((h, k) => 30.8 + 12 * h ** 0.5 + 0.02 * noise[k]);
      const sigma = steps.map(() => 0.02);
      const found = extrapolate(steps, values, { seed, sigma, ...(order && { order }) });
      if (covers(found.value, 30.8)) hits++;
    }
    expectShare(hits, 300, 0.95);
  });

  test("says that it does not know an order that the values do not show", () => {
    const found = extrapolate([1, 2, 4], [5, 5.01, 4.99], { seed, sigma: [0.1, 0.1, 0.1] });
    expect((found.order as Estimate).stderr).toBeGreaterThan(1);
  });

  test("needs three different steps", () => {
    const sigma = [1, 1, 1];
    expect(() => extrapolate([1, 2, 2], [1, 2, 3], { seed, sigma })).toThrow(
      new RangeError("steps must be at least 3 different ones, got 1,2,2"),
    );
    expect(() => extrapolate([1, 2, 0], [1, 2, 3], { seed, sigma })).toThrow(
      new RangeError("steps must be positive and finite, got 0 at 2"),
    );
  });
});
