import { normalCdf, studentQuantile } from "../numeric/index.ts";
import { autocorrelationTime } from "./autocorrelation.ts";
import {
  accumulate,
  emptyMoments,
  requireAtLeast,
  requireFinite,
  requireLevel,
  requireSameLength,
  variance,
  type Estimate,
  type EstimateOptions,
} from "./estimate.ts";

export interface BootstrapOptions extends EstimateOptions {
  /** Independent uniforms of (0, 1), one a call: the one source of chance. */
  readonly uniform: () => number;
  /** Values a block; `blockLength` of the first series unless told. 1 is the plain bootstrap. */
  readonly block?: number;
  readonly replicates?: number;
}

/**
 * Any statistic of one or more stationary series observed together, by the circular block bootstrap:
 * a replicate is made of ⌈n/block⌉ runs of `block` neighbours, from uniform starts, around the end
 * into the beginning, cut at n. The value is that of the series themselves.
 *
 * With k = n/block blocks the replicates' deviation is short by √((k − 1)/k), which is put right in
 * `stderr`, and the interval is made of the percentiles Φ(±√(k/(k − 1))·t(k − 1)) of the replicates
 * (Hesterberg's expanded percentiles). It still undercovers where n is below about 100
 * autocorrelation times.
 *
 * @see Politis, Romano (1992), A circular block-resampling procedure for stationary data
 * @see Hesterberg (2015), https://doi.org/10.1080/00031305.2015.1089789
 */
export function blockBootstrap(
  series: readonly ArrayLike<number>[],
  statistic: (...columns: Float64Array[]) => number,
  options: BootstrapOptions,
): Estimate {
  const { uniform, replicates = 1000, level = 0.95, seed } = options;
  const columns = series.map((values) => Float64Array.from(values));
  if (columns.length === 0) throw new RangeError("series must be at least 1, got 0");
  const n = columns[0].length;
  requireAtLeast(n, 4, "a bootstrap");
  for (const column of columns) {
    requireSameLength(column, columns[0], "series", "the first series");
    column.forEach(requireFinite);
  }
  const block = options.block ?? blockLength(columns[0]);
  const longest = Math.floor(n / 2);
  if (!Number.isInteger(block) || block < 1 || block > longest)
    throw new RangeError(`block must be an integer from 1 to ${longest}, got ${block}`);
  requireAtLeast(replicates, 20, "percentiles of replicates");
  requireLevel(level);

  const rings = columns.map((column) => {
    const ring = new Float64Array(n + block);
    ring.set(column);
    ring.set(column.subarray(0, block), n);
    return ring;
  });
  const samples = columns.map(() => new Float64Array(n));
  const results = new Float64Array(replicates);
  const moments = emptyMoments();
  for (let replicate = 0; replicate < replicates; replicate++) {
    for (let at = 0; at < n; at += block) {
      const start = Math.min(Math.floor(uniform() * n), n - 1);
      const size = Math.min(block, n - at);
      for (let c = 0; c < rings.length; c++) {
        const from = rings[c];
        const to = samples[c];
        for (let i = 0; i < size; i++) to[at + i] = from[start + i];
      }
    }
    results[replicate] = statistic(...samples);
    accumulate(moments, results[replicate]);
  }
  results.sort();
  const blocks = n / block;
  const inflation = Math.sqrt(blocks / (blocks - 1));
  const outside = normalCdf(inflation * studentQuantile((1 - level) / 2, blocks - 1));
  return {
    value: statistic(...columns),
    stderr: inflation * Math.sqrt(variance(moments)),
    low: percentile(results, outside),
    high: percentile(results, 1 - outside),
    level,
    samples: n,
    method: options.method ?? `circular block bootstrap, ${replicates} × blocks of ${block}`,
    seed,
  };
}

/**
 * The block that makes the bootstrap's variance of a mean most accurate, were the series the
 * first-order autoregression of its autocorrelation time: (6n)^⅓ (ρ/(1 − ρ²))^⅔, ρ = (τ−1)/(τ+1).
 *
 * @see Politis, White (2004), https://doi.org/10.1081/ETC-120028836
 */
export function blockLength(values: ArrayLike<number>): number {
  const n = values.length;
  const { time } = autocorrelationTime(values);
  const rho = Math.max(0, (time - 1) / (time + 1));
  const length = Math.cbrt(6 * n) * (rho / (1 - rho * rho)) ** (2 / 3);
  return Math.max(1, Math.min(Math.ceil(length), Math.floor(n / 2)));
}

/** The p-quantile of sorted values, linear between order statistics. */
export function percentile(sorted: ArrayLike<number>, p: number): number {
  const place = p * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}
