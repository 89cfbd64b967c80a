// Stationary laws of processes on the compiled kernel.
import { expect, test } from "vitest";
import { batchNoise } from "../../src/diffusion/noise/batch.ts";
import { constantNoise } from "../../src/diffusion/noise/constant.ts";
import { quadraticNoise } from "../../src/diffusion/noise/quadratic.ts";
import { shiftedData } from "../../src/diffusion/noise/shifted-data.ts";
import { diffusionProcess } from "../../src/diffusion/process/process.ts";
import { baoab } from "../../src/diffusion/scheme/baoab.ts";
import { eulerMaruyama } from "../../src/diffusion/scheme/euler-maruyama.ts";
import { stochasticHeun } from "../../src/diffusion/scheme/heun.ts";
import type { Scheme } from "../../src/diffusion/scheme/scheme.ts";
import { sgd } from "../../src/diffusion/scheme/sgd.ts";
import { conventionWeight, type Convention } from "../../src/diffusion/theory/convention.ts";
import { integrate, logGamma, studentCdf, studentQuantile } from "../../src/numeric/index.ts";
import { fillNormal, stream } from "../../src/random/index.ts";
import { chiSquareTest } from "../../src/statistics/index.ts";
import { potentialOf } from "./landscapes.ts";
import { covarianceOf, simulate } from "./simulate.ts";

const particles = 8192;
/** The chance of a deviation of 4 standard errors. */
const fourSigma = 6e-5;

/** Counts in cells that hold equal shares of a law, against those shares. */
function shareTest(x: Float64Array, cells: number, cdf: (x: number) => number) {
  const counts = new Float64Array(cells);
  for (const value of x) counts[Math.min(cells - 1, Math.floor(cells * cdf(value)))]++;
  return chiSquareTest(counts, new Float64Array(cells).fill(x.length / cells)).pValue;
}

/** Maximum likelihood of p in (1 + z²)^(−p)·Γ(p)/(√π Γ(p − ½)), and its standard error, as ν = 2p − 1. */
function studentFit(z: Float64Array): { readonly nu: number; readonly stderr: number } {
  const meanLog = z.reduce((s, x) => s + Math.log1p(x * x), 0) / z.length;
  const d = 1e-4;
  const score = (p: number) =>
    (logGamma(p + d) - logGamma(p - d) - logGamma(p - 0.5 + d) + logGamma(p - 0.5 - d)) / (2 * d);
  let [low, high] = [0.6, 50];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (score(middle) > meanLog) low = middle;
    else high = middle;
  }
  const information = -(score(low + 0.01) - score(low - 0.01)) / 0.02;
  return { nu: 2 * low - 1, stderr: 2 / Math.sqrt(information * z.length) };
}

// dw = −w dt + √(ηC) dB with C = (1 + w²)/(ηκ): a law of Student's with ν = 2κ + 1 − 2α, w = t/√ν.
const conventions: readonly Convention[] = ["ito", "stratonovich", "anti-ito"];
const studentCases: readonly (readonly [number, Convention, Scheme])[] = [
  ...conventions.map((convention) => [2, convention, eulerMaruyama] as const),
  [4, "ito", eulerMaruyama],
  [4, "anti-ito", stochasticHeun],
];
test.each(studentCases.map(([kappa, c, s]) => [kappa, c, s.name, s] as const))(
  "κ = %d, %s, %s: Student's law of that convention and of no other",
  (kappa, convention, _, scheme) => {
    // The light tail of κ = 4 says less of ν: four samples a particle, and half the step.
    const [eta, samples] = kappa === 4 ? [0.002, 4] : [0.004, 1];
    const relaxed = Math.round(12 / eta);
    const sigma = 1 / (eta * kappa);
    const process = diffusionProcess({
      potential: potentialOf("x^2/2"),
      noise: quadraticNoise({ sigmaG: 1, sigmaH: 1 }),
      scheme,
      convention,
      target: "continuous",
    });
    const parameters = { eta, sigmaG: sigma, sigmaH: sigma };
    const [w] = simulate(process, { parameters, start: [0], particles, burnIn: relaxed, stride: relaxed / 3, samples, seed: "41" }); // prettier-ignore
    const nuOf = (c: Convention) => 2 * kappa + 1 - 2 * conventionWeight(c);
    const { nu, stderr } = studentFit(w);
    expect(stderr).toBeLessThan(0.075);
    expect(Math.abs(nu - nuOf(convention))).toBeLessThan(0.3);
    for (const other of conventions) {
      const n = nuOf(other);
      const pValue = shareTest(w, 24, (x) => studentCdf(x * Math.sqrt(n), n));
      if (other === convention) expect(pValue).toBeGreaterThan(fourSigma);
      else if (kappa === 2) expect(pValue).toBeLessThan(1e-10);
    }
  },
);

