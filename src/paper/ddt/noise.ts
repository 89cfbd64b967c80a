import {
  batchNoise,
  type BatchProblem,
  constantNoise,
  eulerMaruyama,
  isotropicNoise,
  levyNoise,
  type Noise,
  perturbedSum,
  type Potential,
  type Process1d,
  type Scheme,
  sgd,
} from "../../diffusion/index.ts";
import { add, grad, mul, sqrt, square, type Tensor } from "../../graph/index.ts";
import { stream } from "../../random/index.ts";
import type { EscapeLandscape } from "../landscape.ts";

/** What drives a walker of one coordinate. */
export type NoiseSpec =
  | { readonly kind: "white"; readonly diffusion: number }
  /** Real batches, with replacement, of a finite sum whose covariance is (s²/B)·(V″² + ε²)^½, s² = `variance`. */
  | {
      readonly kind: "batches";
      readonly batchSize: number;
      readonly variance: number;
      readonly floor: number;
      readonly samples: number;
    }
  /** D = scale·(V″² + ε²)^(power/2): 1 is the Hessian's noise, 2 that of shifted data. */
  | {
      readonly kind: "curvature";
      readonly scale: number;
      readonly floor: number;
      readonly power: 1 | 2;
    }
  | { readonly kind: "levy"; readonly alpha: number; readonly diffusion: number };

/** The noise, the scheme that takes it, and the potential that its steps descend. */
interface Driven {
  readonly potential: Potential;
  readonly noise: Noise;
  readonly scheme: Scheme;
  readonly target: "continuous" | "discrete";
}

export function drivenBy(spec: NoiseSpec, { potential }: EscapeLandscape, seed: string): Driven {
  switch (spec.kind) {
    case "white":
      return continuous(potential, constantNoise(spec.diffusion));
    case "levy":
      return {
        ...continuous(potential, levyNoise(spec.alpha, spec.diffusion)),
        target: "discrete",
      };
    case "curvature":
      return continuous(
        potential,
        isotropicNoise({
          formula: `${spec.scale}·(V″² + ε²)^(${spec.power}/2)`,
          value: (x) => {
            const floored = add(square(secondDerivative(potential, x)), spec.floor ** 2);
            return mul(spec.power === 1 ? sqrt(floored) : floored, spec.scale);
          },
        }),
      );
    case "batches": {
      const { batchSize, variance, floor, samples } = spec;
      const half = perturbedSum(potential, {
        samples: samples / 2,
        variance,
        floor,
        stream: stream(seed, "perturbed-sum"),
      });
      const problem = mirrored(half);
      return {
        potential: problem.mean,
        noise: batchNoise(problem, { batchSize, replacement: true }),
        scheme: sgd,
        target: "discrete",
      };
    }
  }
}

const continuous = (potential: Potential, noise: Noise): Driven => ({
  potential,
  noise,
  scheme: eulerMaruyama,
  target: "continuous",
});

/**
 * Every ξ with its negative, so that odd cumulants vanish: the chance skewness of a few hundred samples
 * would move ln τ by a tenth.
 */
function mirrored(half: BatchProblem): BatchProblem {
  const data = new Float64Array(2 * half.data.length);
  data.set(half.data);
  data.set(half.data.map((xi) => -xi), half.data.length); // prettier-ignore
  return { ...half, samples: 2 * half.samples, data };
}

function secondDerivative({ value }: Potential, x: readonly Tensor[]): Tensor {
  const slope = (y: readonly Tensor[]) => grad((z: readonly Tensor[]) => value(z, {}))(y)[0];
  return grad(slope)(x)[0];
}

/** The continuous process of a noise, Itô, for quadrature; none for jumps. */
export function processOf(
  spec: NoiseSpec,
  { gradient, curvature }: EscapeLandscape,
  eta: number,
): Process1d | undefined {
  switch (spec.kind) {
    case "white":
      return { gradient, diffusion: spec.diffusion };
    case "levy":
      return undefined;
    case "curvature":
      return {
        gradient,
        diffusion: (x) => spec.scale * Math.hypot(curvature(x), spec.floor) ** spec.power,
      };
    case "batches": {
      const scale = (eta * spec.variance) / (2 * spec.batchSize);
      return { gradient, diffusion: (x) => scale * Math.hypot(curvature(x), spec.floor) };
    }
  }
}
