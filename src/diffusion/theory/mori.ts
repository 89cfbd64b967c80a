import { halfLogDeterminants, type Barrier } from "./barrier.ts";
import { law, rare, requirePositive, type EscapeLaw, type ExitSurface } from "./law.ts";
import { normalisable } from "./power-law.ts";

export interface MoriNoise {
  readonly eta: number;
  readonly batch: number;
  /** Directions whose curvature stands out, in all of which the noise acts; the dimension if left out. */
  readonly outliers?: number;
}

/**
 * Mori et al.'s time for squared loss near interpolation, where C = (2L/B)·H and the walk is one of
 * ln L:
 *
 *     τ = (2π/|h_e|) √(|det h_b|/det h_a) · (L_b/L_a)^(B/(ηh_ae) + 1 − n/2)
 *
 * In one dimension it is the Itô power law with κ = B/(ηh*) and X_b = L_b/L_a, up to the factor
 * 1/(1 + 1/2κ), which Mori et al. leave out. From n_c = 2(B/(ηh*) + 1) directions on nothing holds
 * the walk.
 *
 * Source: Mori, Ziyin, Liu and Ueda, Power-law escape rate of SGD (2022).
 *
 * @throws RangeError where the loss at the minimum is not positive.
 */
export function mori(
  barrier: Barrier,
  { eta, batch, outliers = barrier.dimension }: MoriNoise,
  { exitSurface = "beyond" }: { readonly exitSurface?: ExitSurface } = {},
): EscapeLaw {
  requirePositive("eta", eta);
  requirePositive("batch", batch);
  requirePositive("loss at the minimum", barrier.minimumValue);
  const phi = 1 + batch / (eta * barrier.minimumCurvature);
  const logRatio = Math.log1p(barrier.height / barrier.minimumValue);
  return law(
    {
      name: "mori",
      formula: "τ = 2π/|h_e| · √(|det h_b|/det h_a) · (L_b/L_a)^(B/(ηh_ae) + 1 − n/2)",
      source: "Mori, Ziyin, Liu and Ueda 2022",
      exitSurface,
      convention: "ito",
    },
    Math.log(2 * Math.PI) -
      Math.log(barrier.saddleCurvature) +
      halfLogDeterminants(barrier) +
      (phi - outliers / 2) * logRatio,
    [rare((phi - 1) * logRatio, "B/(ηh)·ln(L_b/L_a)"), normalisable(phi, outliers)],
  );
}
