import {
  add,
  clip,
  div,
  mul,
  reshape,
  type Shape,
  sizeOf,
  sliceAxis,
  sqrt,
  sum,
  type Tensor,
} from "../../graph/index.ts";
import type { NoiseContext, NoiseSource } from "../../learn/index.ts";
import { fillNormal, substream } from "../../random/index.ts";
import {
  covarianceDiagonal,
  covarianceTrace,
  fullGradient,
  type MomentOptions,
} from "./moments.ts";

/** One standard normal for each parameter and step. */
const perParameter = {
  slices: (parameterCount: number): readonly Shape[] => [[parameterCount]],
  fill: ((draws, step, [out]) => {
    fillNormal(substream(draws, step), 0, out);
  }) satisfies NoiseSource["fill"],
};

/**
 * Full gradient + √(Tr Σ₁′/P)/√b · ξ: isotropic noise with the trace of the mini-batch covariance,
 * refreshed each step (Σ₁′ = N/(N−1)·Σ₁, the sample covariance).
 *
 * Dense layers never form a gradient for each sample; convolutions do, for as many samples at a time
 * as the byte budget holds.
 *
 * @see the `iso` baseline of Andreyev & Beneventano's released code
 */
export function isotropicNoiseWithin(options: MomentOptions): NoiseSource {
  return {
    name: "isotropic",
    ...perParameter,
    gradient(context) {
      const { loss, gradient } = fullGradient(context);
      const trace = div(sampleTrace(context, gradient, options), context.batchSize);
      const count = gradient.reduce((total, g) => total + sizeOf(g.shape), 0);
      const deviation = sqrt(div(trace, count));
      const noise = cut(context.slices[0], gradient);
      return { loss, trace, gradient: gradient.map((g, i) => add(g, mul(noise[i], deviation))) };
    },
  };
}

/** `isotropicNoiseWithin` 256 MB. */
export const isotropicNoise: NoiseSource = isotropicNoiseWithin({});

/**
 * Full gradient + std(gᵢ)/√b ∘ ξ: each coordinate has its own mini-batch variance, none correlate.
 * Memory as `isotropicNoiseWithin`.
 */
export function diagonalNoiseWithin(options: MomentOptions): NoiseSource {
  return {
    name: "diagonal",
    ...perParameter,
    gradient(context) {
      const { loss, gradient } = fullGradient(context);
      const unbias = context.count / (context.count - 1);
      const variances = covarianceDiagonal(context, gradient, options).map((v) =>
        div(mul(clip(v, 0), unbias), context.batchSize),
      );
      const noise = cut(context.slices[0], gradient);
      return {
        loss,
        trace: variances.map((v) => sum(v)).reduce((total, part) => add(total, part)),
        gradient: gradient.map((g, i) => add(g, mul(noise[i], sqrt(variances[i])))),
      };
    },
  };
}

/** `diagonalNoiseWithin` 256 MB. */
export const diagonalNoise: NoiseSource = diagonalNoiseWithin({});

/** Full gradient + (magnitude/√b)·ξ. */
export function constantNoise(magnitude: number): NoiseSource {
  if (!(magnitude >= 0))
    throw new RangeError(`constant noise: magnitude must not be negative, got ${magnitude}`);
  return {
    name: "constant",
    ...perParameter,
    gradient(context) {
      const { loss, gradient } = fullGradient(context);
      const variance = div(magnitude ** 2, context.batchSize);
      const count = gradient.reduce((total, g) => total + sizeOf(g.shape), 0);
      const noise = cut(context.slices[0], gradient);
      return {
        loss,
        trace: mul(variance, count),
        gradient: gradient.map((g, i) => add(g, mul(noise[i], sqrt(variance)))),
      };
    },
  };
}

function sampleTrace(
  context: NoiseContext,
  gradient: readonly Tensor[],
  options: MomentOptions,
): Tensor {
  const { count } = context;
  return mul(clip(covarianceTrace(context, gradient, options), 0), count / (count - 1));
}

/** A flat vector in the shapes of the parameters. */
function cut(flat: Tensor, like: readonly Tensor[]): Tensor[] {
  let offset = 0;
  return like.map(({ shape }) =>
    reshape(sliceAxis(flat, 0, offset, (offset += sizeOf(shape))), shape),
  );
}
