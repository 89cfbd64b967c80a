// A sharp deep well beside a flat shallow one, shaken by real batches whose gradient noise has variance σ² wherever
// the walker is: C = σ²I, the assumption of the paper's stationary law.
import { type BatchProblem, batchProblem, occupancy, stationaryByQuadrature } from "../../diffusion/index.ts"; // prettier-ignore
import { add, mul } from "../../graph/index.ts";
import { fillNormal, stream } from "../../random/index.ts";
import { type EscapeLandscape, landscapeOf, type LandscapeSpec } from "../landscape.ts";

/** ln of what a sum of wells holds: A is on the right, sharp and deep; B on the left, flat and shallow. */
export interface TwoWells {
  readonly place: EscapeLandscape;
  /** L_B − L_A. */
  readonly difference: number;
  /** H_A and H_B. */
  readonly sharp: number;
  readonly flat: number;
}

export function twoWells(spec: LandscapeSpec): TwoWells {
  const place = landscapeOf(spec);
  const { value } = place.calculus;
  return {
    place,
    difference: value([place.opposite]) - value([place.start]),
    sharp: place.curvature(place.start),
    flat: place.curvature(place.opposite),
  };
}

/** D = ησ²/2S: half the paper's temperature T. */
export const diffusionOf = (eta: number, batchSize: number, variance: number): number =>
  (eta * variance) / (2 * batchSize);

/** ln(p_A/p_B) as printed, by Laplace's method: (L_B − L_A)/D + ½ ln(H_B/H_A). */
export function printedLogOdds({ difference, sharp, flat }: TwoWells, diffusion: number): number {
  const [a, b] = [
    { loss: 0, curvatures: [sharp] },
    { loss: difference, curvatures: [flat] },
  ];
  return occupancy(a, b, diffusion).logOdds;
}

/** The same of the stationary law itself, by quadrature. */
export function exactLogOdds({ place }: TwoWells, diffusion: number): number {
  const { gradient, start, saddle, opposite } = place;
  const breakpoints = [opposite, saddle].toSorted((a, b) => a - b);
  const left = stationaryByQuadrature({ gradient, diffusion, breakpoints }, start).cdf(saddle);
  return Math.log((1 - left) / left);
}

/** Time in which the wells come to equilibrium: the inverse of the sum of Kramers' rates. */
export function relaxationTime({ place, sharp, flat }: TwoWells, diffusion: number): number {
  const { value } = place.calculus;
  const { start, saddle, opposite } = place;
  const top = Math.abs(place.curvature(saddle));
  const rate = (at: number, curvature: number) =>
    (Math.sqrt(curvature * top) / (2 * Math.PI)) *
    Math.exp(-(value([saddle]) - value([at])) / diffusion);
  return 1 / (rate(start, sharp) + rate(opposite, flat));
}

/** ℓᵢ = L + ξᵢx, with ξ of mean 0 and variance σ² exactly: normals, each with its negative. */
export function shakenWells(
  { place }: TwoWells,
  { samples, variance, seed }: { readonly samples: number; readonly variance: number; readonly seed: string }, // prettier-ignore
): BatchProblem {
  if (!Number.isSafeInteger(samples / 2))
    throw new RangeError(`samples of a mirrored sum must be an even number, got ${samples}`);
  const half = new Float64Array(samples / 2);
  fillNormal(stream(seed, "three-factors-shakes"), 0, half);
  const spread = Math.sqrt(half.reduce((sum, z) => sum + z * z, 0) / half.length);
  const scale = Math.sqrt(variance) / spread;
  const { potential } = place;
  return batchProblem({
    name: "shaken-wells",
    formula: `${potential.formula} + mean of ξ·x`,
    dimension: 1,
    parameters: {},
    value: (x) => potential.value(x, {}),
    sum: {
      samples,
      features: 1,
      data: Float64Array.from({ length: samples }, (_, i) => (i % 2 === 0 ? scale : -scale) * half[i >> 1]), // prettier-ignore
      loss: (x, [xi]) => add(potential.value(x, {}), mul(xi, x[0])),
    },
  });
}
