// The normals of the particle loops, as many as there are: their law by χ² on cells of equal chance, moments,
// tails to 5σ, and independence along a stream and across particles. 10⁷ draws a stream, 10⁹ with
// THALWEG_LONG.
import { expect, suite, test } from "vitest";
import { add, erf, input, mul, scalar, type Tensor } from "../../src/graph/index.ts";
import {
  graphStep,
  type Observation,
  observeEnsemble,
  type Observed,
  philox,
  type Recursion,
  xoshiro128,
} from "../../src/kernel/index.ts";
import { chiSquareSurvival, normalCdf } from "../../src/numeric/index.ts";
import { stream } from "../../src/random/index.ts";

const draws = process.env.THALWEG_LONG === undefined ? 1e7 : 1e9;
const cells = 1000;
const f64 = (value: number) => scalar(value, "float64");

// The last three draws: an iteration makes two, and the third is the sine of the pair before.
const state = ["now", "before", "earlier"].map((name) => input([], "float64", name));
const normal = input([], "float64", "z");
const recursion: Recursion = {
  state,
  parameters: [],
  normals: [normal],
  uniforms: [],
  next: [normal, state[0], state[1]],
};
const [now, before, earlier] = state;
const power = (z: Tensor, k: number): Tensor => (k === 1 ? z : mul(z, power(z, k - 1)));
const both = (f: (z: Tensor) => Tensor) => add(f(now), f(before));
/** ⌊Φ(z)·cells⌋ */
const cellOf = (z: Tensor) => mul(f64(cells / 2), add(f64(1), erf(mul(z, f64(Math.SQRT1_2)))));

/** Sums of both draws' powers, of products along the stream, and the histogram of one of the two. */
const seen = (which: Tensor): Observation => ({
  state,
  sums: [
    ...[1, 2, 3, 4, 6].map((k) => both((z) => power(z, k))),
    mul(now, before),
    mul(before, earlier),
    mul(mul(now, now), mul(before, before)),
  ],
  histogram: { index: cellOf(which), cells },
});

/** The histogram of |z| beyond 3, in cells of ¼. */
const tail: Observation = {
  state,
  sums: [],
  histogram: { index: mul(f64(4), add(mul(now, f64(1)), f64(-3))), cells: 10 },
};

function gather(
  generator: typeof xoshiro128,
  precision: "f32" | "f64",
  observation: Observation,
  particles = 4096,
): Observed[] {
  return [
    ...observeEnsemble({
      step: graphStep(recursion, { precision, generator }),
      parameters: [],
      start: (_, out) => out.fill(0),
      stream: stream("2026", "normals"),
      from: 0,
      to: particles,
      burnIn: 4,
      stride: 1,
      observations: Math.ceil(draws / 2 / particles),
      observation,
    }),
  ];
}

const total = (blocks: readonly Observed[], f: (block: Observed) => number) =>
  blocks.reduce((sum, block) => sum + f(block), 0);

suite.each([
  ["f32", xoshiro128],
  ["f64", xoshiro128],
  ["f32", philox],
  ["f64", philox],
] as const)("normals in %s", (precision, generator) => {
  // philox makes four or eight draws an iteration, of which the last three are seen.
  test(`${generator.name}: law, moments and correlations`, () => {
    const blocks = gather(generator, precision, seen(now));
    const moments = total(blocks, (b) => b.moments);
    const n = 2 * moments;
    const mean = (k: number, count: number) => total(blocks, (b) => b.sums[k]) / count;
    // E zᵏ and the variance of zᵏ: E z²ᵏ − (E zᵏ)².
    const [m1, m2, m3, m4, m6] = [0, 1, 2, 3, 4].map((k) => mean(k, n));
    const within = (value: number, truth: number, variance: number, count: number) =>
      expect(Math.abs(value - truth) / Math.sqrt(variance / count)).toBeLessThan(4);
    within(m1, 0, 1, n);
    within(m2, 1, 2, n);
    within(m3, 0, 15, n);
    within(m4, 3, 96, n);
    within(m6, 15, 10_395 - 225, n);
    within(mean(5, moments), 0, 1, moments);
    within(mean(6, moments), 0, 1, moments);
    within(mean(7, moments), 1, 8, moments);

    const counts = Float64Array.from({ length: cells }, (_, k) =>
      total(blocks, (b) => b.counts[k]),
    );
    const expected = moments / cells;
    const statistic = counts.reduce((sum, c) => sum + (c - expected) ** 2 / expected, 0);
    const pValue = chiSquareSurvival(statistic, cells - 1);
    expect(pValue).toBeGreaterThan(1e-4);
    expect(pValue).toBeLessThan(1 - 1e-4);
    // Kolmogorov and Smirnov on the cells' edges.
    let sum = 0;
    let distance = 0;
    counts.forEach((c, k) => {
      sum += c;
      distance = Math.max(distance, Math.abs(sum / moments - (k + 1) / cells));
    });
    expect(distance * Math.sqrt(moments)).toBeLessThan(2.3); // chance 5·10⁻⁵
  });

  test(`${generator.name}: tails to 5σ`, () => {
    const blocks = gather(generator, precision, tail);
    const moments = total(blocks, (b) => b.moments);
    for (let k = 0; k < 8; k++) {
      const chance = normalCdf(3.25 + k / 4) - normalCdf(3 + k / 4);
      const got = total(blocks, (b) => b.counts[k]);
      const expected = chance * moments;
      expect(Math.abs(got - expected)).toBeLessThan(4 * Math.sqrt(expected) + 4);
    }
  });

  test(`${generator.name}: particles are independent`, () => {
    // In each moment the block's sum has the variance of 256 independent normals.
    const step = graphStep(recursion, { precision, generator });
    const observation: Observation = { state, sums: [now] };
    const sums: number[] = [];
    for (let moment = 0; moment < 20; moment++)
      for (const block of observeEnsemble({
        step,
        parameters: [],
        start: (_, out) => out.fill(0),
        stream: stream(`${moment}`, "moments"),
        from: 0,
        to: 256 * 40,
        burnIn: 0,
        stride: 1,
        observations: 1,
        observation,
      }))
        sums.push(block.sums[0] / 16);
    const squares = sums.reduce((s, z) => s + z * z, 0);
    const pValue = chiSquareSurvival(squares, sums.length);
    expect(pValue).toBeGreaterThan(1e-4);
    expect(pValue).toBeLessThan(1 - 1e-4);
  });
});
