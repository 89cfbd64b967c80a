import { describe, expect, test } from "vitest";
import { batchNoise } from "../../src/diffusion/noise/batch.ts";
import { type BatchProblem, batchProblem } from "../../src/diffusion/noise/finite-sum.ts";
import { perturbedSum } from "../../src/diffusion/noise/perturbed-sum.ts";
import { shiftedData } from "../../src/diffusion/noise/shifted-data.ts";
import { styblinskiTang } from "../../src/diffusion/potential/catalogue/styblinski-tang.ts";
import { diffusionProcess } from "../../src/diffusion/process/process.ts";
import { sgd } from "../../src/diffusion/scheme/sgd.ts";
import { mul } from "../../src/graph/index.ts";
import { stream } from "../../src/random/index.ts";
import { coupled, coupledGradient, shifts } from "./coupled.ts";
import { scatter } from "./dense.ts";
import { oneStep } from "./one-step.ts";
import { covarianceOf, hostStep } from "./simulate.ts";

const processOf = (problem: BatchProblem, batchSize: number, replacement: boolean) =>
  diffusionProcess({
    potential: problem.mean,
    noise: batchNoise(problem, { batchSize, replacement }),
    scheme: sgd,
    target: "discrete",
  });

/** All index tuples of a batch, repeats included or not. */
function tuples(samples: number, size: number, replacement: boolean): number[][] {
  if (size === 0) return [[]];
  return tuples(samples, size - 1, replacement).flatMap((rest) =>
    Array.from({ length: samples }, (_, i) => i)
      .filter((i) => replacement || !rest.includes(i))
      .map((i) => [...rest, i]),
  );
}

test.each([true, false])(
  "all batches of 2 of 5, replacement %s: the mean is ∇L, the covariance Σ/B or (N − B)/(B(N − 1))·Σ",
  (replacement) => {
    const [eta, samples, batchSize, from] = [0.1, 5, 2, [0.7, -0.4]];
    const data = shifts(samples, 2);
    const step = hostStep(processOf(shiftedData(coupled(2), data), batchSize, replacement), {
      eta,
    });
    const gradients = tuples(samples, batchSize, replacement).map((indices) =>
      Array.from(step(from, [], [], indices), (x, k) => (from[k] - x) / eta),
    );
    const each = Array.from({ length: samples }, (_, i) =>
      coupledGradient(from.map((x, k) => x - data[2 * i + k])),
    );
    const share = replacement ? 1 / batchSize : (samples - batchSize) / (batchSize * (samples - 1));
    const expected = scatter(each);
    scatter(gradients).forEach((row, i) =>
      row.forEach((x, j) => expect(x).toBeCloseTo(share * expected[i][j], 13)),
    );
    from.forEach((_, k) => {
      const mean = gradients.reduce((s, g) => s + g[k], 0) / gradients.length;
      expect(mean).toBeCloseTo(each.reduce((s, g) => s + g[k], 0) / samples, 13);
    });
  },
);

/** ℓᵢ = 4ⁱ·x: the digits of a batch's sum are how often each sample was drawn. */
const digits = (samples: number) =>
  batchProblem({
    name: "digits",
    formula: "mean of 4^i x",
    dimension: 1,
    parameters: {},
    sum: {
      samples,
      features: 1,
      data: Float64Array.from({ length: samples }, (_, i) => 4 ** i),
      loss: ([x], [weight]) => mul(x, weight),
    },
  });

