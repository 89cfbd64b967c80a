import type { FrozenBand } from "../claim.ts";

/**
 * What each claim's statistic must lie in, frozen before any verdict run. From section B.6 of the specification, or
 * from pilots with seed 101, as said at each.
 */
export const bands = {
  /** Slope of (L̄ − L_min)/Tr H on η/4S: 1.00 ± 0.05 (B1). */
  lossSlope: [0.95, 1.05],
  /** A measured loss over the recursion's exact law: 3 %, four errors of a quick run. */
  exactLaw: [0.97, 1.03],
  /** ln of a ratio of excess losses at equal η/S on the finite sum: a tenth either way; quadrupling S is −1.39. */
  equalOnSum: [-0.1, 0.1],
  /** The same ratio where the invariance is said to break: beyond that tenth. */
  breaksOnSum: [0.1, null],
  /** Loss over (η/4S)·Tr H where the law is said to break: a fifth beyond it. */
  beyondPrinted: [1.2, null],
  /** Slope of ln(p_A/p_B) in 1/D over L_B − L_A: within 10 %, as for slopes of log-odds elsewhere. */
  depthSlope: [0.9, 1.1],
  /** ln(p_A/p_B) less its depth over ½ ln(H_B/H_A): a fifth either way; equal curvatures give 0. */
  width: [0.8, 1.2],
  /** ln(p_A/p_B) of one triple less another's: 0.15, of which 0.03 is the step of η = 0.005. Doubling σ² is −0.6. */
  sameOdds: [-0.15, 0.15],
  /** Distance of two loss curves: a tenth, which is half of what the pilot has for √-scaling. */
  sameCurve: [null, 0.1],
  /** ln of a ratio of losses kept up by noise, in a network: a quarter either way; quadrupling S is −1.39. */
  equalExcess: [-0.25, 0.25],
  /** ln of a ratio of λmax or ‖H‖_F: a quarter either way; a quarter of η/S is 0.5 and 0.37 in the pilot. */
  equalSharpness: [-0.25, 0.25],
  /** |ln| of a ratio of λmax where the rescaling is said to break: a quarter. */
  breaksInNetwork: [0.25, null],
  /** Loss kept up over (η/4S)·Tr C: a quarter either way. */
  networkLaw: [0.75, 1.25],
  /** Spearman's ρ of sharpness and η/S: at most −0.9 (B4). */
  rank: [null, -0.9],
  /** Gain of validation accuracy an e-fold of η/S. */
  accuracySlope: [0.002, null],
  /** d ln λmax/d ln(η/S) at one η: half of what the pilot has, −0.5; 0 where noise does nothing. */
  sharpnessSlope: [null, -0.25],
  /** d ln λmax/d ln η at one η/S. */
  equalSlope: [-0.1, 0.1],
  /** Largest ηλmax/2. */
  farFromBound: [0, 0.5],
  /** ln of a ratio of rises beyond two ends: a quarter of the 2.1 of the pilot's pair of ends. */
  wider: [0.5, null],
  equalWidth: [-0.5, 0.5],
  /** Share of random labels that less noise fits more. */
  memorised: [0.05, null],
} as const satisfies Record<string, FrozenBand>;

/** Every band that ever changed: when, what, from, to, why. */
export const bandChanges: readonly string[] = [];
