import { cholesky, matmul, solve } from "../../numeric/index.ts";
import { requirePositive } from "../theory/law.ts";

/** A finite sum of quadratics about the minimum of their mean. */
export interface QuadraticSum {
  readonly dimension: number;
  /** ∇²ℓᵢ, [samples, d, d]. */
  readonly hessians: Float64Array;
  /** ∇ℓᵢ at the minimum, [samples, d]: their mean is 0. */
  readonly gradients: Float64Array;
  readonly batch: number;
  /** Samples of a batch drawn independently, or all different. */
  readonly replacement: boolean;
  readonly eta: number;
}

export interface BatchStationary {
  /** Cov θ, [d, d]. */
  readonly covariance: Float64Array;
  /** E L − L(minimum) = ½Tr(HX). */
  readonly loss: number;
}

/**
 * The exact stationary covariance of SGD on a finite sum of quadratics, whose batches change the
 * curvature as well as the gradient:
 *
 *     HX + XH − η[(1 − p)HXH + (p/N) Σᵢ HᵢXHᵢ] = ηp Σ_g
 *
 * with p = 1/B with replacement and (N − B)/(B(N − 1)) without. The additive law of
 * `ornsteinUhlenbeckCovariance` leaves out the spread of the Hᵢ.
 *
 * Cost N·d⁴ + d⁶/1.5. Source: Mulayoff and Michaeli (2024).
 *
 * @throws RangeError where the recursion is not stable in mean square, or the sizes do not fit.
 */
export function finiteBatchStationary(problem: QuadraticSum): BatchStationary {
  const { dimension: d, hessians, gradients, batch, replacement, eta } = problem;
  requirePositive("eta", eta);
  const samples = gradients.length / d;
  if (!Number.isInteger(samples) || hessians.length !== samples * d * d)
    throw new RangeError(
      `a Hessian and a gradient must be given for each sample, got ${hessians.length} and ${gradients.length} values in ${d} dimensions`,
    );
  if (!(Number.isInteger(batch) && batch >= 1 && (replacement || batch <= samples)))
    throw new RangeError(`batch must be whole and from 1 to ${samples}, got ${batch}`);
  const p = replacement
    ? 1 / batch
    : samples === 1
      ? 0
      : (samples - batch) / (batch * (samples - 1));
  const n = d * d;
  const h = new Float64Array(n);
  const sigma = new Float64Array(n);
  const squares = new Float64Array(n * n); // (1/N) Σ Hᵢ ⊗ Hᵢ
  for (let s = 0; s < samples; s++) {
    const hi = hessians.subarray(s * n, (s + 1) * n);
    for (let i = 0; i < n; i++) h[i] += hi[i] / samples;
    for (let i = 0; i < d; i++)
      for (let j = 0; j < d; j++) {
        sigma[i * d + j] += (gradients[s * d + i] * gradients[s * d + j]) / samples;
        for (let k = 0; k < d; k++)
          for (let l = 0; l < d; l++)
            squares[(i * d + j) * n + k * d + l] += (hi[i * d + k] * hi[j * d + l]) / samples;
      }
  }
  const a = new Float64Array(n * n);
  for (let i = 0; i < d; i++)
    for (let j = 0; j < d; j++)
      for (let k = 0; k < d; k++)
        for (let l = 0; l < d; l++) {
          const at = (i * d + j) * n + k * d + l;
          a[at] =
            (j === l ? h[i * d + k] : 0) +
            (i === k ? h[j * d + l] : 0) -
            eta * ((1 - p) * h[i * d + k] * h[j * d + l] + p * squares[at]);
        }
  const covariance = solve(
    a,
    sigma.map((value) => eta * p * value),
    n,
  );
  if (p > 0) requireStable(covariance, d, eta);
  const hx = matmul(h, covariance, d, d, d);
  let loss = 0;
  for (let i = 0; i < d; i++) loss += 0.5 * hx[i * d + i];
  return { covariance, loss };
}

/** Of a map that keeps the positive cone the solution is positive exactly where the map contracts. */
function requireStable(x: Float64Array, d: number, eta: number): void {
  let trace = 0;
  for (let i = 0; i < d; i++) trace += x[i * d + i];
  const lifted = x.map((value, i) => value + (i % (d + 1) === 0 ? 1e-10 * Math.abs(trace) : 0));
  try {
    cholesky(lifted, d);
  } catch (cause) {
    throw new RangeError(
      `eta must be stable in mean square for a stationary law, got ${eta}, whose covariance would not be positive`,
      { cause },
    );
  }
}
