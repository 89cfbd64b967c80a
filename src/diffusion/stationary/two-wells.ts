import { requirePositive } from "../theory/law.ts";

/** A minimum: its loss and the eigenvalues of its Hessian. */
export interface Well {
  readonly loss: number;
  readonly curvatures: readonly number[];
}

export interface Occupancy {
  /** ln(p_A/p_B). */
  readonly logOdds: number;
  /** p_A of the two. */
  readonly probability: number;
}

/**
 * How a Gibbs law e^{−L/D} divides between two basins, by Laplace's method:
 *
 *     ln(p_A/p_B) = (L_B − L_A)/D + ½ ln(det H_B/det H_A)
 *
 * With SGD's isotropic noise D = ησ²/2S = T/2. Depth decides where D is small, width where it is
 * large. Exact as D → 0 at fixed odds.
 *
 * Source: Jastrzębski et al. (2017), Three Factors, theorem on the relative probability of minima.
 */
export function occupancy(a: Well, b: Well, diffusion: number): Occupancy {
  requirePositive("diffusion", diffusion);
  const logOdds = (b.loss - a.loss) / diffusion + halfLogRatio(a, b);
  return { logOdds, probability: 1 / (1 + Math.exp(-logOdds)) };
}

/**
 * The D at which both basins hold as much: above it the wider of the two is preferred. Undefined
 * where one is both deeper and wider, which then wins at every D.
 */
export function crossoverDiffusion(a: Well, b: Well): number | undefined {
  const d = (a.loss - b.loss) / halfLogRatio(a, b);
  return d > 0 && d < Infinity ? d : undefined;
}

/**
 * How two valleys share the walk by the mean times out of them: P(A) = τ_A/(τ_A + τ_B), taken from
 * their logarithms, which may be hundreds apart.
 *
 * Source: Xie, Sato and Sugiyama (2021), corollary.
 */
export function occupancyFromTimes(logTimeA: number, logTimeB: number): Occupancy {
  const logOdds = logTimeA - logTimeB;
  return { logOdds, probability: 1 / (1 + Math.exp(-logOdds)) };
}

/** ½ ln(det H_B/det H_A). */
function halfLogRatio(a: Well, b: Well): number {
  const half = ({ curvatures }: Well) =>
    curvatures.reduce((sum, value) => {
      requirePositive("curvature of a well", value);
      return sum + 0.5 * Math.log(value);
    }, 0);
  return half(b) - half(a);
}