describe("batches of 3 of 8 as the kernel draws them", () => {
  const [samples, batchSize, particles] = [8, 3, 20_000];
  const drawn = (replacement: boolean, precision: "f32" | "f64") => {
    const problem = digits(samples);
    const noise = batchNoise(problem, { batchSize, replacement });
    const options = { potential: problem.mean, noise, scheme: sgd };
    const [x] = oneStep(options, { eta: batchSize }, [0], particles, precision);
    return Array.from({ length: samples }, (_, i) =>
      x.map((v) => Math.floor(Math.round(-v) / 4 ** i) % 4),
    );
  };

  test.each(["f32", "f64"] as const)(
    "%s, without replacement: all different, every pair alike",
    (precision) => {
      const counts = drawn(false, precision);
      const repeated = counts.some((c) => c.some((v) => v > 1));
      expect(repeated).toBe(false);
      const sizes = counts[0].map((_, p) => counts.reduce((sum, c) => sum + c[p], 0));
      expect(new Set(sizes)).toEqual(new Set([batchSize]));
      const marginal = batchSize / samples;
      const pair = (batchSize * (batchSize - 1)) / (samples * (samples - 1));
      const within = (share: number, p: number) =>
        expect(Math.abs(share - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / particles));
      counts.forEach((c, i) => {
        within(c.reduce((s, v) => s + v, 0) / particles, marginal);
        counts.slice(i + 1).forEach((d) => {
          within(c.reduce((s, v, p) => s + v * d[p], 0) / particles, pair);
        });
      });
    },
  );

  test.each(["f32", "f64"] as const)(
    "%s, with replacement: the counts of a multinomial",
    (precision) => {
      const counts = drawn(true, precision);
      counts.forEach((c, i) =>
        counts.slice(i).forEach((d, j) => {
          const { value, stderr } = covarianceOf(c, d);
          const p = 1 / samples;
          const expected = j === 0 ? batchSize * p * (1 - p) : -batchSize * p * p;
          expect(Math.abs(value - expected)).toBeLessThan(4 * stderr);
        }),
      );
    },
  );
});

describe("Styblinski and Tang's finite sum", () => {
  const variance = 1000;
  const samples = 64;
  const problem = perturbedSum(styblinskiTang(), { samples, variance, floor: 10, stream: stream("7", "xi") }); // prettier-ignore

  test("the ξ have mean 0 and the variance that is asked for, exactly", () => {
    const { data } = problem;
    expect(data.reduce((s, x) => s + x, 0)).toBeCloseTo(0, 10);
    expect(data.reduce((s, x) => s + x * x, 0) / samples).toBeCloseTo(variance, 10);
  });

  test("the step is −η(V′ + ξ̄·(V″² + ε²)^¼), floor an argument", () => {
    const step = hostStep(processOf(problem, 2, true), { eta: 0.002, floor: 5 });
    for (const [x, i, j] of [
      [2.7, 3, 3],
      [-1, 0, 9],
      [0.3, 63, 5],
    ]) {
      // prettier-ignore
      const xi = (problem.data[i] + problem.data[j]) / 2;
      const slope = 2 * x ** 3 - 16 * x + 2.5;
      const root = Math.hypot(6 * x * x - 16, 5) ** 0.5;
      expect(step([x], [], [], [i, j])[0]).toBeCloseTo(x - 0.002 * (slope + xi * root), 13);
    }
  });
});

test("what is no finite sum and no batch of it is refused", () => {
  const problem = digits(4);
  expect(() => batchNoise(problem, { batchSize: 0, replacement: true })).toThrow(
    "batch size must be a positive integer, got 0",
  );
  expect(() => batchNoise(problem, { batchSize: 5, replacement: false })).toThrow(
    "a batch without replacement must be at most the 4 samples, got 5",
  );
  expect(() => shiftedData(coupled(2), new Float64Array(3))).toThrow(
    "shifts of formula must be a positive multiple of 2 numbers, got 3",
  );
  expect(() => shiftedData(coupled(2), Float64Array.of(0, 1, NaN, 0))).toThrow(
    "data of a finite sum must be finite, got NaN in sample 1",
  );
  expect(() =>
    perturbedSum(coupled(2), { samples: 4, variance: 1, floor: 1, stream: stream("7", "xi") }),
  ).toThrow(
    // prettier-ignore
    "a perturbed sum takes a potential of one coordinate, got formula of 2",
  );
});
