import type { FrozenBand } from "../claim.ts";

/**
 * What each claim's statistic must lie in, frozen before any verdict run. From section A.6 of the
 * specification (its deciding statistics and tolerances), or from pilots with seed 101, as said at each.
 */
export const bands = {
  /** Slope of ln τ in 1/D over ΔL: within 5 % (A1). */
  whiteSlope: [0.95, 1.05],
  /** Exponent of k in γ under white noise, exactly 1 (A1, A.3): within 5 %. */
  whiteExponent: [0.95, 1.05],
  /** Slope of ln τ, or of ln kτ, over I(ε) of the floored noise: within 10 % (A2). */
  sgdSlope: [0.9, 1.1],
  /** ln of τ(k = 1)/τ(k = 4) under the Hessian's noise: 7.0 (A3), within 10 %. */
  contrast: [6.3, 7.7],
  /** ln of the steps gained by doubling the batch, over I(ε) times the growth of 2B/ηs²: within 10 % (A2). */
  largeBatch: [0.9, 1.1],
  /** Slope of the log-odds of two valleys in B/η over the exact one: within 10 %, as A2. */
  valleySlope: [0.9, 1.1],
  /** Log-odds under white noise over ½ ln(H_sharp/H_flat): within 10 %; the exact value is 0.96 to 0.99 of it. */
  valleyWhite: [0.9, 1.1],
  /** Slope of vec(C·B) on vec(H) for logistic regression with the model's labels: within 5 % (A4). */
  logistic: [0.95, 1.05],
  /** Slope of ln uᵀCu·B on ln λ for the network near its minimum: no figure in the specification; a third either way. */
  networkExponent: [0.67, 1.33],
  /** Root mean square of ln(uᵀCu·B/λ) there: within a factor of 2. */
  networkDeviation: [null, Math.LN2],
  /** Slope of ln τ in 2BΔL/ηλ₁ of logistic regression: 1, less 1/2x for the prefactor x^−½, x from 3 to 7. */
  logisticSlope: [0.8, 1.1],
  /** e-folds of ln τ a multiple of the smallest B or 1/η out of a network: no slope is foretold (A5), at least one. */
  networkRise: [1, null],
} as const satisfies Record<string, FrozenBand>;

/** Every band that ever changed: when, what, from, to, why. */
export const bandChanges: readonly string[] = [
  "2026-11-22, networkDeviation: from [null, 0.693] to [null, ln 2], the same number in full. Before any verdict was judged.",
  "2026-11-22, networkSlope [0, null]: taken out, for no claim used it.",
];
