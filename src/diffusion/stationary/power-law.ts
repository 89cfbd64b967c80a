import { integrate, logGamma, studentCdf } from "../../numeric/index.ts";
import { conventionWeight, type Convention } from "../theory/convention.ts";
import { requirePositive } from "../theory/law.ts";
import type { StationaryLaw1d } from "./stationary-law.ts";

/** Noise about a minimum w*: C(w) = σ_g + 2ρ(w − w*) + σ_H(w − w*)² per batch, L = ½H(w − w*)². */
export interface QuadraticNoise {
  readonly curvature: number;
  readonly eta: number;
  readonly sigmaG: number;
  readonly sigmaH: number;
  /** Covariance of batch gradient and batch curvature; 0 if left out. */
  readonly rho?: number;
  /** w*; 0 if left out. */
  readonly minimum?: number;
}

export interface PowerLawStationary extends StationaryLaw1d {
  /** κ = H/(ησ_H). */
  readonly kappa: number;
  /** p falls as |w|^−tailExponent: 2(κ + 1 − α), that is 2κ + 2 for SGD and the paper's 2κ. */
  readonly tailExponent: number;
  /** ν = tailExponent − 1 of the Student t that has this tail; for ρ = 0 it is the law. */
  readonly degreesOfFreedom: number;
}

/**
 * The stationary law of the power-law dynamic,
 *
 *     p ∝ C(w)^(−κ − 1 + α) · exp{ 4κρ·arctan(C′(w)/q)/q },   q = √(4σ_Hσ_g − 4ρ²)
 *
 * α = 0, ½, 1 for Itô, Stratonovich, anti-Itô; the last is the law as printed. For ρ = 0 it is
 * Student's t with ν = 2(κ + 1 − α) − 1 degrees of freedom and scale √(σ_g/(νσ_H)).
 *
 * Source: Meng et al. (2020), theorem on the stationary law; the other conventions derived.
 *
 * @throws RangeError where ρ² reaches σ_gσ_H, or the law has no integral.
 */
export function powerLawStationary(
  noise: QuadraticNoise,
  { convention = "ito" }: { readonly convention?: Convention } = {},
): PowerLawStationary {
  const { curvature, eta, sigmaG, sigmaH, rho = 0, minimum = 0 } = noise;
  requirePositive("curvature", curvature);
  requirePositive("eta", eta);
  requirePositive("sigmaG", sigmaG);
  requirePositive("sigmaH", sigmaH);
  if (!(rho * rho < sigmaG * sigmaH))
    throw new RangeError(
      `rho² must be below sigmaG·sigmaH, got ${rho * rho} and ${sigmaG * sigmaH}`,
    );
  const kappa = curvature / (eta * sigmaH);
  const k = kappa + 1 - conventionWeight(convention);
  if (!(k > 0.5))
    throw new RangeError(
      `kappa must exceed ${k - kappa > 0.5 ? 0 : 0.5 - (k - kappa)}, got ${kappa}`,
    );
  const q = Math.sqrt(4 * sigmaH * sigmaG - 4 * rho * rho);
  const shape = (z: number) =>
    -k * Math.log((sigmaG + 2 * rho * z + sigmaH * z * z) / sigmaG) +
    (rho === 0 ? 0 : (4 * kappa * rho * Math.atan((2 * rho + 2 * sigmaH * z) / q)) / q);
  const width = Math.sqrt(sigmaG / sigmaH);
  const nu = 2 * k - 1;
  const facts = {
    name: "power-law",
    formula: "p ∝ C(w)^(−κ−1+α) · exp{4κρ·arctan(C′/q)/q}, q = √(4σ_Hσ_g − 4ρ²)",
    source:
      convention === "anti-ito"
        ? "Meng et al. 2020, stationary law"
        : "Meng et al. 2020, stationary law, rederived in this convention",
    convention,
    kappa,
    tailExponent: 2 * k,
    degreesOfFreedom: nu,
  };
  if (rho === 0) {
    const logNormaliser =
      logGamma(k) - logGamma(k - 0.5) - 0.5 * Math.log(Math.PI) - Math.log(width);
    return {
      ...facts,
      logDensity: (x) => logNormaliser + shape(x - minimum),
      cdf: (x) => studentCdf(((x - minimum) / width) * Math.sqrt(nu), nu),
    };
  }
  const top = shape((-rho * (k - kappa)) / (sigmaH * k)); // near the mode: keeps e^shape in range
  const weight = (z: number) => Math.exp(shape(z) - top);
  // z = width·sinh(s) turns tails of any power into exponentials.
  const mass = (from: number, to: number) =>
    integrate((s) => weight(width * Math.sinh(s)) * width * Math.cosh(s), from, to, {
      relativeTolerance: 1e-11,
    }).value;
  const reach = 40 / Math.min(nu, 1);
  const total = mass(-reach, 0) + mass(0, reach);
  return {
    ...facts,
    logDensity: (x) => shape(x - minimum) - top - Math.log(total),
    cdf: (x) => {
      const s = Math.min(Math.max(Math.asinh((x - minimum) / width), -reach), reach);
      return s < 0 ? mass(-reach, s) / total : 1 - mass(s, reach) / total;
    },
  };
}

/**
 * ln p(w − w*) of the power law in d dimensions, a multivariate t:
 *
 *     p = Γ(k)/(Γ(k − d/2) π^(d/2)) · √det A · [1 + wᵀAw]^−k,   A = HΣ_g⁻¹/(ηκ)
 *
 * with k = κ + 1 − α. H and Σ_g are given by their eigenvalues in a common eigenbasis, in which w is.
 * Exact where Σ_H and Σ_g make C a function of the loss; the paper's choice κ = Tr H/(η Tr Σ_H).
 *
 * Source: Meng et al. (2020), n-D theorem (anti-Itô); the other conventions derived.
 *
 * @throws RangeError where κ + 1 − α does not exceed d/2.
 */
export function powerLawLogDensityNd(
  {
    curvatures,
    sigmaG,
    eta,
    kappa,
  }: {
    readonly curvatures: Float64Array;
    readonly sigmaG: Float64Array;
    readonly eta: number;
    readonly kappa: number;
  },
  { convention = "ito" }: { readonly convention?: Convention } = {},
): (w: Float64Array) => number {
  const d = curvatures.length;
  if (sigmaG.length !== d)
    throw new RangeError(`sigmaG must have ${d} eigenvalues, got ${sigmaG.length}`);
  const k = kappa + 1 - conventionWeight(convention);
  if (!(k > d / 2))
    throw new RangeError(
      `kappa must exceed ${d / 2 - (k - kappa)} in ${d} dimensions for the law to have an integral, got ${kappa}`,
    );
  const a = curvatures.map((h, i) => {
    requirePositive("curvature", h);
    requirePositive("sigmaG", sigmaG[i]);
    return h / (sigmaG[i] * eta * kappa);
  });
  const logNormaliser =
    logGamma(k) -
    logGamma(k - d / 2) -
    (d / 2) * Math.log(Math.PI) +
    a.reduce((sum, value) => sum + 0.5 * Math.log(value), 0);
  return (w) => {
    let square = 0;
    for (let i = 0; i < d; i++) square += a[i] * w[i] * w[i];
    return logNormaliser - k * Math.log1p(square);
  };
}
