// Errors of means of stationary time series, whose neighbours resemble each other: the mean of n
// values is as uncertain as that of n/τ independent ones.
import {
  meanEstimate,
  requireAtLeast,
  requireFinite,
  studentEstimate,
  type Estimate,
  type EstimateOptions,
} from "./estimate.ts";

/** What a series remembers. */
export interface Autocorrelation {
  /** Integrated autocorrelation time τ = 1 + 2 Σ ρₖ, in steps of the series; 1 for white noise. */
  readonly time: number;
  /** How many lags were summed. */
  readonly window: number;
  readonly mean: number;
  /** Autocovariance at lag 0, divided by n. */
  readonly variance: number;
}

/**
 * τ by Geyer's initial monotone sequence: the sums γ₂ₘ + γ₂ₘ₊₁ of neighbouring autocovariances of a
 * reversible chain are positive and decrease, so the estimate stops where they are no longer
 * positive, and none may exceed its predecessor. τ is held at 1/n or more.
 *
 * Cost O(n·window).
 *
 * @see Geyer (1992), Practical Markov chain Monte Carlo, https://doi.org/10.1214/ss/1177011137
 */
export function autocorrelationTime(values: ArrayLike<number>): Autocorrelation {
  const n = values.length;
  requireAtLeast(n, 4, "an autocorrelation time");
  let mean = 0;
  for (let i = 0; i < n; i++) mean += requireFinite(values[i], i);
  mean /= n;
  const centred = Float64Array.from(values, (x) => x - mean);
  const covariance = (lag: number) => {
    let sum = 0;
    for (let i = lag; i < n; i++) sum += centred[i] * centred[i - lag];
    return sum / n;
  };
  const variance = covariance(0);
  if (variance === 0) return { time: 1, window: 0, mean, variance };
  let sum = 0;
  let previous = Infinity;
  let lag = 0;
  for (; lag + 1 < n; lag += 2) {
    const pair = (lag === 0 ? variance : covariance(lag)) + covariance(lag + 1);
    if (!(pair > 0)) break;
    previous = Math.min(pair, previous);
    sum += previous;
  }
  return { time: Math.max((2 * sum) / variance - 1, 1 / n), window: lag, mean, variance };
}

/**
 * Mean of a stationary series, with standard error √(γ₀τ/n) corrected for the mean that γ₀ lost, and
 * Student's interval of n/τ − 1 degrees. Wants n ≫ τ: below n = 50τ the interval covers less than
 * it says.
 *
 * @throws RangeError for fewer than 4 values, or where n/τ < 2.
 */
export function seriesMean(values: ArrayLike<number>, options: EstimateOptions): Estimate {
  const n = values.length;
  const { time, mean, variance } = autocorrelationTime(values);
  const effective = n / Math.max(time, 1);
  if (effective < 2)
    throw new RangeError(
      `series must be at least 2 autocorrelation times long, got ${n} values with time ${time}`,
    );
  const stderr = Math.sqrt((variance * time) / n / (1 - 1 / effective));
  return studentEstimate(mean, stderr, effective - 1, n, {
    method: "mean of a series, Geyer's autocorrelation time, t interval",
    ...options,
  });
}

/**
 * Mean of a stationary series from the means of `batches` equal runs of it, taken as independent.
 * The first n mod batches values are dropped. Honest when a batch is many autocorrelation times long.
 */
export function batchMeans(
  values: ArrayLike<number>,
  { batches = 20, ...options }: EstimateOptions & { readonly batches?: number },
): Estimate {
  const size = Math.floor(values.length / batches);
  if (!Number.isInteger(batches) || batches < 2 || size < 1)
    throw new RangeError(
      `batches must be an integer from 2 to the ${values.length} values, got ${batches}`,
    );
  const skip = values.length - size * batches;
  const means = Float64Array.from({ length: batches }, (_, batch) => {
    let sum = 0;
    for (let i = 0; i < size; i++) sum += values[skip + batch * size + i];
    return sum / size;
  });
  const estimate = meanEstimate(means, {
    method: `mean of a series, ${batches} batch means, t interval`,
    ...options,
  });
  return { ...estimate, samples: size * batches };
}
