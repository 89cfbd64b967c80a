import {
  batchNoise,
  batchProblem,
  constantNoise,
  type Convention,
  diffusionProcess,
  eulerMaruyama,
  formulaPotential,
  type Noise,
  type Process,
  quadraticNoise,
  sgd,
} from "../../diffusion/index.ts";
import { mul, square, sub } from "../../graph/index.ts";
import { graphStep, particlePaths, xoshiro128 } from "../../kernel/index.ts";
import { fillNormal, stream, substream } from "../../random/index.ts";
import type { Json, TaskFunction } from "../../run/index.ts";
import { fitStudent } from "./student-fit.ts";

/** A minimum and what shakes it there. */
export type Shaken =
  /** dw = −w dt + √(ηC) dB, C = (1 + w²)/(ηκ) in the given convention; κ = Infinity is C = 1/η. */
  | { readonly kind: "diffusion"; readonly kappa: number; readonly convention: Convention }
  /**
   * SGD on (1/N) Σ (wxᵢ − yᵢ)², batches of real samples with replacement. `slopes` are the xᵢ: standard
   * normal, or all 1, whose batch gradients differ by shifts alone.
   */
  | {
      readonly kind: "regression";
      readonly batchSize: number;
      readonly slopes: "normal" | "one";
      readonly samples: number;
    };

interface StationaryInput {
  readonly shaken: Shaken;
  /** η, the length of a step. */
  readonly eta: number;
  readonly particles: number;
  /** Time (steps × η) after which the start is forgotten. */
  readonly time: number;
  readonly seed: string;
}

/** The law that particles have come to, as a Student t. */
export interface StationaryFit {
  readonly degrees: number;
  readonly location: number;
  readonly scale: number;
  /** Mean and population variance of the sample curvatures 2xᵢ², of real samples. */
  readonly curvature?: number;
  readonly curvatureVariance?: number;
  /** |w − location|/scale at these shares of the particles. */
  readonly quantiles: readonly number[];
}

/** 1 − share is the chance to lie farther out. */
export const shares: readonly number[] = [0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999];

const BLOCK = 1024;

/** Where independent particles are once the start is forgotten, fitted by Student's t. */
export const stationaryTask: TaskFunction = async (input, context) => {
  const { shaken, eta, particles, time, seed } = input as unknown as StationaryInput;
  const data = shaken.kind === "regression" ? regressionData(shaken, seed) : undefined;
  const process = processOf(shaken, eta, data);
  const step = graphStep(process.recursion, { precision: "f64", generator: xoshiro128 });
  const where = new Float64Array(particles);
  const start = data === undefined ? 0 : data.minimum;
  for (let from = 0; from < particles; from += BLOCK) {
    context.signal.throwIfAborted();
    const to = Math.min(particles, from + BLOCK);
    const paths = particlePaths(
      {
        step,
        parameters: process.defaults.map((value, i) => (i === 0 ? eta : value)),
        start: (_, out) => out.fill(start),
        stream: substream(stream(seed, "power-law"), "stationary"),
        from,
        to,
        stride: Math.ceil(time / eta),
      },
      2,
    );
    paths.forEach((path, i) => {
      where[from + i] = path[1];
    });
    context.progress((0.9 * to) / particles);
    await new Promise((resolve) => setTimeout(resolve, 0)); // lets a message in
  }
  const fit = fitStudent(where);
  const outward = where.map((w) => Math.abs(w - fit.location) / fit.scale).sort();
  const found: StationaryFit = {
    ...fit,
    quantiles: shares.map((share) => outward[Math.floor(share * particles)]),
    ...(data !== undefined && {
      curvature: data.curvature,
      curvatureVariance: data.curvatureVariance,
    }),
  };
  return found as unknown as Json;
};

function processOf(shaken: Shaken, eta: number, data: Regression | undefined): Process {
  if (shaken.kind === "diffusion") {
    const potential = formulaPotential("x^2/2", { dimension: 1 });
    const { kappa, convention } = shaken;
    const size = 1 / (eta * (kappa === Infinity ? 1 : kappa));
    const noise: Noise =
      kappa === Infinity ? constantNoise(0.5) : quadraticNoise({ sigmaG: size, sigmaH: size });
    return diffusionProcess({
      potential,
      noise,
      scheme: eulerMaruyama,
      convention,
      target: "continuous",
    });
  }
  const { rows } = data!;
  const problem = batchProblem({
    name: "regression",
    formula: "mean over (p, q) of (x*p - q)^2",
    dimension: 1,
    parameters: {},
    sum: {
      samples: shaken.samples,
      features: 2,
      data: rows,
      loss: ([w], [x, y]) => square(sub(mul(w, x), y)),
    },
  });
  const noise = batchNoise(problem, { batchSize: shaken.batchSize, replacement: true });
  return diffusionProcess({ potential: problem.mean, noise, scheme: sgd, target: "discrete" });
}

interface Regression {
  readonly rows: Float64Array; // [samples, 2]
  readonly minimum: number;
  readonly curvature: number;
  readonly curvatureVariance: number;
}

function regressionData(
  { samples, slopes }: Extract<Shaken, { kind: "regression" }>,
  seed: string,
): Regression {
  const rows = new Float64Array(2 * samples);
  fillNormal(stream(seed, "power-law-regression"), 0, rows);
  if (slopes === "one") for (let i = 0; i < rows.length; i += 2) rows[i] = 1;
  let [square1, cross, fourth] = [0, 0, 0];
  for (let i = 0; i < rows.length; i += 2) {
    square1 += rows[i] ** 2 / samples;
    cross += (rows[i] * rows[i + 1]) / samples;
    fourth += rows[i] ** 4 / samples;
  }
  return {
    rows,
    minimum: cross / square1,
    curvature: 2 * square1,
    curvatureVariance: 4 * (fourth - square1 ** 2),
  };
}
