import type { Estimate } from "../../statistics/index.ts";
import { skewedMeanEstimate } from "../traces/skewed-mean.ts";
import type { SpectralQuadrature } from "./quadrature.ts";

export interface SpectralSumOptions {
  /** Coverage of the interval; default 0.95. */
  readonly level?: number;
  readonly method?: string;
}

/**
 * tr f(A) = Σ f(λᵢ) from a quadrature: over the deflated eigenvalues exactly, plus for each probe
 * (dim − deflated)·Σ w·f(node), averaged.
 *
 * Unbiased for polynomials of degree below 2·steps; else as biased as Gauss's quadrature of f, which for f
 * analytic on the spectrum falls geometrically with the steps. The interval is over probes and knows
 * nothing of that bias.
 *
 * @throws RangeError for fewer than 2 probes, or where f is not finite at a node.
 */
export function spectralSum(
  quadrature: SpectralQuadrature,
  f: (lambda: number) => number,
  {
    level = 0.95,
    method = "spectral sum, Lanczos quadrature, t interval widened for skewness",
  }: SpectralSumOptions = {},
): Estimate {
  const { dim, probes, deflated, seed } = quadrature;
  const at = (lambda: number) => {
    const value = f(lambda);
    if (!Number.isFinite(value))
      throw new RangeError(
        `the function must be finite on the spectrum, got ${value} at ${lambda}`,
      );
    return value;
  };
  const known = deflated.reduce((sum, lambda) => sum + at(lambda), 0);
  const rest = dim - deflated.length;
  const values = probes.map(({ nodes, weights }) =>
    nodes.reduce(
      (sum, node, i) => sum + (weights[i] > 0 ? rest * weights[i] * at(node) : 0),
      known,
    ),
  );
  return skewedMeanEstimate(values, { seed, level, method });
}

/**
 * log det(A + shift·I) = Σ log(λᵢ + shift).
 *
 * @throws RangeError where a node shows that A + shift·I is not positive definite: nodes lie within
 * the spectrum, so that this is proof. That none does is no proof of the contrary.
 */
export function logDeterminant(
  quadrature: SpectralQuadrature,
  shift: number,
  options: SpectralSumOptions = {},
): Estimate {
  requirePositive(quadrature, shift);
  return spectralSum(quadrature, (lambda) => Math.log(lambda + shift), {
    method: "log-determinant, Lanczos quadrature, t interval widened for skewness",
    ...options,
  });
}

/**
 * Σ λᵢ / (λᵢ + shift): how many directions curve by more than the shift.
 *
 * @throws RangeError as `logDeterminant`.
 */
export function effectiveDimension(
  quadrature: SpectralQuadrature,
  shift: number,
  options: SpectralSumOptions = {},
): Estimate {
  requirePositive(quadrature, shift);
  return spectralSum(quadrature, (lambda) => lambda / (lambda + shift), {
    method: "effective dimension, Lanczos quadrature, t interval widened for skewness",
    ...options,
  });
}

/** The least and greatest eigenvalue that the quadrature knows of. */
export function spectralRange({ probes, deflated }: SpectralQuadrature): readonly [number, number] {
  const ends = probes.flatMap(({ nodes }) => [nodes[0], nodes[nodes.length - 1]]);
  return [Math.min(...ends, ...deflated), Math.max(...ends, ...deflated)];
}

function requirePositive(quadrature: SpectralQuadrature, shift: number): void {
  const [least] = spectralRange(quadrature);
  if (!(least + shift > 0))
    throw new RangeError(
      `the shift must make the operator positive definite, got ${shift} where an eigenvalue is at most ${least}`,
    );
}
