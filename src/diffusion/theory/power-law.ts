import type { Barrier } from "./barrier.ts";
import { conventionWeight, type Convention } from "./convention.ts";
import {
  law,
  rare,
  requirePositive,
  type Condition,
  type EscapeLaw,
  type ExitSurface,
} from "./law.ts";

/** Noise whose covariance grows with the loss: C = σ_g·(1 + 2(L − L*)/(ηκσ_g)), D = ηC/2, per batch. */
export interface PowerLawNoise {
  readonly eta: number;
  /** Variance of the batch gradient at the minimum. */
  readonly sigmaG: number;
  /** κ = H/(ησ_H), with σ_H the variance of the batch curvature. */
  readonly kappa: number;
}

export interface PowerLawOptions {
  readonly convention?: Convention;
  readonly exitSurface?: ExitSurface;
}

/** X_b = C(b)/C(a) = 1 + 2ΔL/(ηκσ_g). */
export function noiseRatio({ height }: Barrier, noise: PowerLawNoise): number {
  const { eta, sigmaG, kappa } = noise;
  requirePositive("eta", eta);
  requirePositive("sigmaG", sigmaG);
  requirePositive("kappa", kappa);
  return 1 + (2 * height) / (eta * kappa * sigmaG);
}

/**
 * Escape in one dimension under noise that grows linearly with the loss:
 *
 *     τ = 2π / [ (1 + (½ − α)/κ) √(H_a|H_b|) ] · X_b^(κ + ½ − α),   α = 0, ½, 1 for Itô … anti-Itô
 *
 * exact for parabolas about a and b; anti-Itô is the formula as printed by Meng et al., Itô is the
 * one of SGD. As κ → ∞ it is Kramers' with D = ησ_g/2.
 *
 * Source: Meng et al. (2020), 1-D theorem; the other conventions derived.
 */
export function powerLaw1d(
  barrier: Barrier,
  noise: PowerLawNoise,
  { convention = "ito", exitSurface = "beyond" }: PowerLawOptions = {},
): EscapeLaw {
  if (barrier.dimension !== 1)
    throw new RangeError(`barrier must have one dimension, got ${barrier.dimension}`);
  const shift = 0.5 - conventionWeight(convention);
  const logX = Math.log(noiseRatio(barrier, noise));
  const { kappa } = noise;
  const written = shift === 0 ? "" : shift > 0 ? " + ½" : " − ½";
  return law(
    {
      name: "power-law",
      formula: `τ = 2π/[(1${written && `${written}/κ`})√(H_a|H_b|)] · X_b^(κ${written})`,
      source:
        convention === "anti-ito"
          ? "Meng et al. 2020, 1-D theorem"
          : "Meng et al. 2020, 1-D theorem, rederived in this convention",
      exitSurface,
      convention,
    },
    Math.log(2 * Math.PI) -
      Math.log1p(shift / kappa) -
      0.5 * Math.log(barrier.minimumCurvature * barrier.saddleCurvature) +
      (kappa + shift) * logX,
    [rare(kappa * logX, "κ·ln X_b"), normalisable(kappa + shift + 0.5, 1)],
  );
}

/** X^−k has an integral in d dimensions where k > d/2. */
export function normalisable(k: number, dimension: number): Condition {
  return {
    holds: k > dimension / 2,
    sentence: `the density falls as distance^−${(2 * k).toPrecision(3)}, too slowly for an integral in ${dimension} dimensions`,
  };
}
