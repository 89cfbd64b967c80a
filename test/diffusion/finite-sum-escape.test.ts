// First passages of SGD with real batches on Styblinski and Tang's finite sum, against the exact times of
// the diffusion with D = (ηs²/2B)·(V″² + ε²)^½.
import { expect, test } from "vitest";
import { batchNoise } from "../../src/diffusion/noise/batch.ts";
import { hessianNoise } from "../../src/diffusion/noise/hessian-shaped.ts";
import type { Noise } from "../../src/diffusion/noise/noise.ts";
import { perturbedSum } from "../../src/diffusion/noise/perturbed-sum.ts";
import { styblinskiTang } from "../../src/diffusion/potential/catalogue/styblinski-tang.ts";
import { diffusionProcess } from "../../src/diffusion/process/process.ts";
import { sgd } from "../../src/diffusion/scheme/sgd.ts";
import { meanFirstPassage } from "../../src/diffusion/theory/first-passage.ts";
import { firstExits, graphStep, xoshiro128 } from "../../src/kernel/index.ts";
import { stream } from "../../src/random/index.ts";
import { parameterValues } from "./simulate.ts";

const eta = 0.002;
const floor = 10;
const walkers = 400;
const [start, top] = [2.746802770990837, 0.1567312567803401];
const exit = top - 1.5;
const leftMinimum = -2.903534027771177;

/** E T of the diffusion by quadrature, with 2B/η = r. */
const exactTime = (r: number, exitAt = exit) =>
  meanFirstPassage(
    {
      gradient: (x) => 2 * x ** 3 - 16 * x + 2.5,
      diffusion: (x) => Math.hypot(6 * x * x - 16, floor) / r,
    },
    start,
    { left: { kind: "exit", at: exitAt }, right: { kind: "natural" } },
  );

/** Mean of the exit times and its standard error; nobody is left at the horizon. */
function meanTime(noise: Noise, parameters: Readonly<Record<string, number>>) {
  const process = diffusionProcess({
    potential: styblinskiTang(),
    noise,
    scheme: sgd,
    target: "discrete",
    exit: { kind: "half-space", normal: [-1], offset: -exit },
  });
  const run = firstExits({
    step: graphStep(process.recursion, { precision: "f32", generator: xoshiro128 }),
    parameters: parameterValues(process, { eta, ...parameters }),
    start: (_, out) => out.fill(start),
    stream: stream("71", "finite-sum-escape"),
    from: 0,
    to: walkers,
    horizon: 2_000_000,
  });
  let at = run.next();
  while (at.done !== true) at = run.next();
  const times = at.value.exitSteps.map((steps) => steps * eta);
  expect(Math.min(...times)).toBeGreaterThan(0);
  const mean = times.reduce((s, t) => s + t, 0) / walkers;
  const variance = times.reduce((s, t) => s + (t - mean) ** 2, 0) / (walkers - 1);
  return { mean, stderr: Math.sqrt(variance / walkers) };
}

test.each([
  [2, 11.668],
  [3, 76.204],
])("2B/η = %d: the exact time is %d", (r, tabulated) => {
  // prettier-ignore
  expect(exactTime(r, leftMinimum) / tabulated).toBeCloseTo(1, 3);
});

test.each([2, 3])(
  "real batches of %d of 1024 samples with s² = 1000: within 4 standard errors",
  (batchSize) => {
    const problem = perturbedSum(styblinskiTang(), { samples: 1024, variance: 1000, floor, stream: stream("7", "xi") }); // prettier-ignore
    const { mean, stderr } = meanTime(batchNoise(problem, { batchSize, replacement: true }), {});
    expect(Math.abs(mean - exactTime(batchSize))).toBeLessThan(4 * stderr);
  },
);

test.each([2, 3])(
  "Gaussian noise of the same covariance, 2B/η = %d: within 4 standard errors",
  (r) => {
    const noise = hessianNoise({ batchSize: (r * eta) / 2, floor });
    const { mean, stderr } = meanTime(noise, {});
    expect(Math.abs(mean - exactTime(r))).toBeLessThan(4 * stderr);
  },
);
