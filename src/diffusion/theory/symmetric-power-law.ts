import { logGamma } from "../../numeric/index.ts";
import { conventionWeight, type Convention } from "./convention.ts";
import { law, rare, requirePositive, type EscapeLaw } from "./law.ts";

/** A well and a barrier that are parabolas of one curvature, joined half-way, and their noise. */
export interface SymmetricBarrier {
  readonly height: number;
  /** H at the minimum and −H at the barrier. */
  readonly curvature: number;
  readonly eta: number;
  /** C(u) = σ_g + σ_H·u², u the distance to the nearer of minimum and barrier; per batch. */
  readonly sigmaG: number;
  readonly sigmaH: number;
}

/**
 * Escape in one dimension where the noise grows with the distance to the *nearest* critical point,
 * and so falls again towards the barrier:
 *
 *     τ = (2κ/H) π · Γ(κ+½−α)Γ(κ−½+α) / (Γ(κ+1−α)Γ(κ+α)) · (1 + σ_H·ΔL/(σ_g·H))^(2κ)
 *
 * for integrals over whole lines, hence beyond the barrier and while κ·ln X is large. Itô and
 * anti-Itô agree. As σ_H → 0 it is Kramers' with D = ησ_g/2.
 *
 * Source: derived for the 1-D experiment of Meng et al. (2020).
 */
export function symmetricPowerLaw(
  barrier: SymmetricBarrier,
  { convention = "ito" }: { readonly convention?: Convention } = {},
): EscapeLaw {
  const { height, curvature, eta, sigmaG, sigmaH } = barrier;
  requirePositive("height", height);
  requirePositive("curvature", curvature);
  requirePositive("eta", eta);
  requirePositive("sigmaG", sigmaG);
  requirePositive("sigmaH", sigmaH);
  const kappa = curvature / (eta * sigmaH);
  const alpha = conventionWeight(convention);
  const exponent = 2 * kappa * Math.log1p((sigmaH * height) / (sigmaG * curvature));
  const facts = {
    name: "symmetric-power-law",
    formula: "τ = (2πκ/H) Γ(κ+½−α)Γ(κ−½+α)/(Γ(κ+1−α)Γ(κ+α)) · (1 + σ_HΔL/(σ_gH))^(2κ)",
    source: "derived for Meng et al. 2020, 1-D experiment",
    exitSurface: "beyond" as const,
    convention,
  };
  const condition = rare(exponent, "2κ·ln(1 + σ_HΔL/σ_gH)");
  if (kappa + 0.5 - alpha <= 0 || kappa - 0.5 + alpha <= 0)
    return law(facts, Number.NaN, [
      { holds: false, sentence: `κ is ${kappa.toPrecision(3)}: the integrals need more than ½` },
    ]);
  return law(
    facts,
    Math.log((2 * Math.PI * kappa) / curvature) + logGammas(kappa, alpha) + exponent,
    [condition],
  );
}

/** ln[Γ(κ+½−α)Γ(κ−½+α) / (Γ(κ+1−α)Γ(κ+α))], by its series where the differences would cancel. */
function logGammas(kappa: number, alpha: number): number {
  if (kappa > 1e6) return -Math.log(kappa) + 0.25 / kappa;
  return (
    logGamma(kappa + 0.5 - alpha) +
    logGamma(kappa - 0.5 + alpha) -
    logGamma(kappa + 1 - alpha) -
    logGamma(kappa + alpha)
  );
}
