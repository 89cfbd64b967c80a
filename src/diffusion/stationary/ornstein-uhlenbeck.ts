import { continuousLyapunov, discreteLyapunov, matmul } from "../../numeric/index.ts";
import { requirePositive } from "../theory/law.ts";

/** A quadratic landscape, its batch noise and the step. */
export interface QuadraticSgd {
  readonly dimension: number;
  readonly hessian: Float64Array; // [d, d]
  /** Cov(g_B), the covariance of the *batch* gradient, constant over the quadratic, [d, d]. */
  readonly covariance: Float64Array;
  readonly eta: number;
  /** β of v ← βv + g, θ ← θ − ηv; discrete only. */
  readonly momentum?: number;
}

/**
 * The stationary covariance X of θ about the minimum.
 *
 * `continuous`: dθ = −Hθ dt + √(ηC) dW, HX + XH = ηC. `discrete`: the recursion itself,
 * X = (I − ηH)X(I − ηH) + η²C; per mode ηC/(λ(2 − ηλ)), with momentum
 * ηC(1 + β)/(λ(1 − β)(2(1 + β) − ηλ)). The noise is additive: where batches change the curvature
 * too, this is a lower bound.
 *
 * Source: Jastrzębski et al. (2017) for the continuous law; the discrete one derived.
 *
 * @throws RangeError where the recursion or the flow is not stable.
 */
export function ornsteinUhlenbeckCovariance(
  problem: QuadraticSgd,
  target: "continuous" | "discrete",
): Float64Array {
  const { dimension: d, hessian, covariance, eta, momentum: beta = 0 } = problem;
  requirePositive("eta", eta);
  if (target === "continuous") {
    if (beta !== 0)
      throw new RangeError(`momentum must be 0 for the continuous target, got ${beta}`);
    const { x, status } = continuousLyapunov(
      hessian,
      covariance.map((c) => eta * c),
      d,
    );
    if (status !== "converged")
      throw new RangeError(
        "hessian must be positive definite for a stationary law, got one that is not",
      );
    return x;
  }
  const n = 2 * d; // (θ, v)
  const a = new Float64Array(n * n);
  const q = new Float64Array(n * n);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) {
      const [h, c] = [hessian[i * d + j], covariance[i * d + j]];
      a[i * n + j] = (i === j ? 1 : 0) - eta * h;
      a[(d + i) * n + j] = h;
      q[i * n + j] = eta * eta * c;
      q[i * n + d + j] = -eta * c;
      q[(d + i) * n + j] = -eta * c;
      q[(d + i) * n + d + j] = c;
    }
    a[i * n + d + i] = -eta * beta;
    a[(d + i) * n + d + i] = beta;
  }
  const { x, status } = discreteLyapunov(a, q, n);
  if (status !== "converged")
    throw new RangeError(
      `eta must be below the edge of stability for a stationary law, got ${eta} with momentum ${beta}`,
    );
  const out = new Float64Array(d * d);
  for (let i = 0; i < d; i++) out.set(x.subarray(i * n, i * n + d), i * d);
  return out;
}

/** E L − L(minimum) of both targets, and Jastrzębski et al.'s number where C = H/S. */
export interface StationaryLoss {
  /** ½Tr(HX) of the continuous law: exactly (η/4)·Tr C for any C. */
  readonly continuous: number;
  /** ½Tr(HX) of the recursion; per mode ηC/(2(2 − ηλ)) where C and H commute. */
  readonly discrete: number;
  /** How far the continuous law is from the recursion, discrete/continuous − 1. */
  readonly correction: number;
}

/**
 * The expected loss above a minimum, E L = (η/4)·Tr Cov(g_B): for Cov(g_B) = H/S this is
 * (η/4S)·Tr H, with 4S, not 2S.
 *
 * Source: Jastrzębski et al. (2017), Three Factors; the discrete correction derived.
 */
export function stationaryLoss(problem: Omit<QuadraticSgd, "momentum">): StationaryLoss {
  const { dimension: d, hessian, covariance, eta } = problem;
  let trace = 0;
  for (let i = 0; i < d; i++) trace += covariance[i * d + i];
  const x = ornsteinUhlenbeckCovariance(problem, "discrete");
  const hx = matmul(hessian, x, d, d, d);
  let loss = 0;
  for (let i = 0; i < d; i++) loss += 0.5 * hx[i * d + i];
  const continuous = (eta / 4) * trace;
  return { continuous, discrete: loss, correction: loss / continuous - 1 };
}
