// Power-law escape in d dimensions, for C = σ_g·X·I with X = 1 + 2(L − L*)/(ηκσ_g), to quadratic
// order about the minimum and the saddle. Two variational principles bracket the capacity between
// them: a flow parallel to the unstable direction (Thomson) gives a time that is too long, a
// potential of that direction alone (Dirichlet) one that is too short. With k = κ + 1 − α:
//
//     τ = (2π/|H_be|) √(|det H_b|/det H_a) · X_b^(k − d/2) · f,
//     f = κ/(k − ½) above,   f = κ(k − (d+1)/2) / ((k − d/2)(k − 1)) below;  equal for d = 1
import { halfLogDeterminants, type Barrier } from "./barrier.ts";
import { conventionWeight } from "./convention.ts";
import { law, rare, type EscapeLaw } from "./law.ts";
import { noiseRatio, normalisable, type PowerLawNoise, type PowerLawOptions } from "./power-law.ts";

/** The derived time with what brackets it. */
export interface PowerLawNd {
  /** The parallel flow: the better of the two where X_b is large, and an upper bound. */
  readonly derived: EscapeLaw;
  /** Lower bound, by a potential of the escape direction alone; undefined for k ≤ (d + 1)/2. */
  readonly low: EscapeLaw | undefined;
  /** Meng et al.'s formula as it is quoted: exponent κ − ½ and ΔL without the factor 2. */
  readonly mengPaper: EscapeLaw;
}

/**
 * Escape in d dimensions under noise that grows linearly with the loss.
 *
 * The exponent k − d/2 is κ + 1 − d/2 for SGD (Itô), as Mori et al. find with d the number of
 * outlying directions; Meng et al. print κ − ½, which equals the anti-Itô κ − d/2 in one dimension
 * only.
 *
 * Source: derived as above; Meng et al. (2020), n-D theorem.
 */
export function powerLawNd(
  barrier: Barrier,
  noise: PowerLawNoise,
  { convention = "ito", exitSurface = "beyond" }: PowerLawOptions = {},
): PowerLawNd {
  const { kappa, eta, sigmaG } = noise;
  const d = barrier.dimension;
  const logX = Math.log(noiseRatio(barrier, noise));
  const k = kappa + 1 - conventionWeight(convention);
  const shape =
    Math.log(2 * Math.PI) - Math.log(barrier.saddleCurvature) + halfLogDeterminants(barrier);
  const isRare = rare(kappa * logX, "κ·ln X_b");
  const derived = (name: string, formula: string, factor: number) =>
    law(
      { name, formula, source: "derived from capacities", exitSurface, convention },
      shape + Math.log(factor) + (k - d / 2) * logX,
      [isRare, normalisable(k, d)],
    );
  const paperRatio = 1 + barrier.height / (eta * kappa * sigmaG);
  return {
    derived: derived(
      "power-law-nd",
      "τ = 2π/|H_be| · √(|det H_b|/det H_a) · κ/(k−½) · X_b^(k−d/2)",
      kappa / (k - 0.5),
    ),
    low:
      k > (d + 1) / 2
        ? derived(
            "power-law-nd-low",
            "τ = 2π/|H_be| · √(|det H_b|/det H_a) · κ(k−(d+1)/2)/((k−d/2)(k−1)) · X_b^(k−d/2)",
            (kappa * (k - (d + 1) / 2)) / ((k - d / 2) * (k - 1)),
          )
        : undefined,
    mengPaper: law(
      {
        name: "meng-paper",
        formula: "τ = 2π√(−det(H_b H_a⁻¹))/[(1−d/2κ)|H_be|] · (1 + ΔL/(ηκσ_e))^(κ−½)",
        source: "Meng et al. 2020, n-D theorem, as quoted",
        exitSurface,
        convention: "anti-ito",
      },
      shape - Math.log(1 - d / (2 * kappa)) + (kappa - 0.5) * Math.log(paperRatio),
      [
        {
          holds: d === 1 ? false : convention === "anti-ito",
          sentence:
            d === 1
              ? "the bracket lacks the factor 2 of the 1-D formula"
              : `the formula is of the anti-ito convention, got ${convention}`,
        },
        isRare,
        normalisable(kappa, d),
      ],
    ),
  };
}
