// Times that end in an event or are cut off before it: a censored time is only known to be exceeded.
import { chiSquareQuantile, normalQuantile } from "../numeric/index.ts";
import {
  requireAtLeast,
  requireLevel,
  requireSameLength,
  type Estimate,
  type EstimateOptions,
} from "./estimate.ts";

/**
 * Mean of exponential times by maximum likelihood: total time at risk over the d observed events.
 * Interval from 2·total/χ² of 2d degrees, exact where nothing is censored; where times are cut off at
 * a fixed time, of 2d + 1 degrees (Cox). stderr is value/√d.
 *
 * @see Cox (1953), Some simple approximate tests for Poisson variates, https://doi.org/10.1093/biomet/40.3-4.354
 * @throws RangeError where no event was observed, or a time is not positive and finite.
 */
export function exponentialMean(
  times: ArrayLike<number>,
  observed: ArrayLike<boolean | number>,
  { level = 0.95, seed, method }: EstimateOptions,
): Estimate {
  const n = requireTimes(times, observed);
  requireLevel(level);
  let total = 0;
  let events = 0;
  for (let i = 0; i < n; i++) {
    total += times[i];
    if (observed[i]) events++;
  }
  if (events === 0)
    throw new RangeError("observed events must be at least 1 to give a mean time, got 0");
  const degrees = events === n ? 2 * events : 2 * events + 1;
  return {
    value: total / events,
    stderr: total / events / Math.sqrt(events),
    low: (2 * total) / chiSquareQuantile((1 + level) / 2, degrees),
    high: (2 * total) / chiSquareQuantile((1 - level) / 2, degrees),
    level,
    samples: n,
    method: method ?? "exponential mean, maximum likelihood, chi-square interval",
    seed,
    censored: n - events,
  };
}

/** The estimated chance to survive beyond each event time. */
export interface SurvivalCurve {
  /** Distinct times of events, ascending. */
  readonly times: Float64Array;
  /** Ŝ just after each. */
  readonly survival: Float64Array;
  /** Greenwood's standard error. */
  readonly stderr: Float64Array;
  /** Ends of the pointwise log(−log) interval, which stays inside [0, 1]. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** How many were under observation just before. */
  readonly atRisk: Int32Array;
  readonly events: Int32Array;
  /** First time with Ŝ ≤ ½; undefined where the curve stays above. */
  readonly median: number | undefined;
}

/**
 * Kaplan and Meier's product-limit estimate Ŝ(t) = Π (1 − dᵢ/nᵢ). A time censored at an event time
 * counts as at risk there.
 *
 * @see Kaplan, Meier (1958), https://doi.org/10.1080/01621459.1958.10501452
 */
export function kaplanMeier(
  times: ArrayLike<number>,
  observed: ArrayLike<boolean | number>,
  level = 0.95,
): SurvivalCurve {
  const n = requireTimes(times, observed);
  requireLevel(level);
  requireAtLeast(n, 1, "a survival curve");
  const order = Array.from({ length: n }, (_, i) => i).sort((a, b) => times[a] - times[b]);
  const z = normalQuantile((1 + level) / 2);
  const points: {
    t: number;
    s: number;
    se: number;
    low: number;
    high: number;
    n: number;
    d: number;
  }[] = [];
  let survival = 1;
  let greenwood = 0;
  for (let at = 0; at < n;) {
    const t = times[order[at]];
    const atRisk = n - at;
    let events = 0;
    for (; at < n && times[order[at]] === t; at++) if (observed[order[at]]) events++;
    if (events === 0) continue;
    survival *= 1 - events / atRisk;
    greenwood += events / (atRisk * (atRisk - events));
    const se = survival === 0 ? 0 : survival * Math.sqrt(greenwood);
    const spread = survival === 0 ? 0 : (z * Math.sqrt(greenwood)) / -Math.log(survival);
    points.push({
      t,
      s: survival,
      se,
      low: survival ** Math.exp(spread),
      high: survival ** Math.exp(-spread),
      n: atRisk,
      d: events,
    });
  }
  return {
    times: Float64Array.from(points, (p) => p.t),
    survival: Float64Array.from(points, (p) => p.s),
    stderr: Float64Array.from(points, (p) => p.se),
    low: Float64Array.from(points, (p) => p.low),
    high: Float64Array.from(points, (p) => p.high),
    atRisk: Int32Array.from(points, (p) => p.n),
    events: Int32Array.from(points, (p) => p.d),
    median: points.find((p) => p.s <= 0.5)?.t,
  };
}

function requireTimes(times: ArrayLike<number>, observed: ArrayLike<boolean | number>): number {
  const n = requireSameLength(times, observed, "times", "observed");
  for (let i = 0; i < n; i++)
    if (!(times[i] > 0 && times[i] < Infinity))
      throw new RangeError(`times must be positive and finite, got ${times[i]} at ${i}`);
  return n;
}
