// Where each optimiser loses stability on a quadratic, as the largest curvature it bears. All are
// exact for one-dimensional quadratics with the optimiser's PyTorch definition, named by what they
// are to be drawn against.

/** SGD and gradient descent: 2/η, for λmax (full batch) and batch sharpness. */
export function sgdThreshold(learningRate: number): number {
  return 2 / requireRate(learningRate);
}

/** Two lines of an optimiser with momentum. */
export interface MomentumThresholds {
  /** Batch sharpness of small batches: 2(1 − β)/η, the edge of SGD at the effective rate η/(1 − β). */
  readonly smallBatch: number;
  /** λmax of full batches: the deterministic edge. */
  readonly fullBatch: number;
}

/**
 * Heavy ball, v ← βv + g, θ ← θ − ηv: 2(1 − β)/η and 2(1 + β)/η.
 *
 * @see Cohen et al. (2021), https://arxiv.org/abs/2103.00065
 * @see Andreyev et al. (2026), https://arxiv.org/abs/2604.14108
 */
export function heavyBallThresholds(learningRate: number, beta: number): MomentumThresholds {
  requireBeta(beta);
  const edge = sgdThreshold(learningRate);
  return { smallBatch: edge * (1 - beta), fullBatch: edge * (1 + beta) };
}

/**
 * Nesterov's momentum as PyTorch has it: 2(1 − β)/η and 2(1 + β)/(η(1 + 2β)).
 *
 * @see Cohen et al. (2021), https://arxiv.org/abs/2103.00065
 */
export function nesterovThresholds(learningRate: number, beta: number): MomentumThresholds {
  requireBeta(beta);
  const edge = sgdThreshold(learningRate);
  return { smallBatch: edge * (1 - beta), fullBatch: (edge * (1 + beta)) / (1 + 2 * beta) };
}

/**
 * Adam with its preconditioner P = diag(√v̂ + ε) held still, for λmax(P⁻¹H):
 * (2 + 2β₁)/((1 − β₁)η), which is 38/η at β₁ = 0.9.
 *
 * @see Cohen et al. (2022), https://arxiv.org/abs/2207.14484
 */
export function adamThreshold(learningRate: number, beta1 = 0.9): number {
  requireBeta(beta1);
  return (sgdThreshold(learningRate) * (1 + beta1)) / (1 - beta1);
}

/** RMSProp with P = diag(√v + ε) held still, for λmax(P⁻¹H): 2/η. */
export function rmspropThreshold(learningRate: number): number {
  return sgdThreshold(learningRate);
}

/** `optimizerSharpness` has its edge here for any optimiser. */
export const optimizerSharpnessThreshold = 2;

function requireRate(learningRate: number): number {
  if (!(learningRate > 0 && learningRate < Infinity))
    throw new RangeError(`learning rate must be positive, got ${learningRate}`);
  return learningRate;
}

function requireBeta(beta: number): void {
  if (!(beta >= 0 && beta < 1)) throw new RangeError(`momentum must be in [0, 1), got ${beta}`);
}
