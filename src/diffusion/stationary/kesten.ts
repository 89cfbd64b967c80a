// SGD's own recursion on a quadratic, z ← (1 − ηh)z − ηg with a curvature h drawn afresh for each
// batch, has power tails whatever g is (Kesten, 1973): P(|z| > x) ~ x^−α with E|1 − ηh|^α = 1.
import { integrate } from "../../numeric/index.ts";
import { requirePositive } from "../theory/law.ts";

/** The law of a batch's curvature. */
export type BatchCurvature =
  | { readonly kind: "gaussian"; readonly mean: number; readonly variance: number }
  /** Equally likely values: all batches of a finite problem, or a sample of them. */
  | { readonly kind: "values"; readonly values: ArrayLike<number> };

/** A tail that is a power, or none: the recursion contracts always, or does not on average. */
export type KestenTail =
  | {
      readonly kind: "power";
      /** P(|z| > x) ~ x^−α; the density falls as |z|^(−α−1). */
      readonly alpha: number;
    }
  | { readonly kind: "bounded"; readonly reason: string }
  | { readonly kind: "diverges"; readonly reason: string };

/**
 * The tail exponent of the discrete recursion. As η → 0 it tends to 2κ + 1, κ = H/(ησ_H), the tail
 * of the Itô law.
 *
 * Source: Kesten (1973); Gürbüzbalaban, Şimşekli and Zhu (2021) for SGD.
 */
export function kestenTail(curvature: BatchCurvature, eta: number): KestenTail {
  requirePositive("eta", eta);
  if (logMoment(curvature, eta) >= 0)
    return { kind: "diverges", reason: "E ln|1 − ηh| is not negative: no stationary law" };
  const excess = (alpha: number) => Math.log(moment(curvature, eta, alpha));
  if (curvature.kind === "values") {
    const greatest = Array.from(curvature.values).reduce(
      (top, h) => Math.max(top, Math.abs(1 - eta * h)),
      0,
    );
    if (greatest <= 1)
      return { kind: "bounded", reason: "no batch expands: |1 − ηh| never exceeds 1" };
  }
  let high = 1;
  while (excess(high) < 0 && high < 1e9) high *= 2;
  if (high >= 1e9)
    return { kind: "bounded", reason: "the tail exponent exceeds 10⁹: no tail to be seen" };
  let low = high / 2;
  while (excess(low) >= 0) low /= 2; // ln E|·|^α is convex, 0 at 0 and falling there
  for (let step = 0; step < 200 && high - low > 1e-14 * high; step++) {
    const middle = (low + high) / 2;
    if (excess(middle) < 0) low = middle;
    else high = middle;
  }
  return { kind: "power", alpha: (low + high) / 2 };
}

/** E|1 − ηh|^α. */
function moment(curvature: BatchCurvature, eta: number, alpha: number): number {
  return expectation(curvature, (h) => Math.abs(1 - eta * h) ** alpha, eta);
}

/** E ln|1 − ηh|. */
function logMoment(curvature: BatchCurvature, eta: number): number {
  return expectation(curvature, (h) => Math.log(Math.max(Math.abs(1 - eta * h), 1e-300)), eta);
}

function expectation(curvature: BatchCurvature, f: (h: number) => number, eta: number): number {
  if (curvature.kind === "values") {
    const { values } = curvature;
    if (!(values.length > 0)) throw new RangeError("curvatures must be one at least, got none");
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += f(values[i]);
    return sum / values.length;
  }
  const { mean, variance } = curvature;
  requirePositive("variance of the curvature", variance);
  const sd = Math.sqrt(variance);
  const turning = (1 / eta - mean) / sd; // where 1 − ηh changes sign
  return integrate(
    (u) => (f(mean + sd * u) * Math.exp(-0.5 * u * u)) / Math.sqrt(2 * Math.PI),
    -Infinity,
    Infinity,
    { relativeTolerance: 1e-13, absoluteTolerance: 1e-15, breakpoints: [0, turning] },
  ).value;
}
