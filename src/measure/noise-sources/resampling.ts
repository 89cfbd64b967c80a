import { add, div, dot, mean, mul, sqrt, sub, type Tensor, grad } from "../../graph/index.ts";
import type { NoiseContext, NoiseSource } from "../../learn/index.ts";
import { fillNormal, substream } from "../../random/index.ts";
import { covarianceTrace, fullGradient } from "./moments.ts";

/** One standard normal for each sample and step. */
const perSample = {
  slices: (_: number, count: number) => [[count]],
  fill: ((draws, step, [out]) => {
    fillNormal(substream(draws, step), 0, out);
  }) satisfies NoiseSource["fill"],
};

/**
 * Gradient of Σᵢ wᵢℓᵢ with w = 1/N + (ξ − ξ̄)/√(N·b): Gaussian, with exactly the covariance Σ₁/b of
 * batches drawn with replacement, and with the same E[H_w ⊗ H_w].
 *
 * @see the `sgd` baseline of Andreyev & Beneventano's released code
 */
export const resamplingNoise: NoiseSource = {
  name: "resampling",
  ...perSample,
  gradient: (context) => perturbed(context, context.batchSize),
};

/**
 * Euler–Maruyama of the SDE that SGD at rate η is said to be, in sub-steps of the training's own
 * learning rate h: θ ← θ − h∇L + √(ηh)·Gᵀ(ξ − ξ̄)/√(N·b). One SGD step is η/h of these.
 *
 * @see the `sde` baseline of Andreyev & Beneventano's released code
 */
export function sdeNoise(learningRate: number): NoiseSource {
  if (!(learningRate > 0))
    throw new RangeError(
      `sde noise: the learning rate imitated must be positive, got ${learningRate}`,
    );
  return {
    name: "sde",
    ...perSample,
    // h·√(η/h) = √(ηh): the noise of a batch smaller by h/η.
    gradient: (context) =>
      perturbed(context, div(mul(context.batchSize, context.learningRate), learningRate)),
  };
}

function perturbed(context: NoiseContext, batchSize: Tensor): ReturnType<NoiseSource["gradient"]> {
  const { x, y, parameters, perSampleLoss, count, slices } = context;
  const { loss, gradient } = fullGradient(context);
  const [draws] = slices;
  const centred = sub(draws, mean(draws));
  const weights = div(centred, sqrt(mul(batchSize, count)));
  const noise = grad((p: readonly Tensor[]) => dot(perSampleLoss(p, x, y), weights))(parameters);
  return {
    loss,
    gradient: gradient.map((g, i) => add(g, noise[i])),
    trace: div(covarianceTrace(context, gradient), batchSize),
  };
}
