import { studentQuantile } from "../numeric/index.ts";

/** A measured number with its error: no stochastic number leaves a public function without one. */
export interface Estimate {
  readonly value: number;
  /** Standard error of `value`. */
  readonly stderr: number;
  /** Ends of the two-sided interval that covers the truth in `level` of all repetitions. */
  readonly low: number;
  readonly high: number;
  readonly level: number;
  /** How many observations went in. */
  readonly samples: number;
  /** The estimator and the interval, in words. */
  readonly method: string;
  /** Seed of the streams that the observations were drawn with. */
  readonly seed: string;
  /** How many of the samples are only bounds, for survival times. */
  readonly censored?: number;
}

/** What every estimator is told. */
export interface EstimateOptions {
  readonly seed: string;
  /** Coverage of the interval, 0.95 unless told. */
  readonly level?: number;
  /** In place of the estimator's own words. */
  readonly method?: string;
}

/** Running count, mean and Σ (xᵢ − mean)², by Welford's update. */
export interface Moments {
  count: number;
  mean: number;
  squares: number;
}

/** No observations yet. */
export function emptyMoments(): Moments {
  return { count: 0, mean: 0, squares: 0 };
}

/** Take in one observation, in place. */
export function accumulate(moments: Moments, x: number): void {
  moments.count++;
  const delta = x - moments.mean;
  moments.mean += delta / moments.count;
  moments.squares += delta * (x - moments.mean);
}

/** The moments of two samples together, by Chan's formula. */
export function mergeMoments(a: Moments, b: Moments): Moments {
  const count = a.count + b.count;
  if (count === 0) return emptyMoments();
  const delta = b.mean - a.mean;
  return {
    count,
    mean: a.mean + (delta * b.count) / count,
    squares: a.squares + b.squares + (delta * delta * a.count * b.count) / count,
  };
}

/** Sample variance, divided by count − 1. */
export function variance({ count, squares }: Moments): number {
  requireAtLeast(count, 2, "a variance");
  return squares / (count - 1);
}

/**
 * Mean of independent observations, with Student's interval: x̄ ± t(n − 1)·s/√n.
 *
 * @throws RangeError for fewer than 2 observations, or one that is not finite.
 */
export function meanEstimate(values: ArrayLike<number>, options: EstimateOptions): Estimate {
  const moments = emptyMoments();
  for (let i = 0; i < values.length; i++) accumulate(moments, requireFinite(values[i], i));
  return momentsEstimate(moments, options);
}

/** As `meanEstimate`, from what `accumulate` gathered. */
export function momentsEstimate(moments: Moments, options: EstimateOptions): Estimate {
  const { count, mean } = moments;
  requireAtLeast(count, 2, "an error bar of a mean");
  return studentEstimate(mean, Math.sqrt(variance(moments) / count), count - 1, count, {
    method: "mean, t interval",
    ...options,
  });
}

/**
 * Ratio of means Σyᵢ / Σxᵢ of paired observations. The error is that of the linearised residuals
 * (yᵢ − r·xᵢ)/x̄ (delta method), with Student's t of n − 1 degrees. Biased by O(1/n).
 *
 * @throws RangeError for fewer than 2 pairs, lengths that differ, or denominators of mean 0.
 */
export function ratioEstimate(
  numerators: ArrayLike<number>,
  denominators: ArrayLike<number>,
  options: EstimateOptions,
): Estimate {
  const n = requireSameLength(numerators, denominators, "numerators", "denominators");
  requireAtLeast(n, 2, "an error bar of a ratio");
  let above = 0;
  let below = 0;
  for (let i = 0; i < n; i++) {
    above += requireFinite(numerators[i], i);
    below += requireFinite(denominators[i], i);
  }
  if (below === 0) throw new RangeError("denominators must not have mean 0");
  const ratio = above / below;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (numerators[i] - ratio * denominators[i]) ** 2;
  const stderr = Math.sqrt(squares / (n - 1) / n) / Math.abs(below / n);
  return studentEstimate(ratio, stderr, n - 1, n, {
    method: "ratio of means, delta method, t interval",
    ...options,
  });
}

/** value ± t(degrees)·stderr; Infinity degrees give the normal interval. */
export function studentEstimate(
  value: number,
  stderr: number,
  degrees: number,
  samples: number,
  { level = 0.95, method = "t interval", seed }: EstimateOptions,
): Estimate {
  requireLevel(level);
  const half = stderr === 0 ? 0 : studentQuantile((1 + level) / 2, degrees) * stderr;
  return { value, stderr, low: value - half, high: value + half, level, samples, method, seed };
}

/** Refuse a level of confidence that is not inside (0, 1). */
export function requireLevel(level: number): void {
  if (!(level > 0 && level < 1))
    throw new RangeError(`level must be between 0 and 1, got ${level}`);
}

/** Refuse a sample too small for `what`. */
export function requireAtLeast(count: number, least: number, what: string): void {
  if (!(count >= least))
    throw new RangeError(`samples must be at least ${least} to give ${what}, got ${count}`);
}

/** The value, refused where it is not finite. */
export function requireFinite(x: number, index: number): number {
  if (!Number.isFinite(x)) throw new RangeError(`samples must be finite, got ${x} at ${index}`);
  return x;
}

/** The common length. */
export function requireSameLength(
  a: ArrayLike<unknown>,
  b: ArrayLike<unknown>,
  nameA: string,
  nameB: string,
): number {
  if (a.length !== b.length)
    throw new RangeError(
      `${nameA} and ${nameB} must have one length, got ${a.length} and ${b.length}`,
    );
  return a.length;
}
