import { stationaryByQuadrature, type QuadratureLaw } from "./by-quadrature.ts";
import type { Range } from "../theory/process.ts";
import { requirePositive } from "../theory/law.ts";

/**
 * ln of Gibbs' weight −V(x)/D for constant isotropic noise in any number of dimensions, not
 * normalised. For SGD with C = σ²I it is Jastrzębski et al.'s exp(−2L/(nσ²)), n = η/S, D = nσ²/2.
 */
export function gibbsLogWeight(
  value: (x: Float64Array) => number,
  diffusion: number,
): (x: Float64Array) => number {
  requirePositive("diffusion", diffusion);
  return (x) => -value(x) / diffusion;
}

/** Gibbs' law e^{−V/D}/Z in one dimension, with Z by quadrature outwards from `start`. */
export function gibbs1d(
  potential: { readonly value: (x: number) => number; readonly gradient: (x: number) => number },
  diffusion: number,
  start: number,
  range?: Range,
): QuadratureLaw {
  requirePositive("diffusion", diffusion);
  const { gradient, value } = potential;
  const law = stationaryByQuadrature({ gradient, diffusion }, start, range);
  const shift = law.logDensity(start) + value(start) / diffusion;
  return {
    ...law,
    name: "gibbs",
    formula: "p ∝ exp(−V/D)",
    source: "Gibbs; Jastrzębski et al. 2017 with D = ησ²/2S",
    convention: "any",
    logDensity: (x) => (x < law.low || x > law.high ? -Infinity : shift - value(x) / diffusion),
  };
}
