// Times that end in an event or are cut off before it: a censored time is only known to be exceeded.
import { chiSquareQuantile, chiSquareSurvival, normalQuantile } from "../numeric/index.ts";
import {
  requireAtLeast,
  requireLevel,
  requireSameLength,
  type Estimate,
  type EstimateOptions,
} from "./estimate.ts";
import type { FitTest } from "./fit.ts";

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
  const { samples: n, events, total } = exposure(times, observed);
  requireLevel(level);
  requireEvents(events, 1, "a mean time");
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

/**
 * Mean of exponential times as `exponentialMean`, with the ends where the likelihood has fallen by half
 * of χ²: with r = value/end, 2d(r − 1 − ln r) = χ²₁(level). It needs no law of the censoring, as long as
 * that does not look ahead.
 *
 * @throws RangeError as `exponentialMean`.
 */
export function exponentialProfile(
  times: ArrayLike<number>,
  observed: ArrayLike<boolean | number>,
  { level = 0.95, seed, method }: EstimateOptions,
): Estimate {
  const { samples, events, total } = exposure(times, observed);
  requireLevel(level);
  requireEvents(events, 1, "a mean time");
  const value = total / events;
  const fall = chiSquareQuantile(level, 1) / (2 * events);
  return {
    value,
    stderr: value / Math.sqrt(events),
    low: value / profileRatio(fall, "above"),
    high: value / profileRatio(fall, "below"),
    level,
    samples,
    method: method ?? "exponential mean, maximum likelihood, profile interval",
    seed,
    censored: samples - events,
  };
}

/** r with r − 1 − ln r = fall, above or below 1: Newton's method in ln r, convex and from the far side. */
function profileRatio(fall: number, side: "above" | "below"): number {
  let log = side === "above" ? Math.sqrt(2 * fall) + fall : -Math.sqrt(2 * fall) - fall;
  for (let i = 0; i < 100; i++) {
    const change = (Math.expm1(log) - log - fall) / Math.expm1(log);
    log -= change;
    if (Math.abs(change) < 1e-14 * Math.abs(log)) break;
  }
  return Math.exp(log);
}

/**
 * Rate of exponential times without bias: (d − 1)/total time at risk. stderr is value/√(d − 2), exact
 * where nothing is censored, as is the χ² interval.
 *
 * @throws RangeError for fewer than 3 observed events.
 */
export function exponentialRate(
  times: ArrayLike<number>,
  observed: ArrayLike<boolean | number>,
  options: EstimateOptions,
): Estimate {
  const { events, total } = exposure(times, observed);
  requireEvents(events, 3, "the error of a rate");
  const mean = exponentialMean(times, observed, options);
  const value = (events - 1) / total;
  return {
    ...mean,
    value,
    stderr: value / Math.sqrt(events - 2),
    low: 1 / mean.high,
    high: 1 / mean.low,
    method: options.method ?? "exponential rate, (events - 1)/exposure, chi-square interval",
  };
}

/** The test of a constant hazard, and into how many spans of time it looked. */
export interface HazardTest extends FitTest {
  readonly cells: number;
  readonly degrees: number;
  readonly method: string;
}

/**
 * Whether censored times are exponential, the mean not known: Σ (Oⱼ − λ̂Yⱼ)²/(λ̂Yⱼ) over spans of time
 * with Oⱼ events and a time at risk of Yⱼ, λ̂ = ΣO/ΣY. χ² of cells − 1 degrees under any censoring that
 * does not look ahead. The spans carry equal parts of the fitted law up to the last time, one for each
 * ten events and at most twelve.
 *
 * @see Akritas (1988), https://doi.org/10.1080/01621459.1988.10478594
 * @throws RangeError for fewer than 20 observed events.
 */
export function constantHazardTest(
  times: ArrayLike<number>,
  observed: ArrayLike<boolean | number>,
): HazardTest {
  const { samples, events, total } = exposure(times, observed);
  requireEvents(events, 20, "a test of fit");
  const rate = events / total;
  const cells = Math.min(12, Math.floor(events / 10));
  let last = 0;
  for (let i = 0; i < samples; i++) last = Math.max(last, times[i]);
  const mass = -Math.expm1(-rate * last);
  const ends = Array.from({ length: cells }, (_, j) =>
    j === cells - 1 ? last : -Math.log1p((-mass * (j + 1)) / cells) / rate,
  );
  const counts = new Float64Array(cells);
  const atRisk = new Float64Array(cells);
  for (let i = 0; i < samples; i++) {
    let from = 0;
    for (let j = 0; j < cells; j++) {
      atRisk[j] += Math.min(times[i], ends[j]) - from;
      if (times[i] <= ends[j]) {
        if (observed[i]) counts[j]++;
        break;
      }
      from = ends[j];
    }
  }
  let statistic = 0;
  for (let j = 0; j < cells; j++) {
    const expected = rate * atRisk[j];
    statistic += (counts[j] - expected) ** 2 / expected;
  }
  return {
    statistic,
    pValue: chiSquareSurvival(statistic, cells - 1),
    cells,
    degrees: cells - 1,
    method: "constant hazard over spans of time, chi-square",
  };
}

function exposure(times: ArrayLike<number>, observed: ArrayLike<boolean | number>) {
  const samples = requireTimes(times, observed);
  let total = 0;
  let events = 0;
  for (let i = 0; i < samples; i++) {
    total += times[i];
    if (observed[i]) events++;
  }
  return { samples, events, total };
}

function requireEvents(events: number, least: number, what: string): void {
  if (events < least)
    throw new RangeError(
      `observed events must be at least ${least} to give ${what}, got ${events}`,
    );
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