test("Student's quantiles, by which the cells are cut, invert its distribution", () => {
  for (const nu of [3, 5, 9]) expect(studentCdf(studentQuantile(0.9, nu), nu)).toBeCloseTo(0.9, 10);
});

const ouCases = [[0.1, 2, 1.5], [0.5, 2, 1], [0.3, 6, 4]] as const; // prettier-ignore

test.each(ouCases)("SGD on hx²/2, η = %d, h = %d: variance ηs/(bh(2 − ηh))", (eta, h, perBatch) => {
  const process = diffusionProcess({
    potential: potentialOf(`${h}*x^2/2`),
    noise: quadraticNoise({ sigmaG: perBatch, sigmaH: 0 }),
    scheme: sgd,
    target: "discrete",
  });
  const [x] = simulate(process, { parameters: { eta }, start: [0], particles, burnIn: 200, seed: "42" }); // prettier-ignore
  const { value, stderr } = covarianceOf(x, x);
  expect(Math.abs(value - (eta * perBatch) / (h * (2 - eta * h)))).toBeLessThan(4 * stderr);
});

test.each([true, false])(
  "real batches on shifted parabolas, replacement %s: variance ηs/(bh(2 − ηh))",
  (replacement) => {
    const [eta, h, batchSize, samples] = [0.4, 2, 6, 20];
    const shifts = new Float64Array(samples);
    fillNormal(stream("9", "parabolas"), 0, shifts);
    const problem = shiftedData(potentialOf(`${h}*x^2/2`), shifts);
    const noise = batchNoise(problem, { batchSize, replacement });
    const process = diffusionProcess({ potential: problem.mean, noise, scheme: sgd, target: "discrete" }); // prettier-ignore
    const [x] = simulate(process, { parameters: { eta }, start: [0], particles, burnIn: 200, seed: "43" }); // prettier-ignore
    const s = h ** 2 * covarianceOf(shifts, shifts).value;
    const share = replacement ? 1 / batchSize : (samples - batchSize) / (batchSize * (samples - 1));
    const { value, stderr } = covarianceOf(x, x);
    expect(Math.abs(value - (eta * s * share) / (h * (2 - eta * h)))).toBeLessThan(4 * stderr);
    const centre = shifts.reduce((a, b) => a + b, 0) / samples;
    const mean = x.reduce((a, b) => a + b, 0) / x.length;
    expect(Math.abs(mean - centre)).toBeLessThan(4 * Math.sqrt(value / x.length));
  },
);

test("baoab in a double well: e^(−V/D) of positions, N(0, D) of velocities", () => {
  const d = 0.25;
  const process = diffusionProcess({
    potential: potentialOf("x^4/4 - x^2/2"),
    noise: constantNoise(d),
    scheme: baoab(1),
    target: "continuous",
  });
  const [x, v] = simulate(process, { parameters: { eta: 0.1 }, start: [0, 0], particles, burnIn: 600, seed: "44" }); // prettier-ignore
  const density = (y: number) => Math.exp(-(y ** 4 / 4 - y ** 2 / 2) / d);
  const total = integrate(density, -4, 4).value;
  const cdf = (y: number) => integrate(density, -4, y).value / total;
  const counts = new Float64Array(16);
  const edges = Array.from({ length: 15 }, (_, i) => -1.75 + 0.25 * i);
  for (const y of x) counts[edges.findIndex((e) => y < e) + (y >= edges[14] ? 16 : 0)]++;
  const shares = counts.map((_, i) => (i < 15 ? cdf(edges[i]) : 1) - (i > 0 ? cdf(edges[i - 1]) : 0)); // prettier-ignore
  expect(chiSquareTest(counts, shares.map((p) => p * x.length)).pValue).toBeGreaterThan(fourSigma); // prettier-ignore
  const { value, stderr } = covarianceOf(v, v);
  // The variance of velocities is off by O(η²): 1/(1 + η²/4) for a parabola of curvature 1.
  expect(Math.abs(value - d)).toBeLessThan(4 * stderr + 0.01 * d);
});
