import { type Estimate, type EstimateOptions, meanEstimate } from "../../statistics/index.ts";

/** A tail index, and what must be known to read it. */
export interface TailIndex extends Estimate {
  /** K₁ values in each of K₂ sums. */
  readonly sumLength: number;
  readonly sums: number;
  /** Values left out: zeros, whose logarithm is infinite, and the remainder of K/K₁. */
  readonly excluded: number;
  readonly caveat: string;
}

export interface TailIndexOptions extends EstimateOptions {
  /** K₁; default about √K. */
  readonly sumLength?: number;
}

/** Why a value below 2 is no proof of heavy tails, and what the estimator is known to give. */
export const tailIndexCaveat =
  "assumes independent, centred, symmetric α-stable values; heavy but finite variance also gives less than 2 (Student's t with 3 degrees: about 1.75 at K₁ = 100, K = 10⁴), and gradients of a finite set are bounded: the index describes scales up to K₁ values, not the far tail";

/**
 * Tail index α of independent centred values, by Mohammadi's estimator:
 *
 *     1/α̂ = (mean log|Yᵢ| − mean log|Xⱼ|) / log K₁,   Yᵢ sums of K₁ successive X
 *
 * since a sum of K₁ symmetric α-stable values is one of them times K₁^{1/α}. It is a mean over the K₂
 * sums of log|Yᵢ| less the mean log|X| within it: the t interval is that of this mean, mapped by
 * x ↦ 1/x. 2 for Gaussian values. Known bias: for values that are not stable it is not their tail that
 * is found but how their sums grow, see `tailIndexCaveat`; α̂ may pass 2 by its own error.
 *
 * @throws RangeError for values that are not finite, or too few for 2 sums of 2.
 * @see Mohammadi, Mohammadpour, Ogata (2015), https://doi.org/10.1007/s00184-014-0515-7
 * @see Şimşekli, Sagun, Gürbüzbalaban (2019), https://arxiv.org/abs/1901.06053
 */
export function tailIndex(values: ArrayLike<number>, options: TailIndexOptions): TailIndex {
  const X = Float64Array.from(values);
  const bad = X.findIndex((x) => !Number.isFinite(x));
  if (bad >= 0) throw new RangeError(`values must be finite, got ${X[bad]} at ${bad}`);
  const { sumLength = Math.max(2, Math.floor(Math.sqrt(X.length))) } = options;
  if (!(Number.isInteger(sumLength) && sumLength >= 2))
    throw new RangeError(`sumLength must be an integer of at least 2, got ${sumLength}`);
  const blocks = Math.floor(X.length / sumLength);
  if (blocks < 2)
    throw new RangeError(
      `values must be at least ${2 * sumLength} for 2 sums of ${sumLength}, got ${X.length}`,
    );
  const logs = Array.from({ length: blocks }, (_, i) =>
    blockLogs([X.subarray(i * sumLength, (i + 1) * sumLength)]),
  );
  return tailIndexOfBlocks(logs, sumLength, X.length - blocks * sumLength, options);
}

/** Of one stretch of K₁ values along each of several directions. */
export interface BlockLogs {
  /** Means over the directions of log|Σ X|, and over all values of log|X|. */
  readonly sum: number;
  readonly value: number;
  /** Values that are 0. */
  readonly zeros: number;
}

/** Logarithms of the values of a stretch and of their sum, averaged over directions; zeros left out. */
export function blockLogs(directions: readonly Float64Array[]): BlockLogs {
  let [sums, counted, values, nonzero, zeros] = [0, 0, 0, 0, 0];
  for (const X of directions) {
    let Y = 0;
    let logs = 0;
    let own = 0;
    for (const x of X) {
      Y += x;
      if (x === 0) zeros++;
      else {
        logs += Math.log(Math.abs(x));
        own++;
      }
    }
    if (Y === 0 || own === 0) continue;
    sums += Math.log(Math.abs(Y));
    counted++;
    values += logs / own;
    nonzero++;
  }
  return { sum: sums / counted, value: values / nonzero, zeros };
}

/** The index from blocks that are independent of one another. */
export function tailIndexOfBlocks(
  blocks: readonly BlockLogs[],
  sumLength: number,
  remainder: number,
  options: EstimateOptions,
): TailIndex {
  const used = blocks.filter(({ sum, value }) => Number.isFinite(sum) && Number.isFinite(value));
  if (used.length < 2)
    throw new RangeError(
      `sums that are not 0 must be at least 2 for a tail index, got ${used.length}`,
    );
  const slopes = used.map(({ sum, value }) => (sum - value) / Math.log(sumLength));
  const inverse = meanEstimate(slopes, options);
  const value = 1 / inverse.value;
  const [low, high] = [1 / inverse.high, inverse.low > 0 ? 1 / inverse.low : Infinity];
  const zeros = blocks.reduce((sum, block) => sum + block.zeros, 0);
  return {
    ...inverse,
    value,
    stderr: inverse.stderr * value * value,
    low,
    high,
    method:
      options.method ??
      `Mohammadi's estimator, ${used.length} sums of ${sumLength}, t interval of 1/α`,
    sumLength,
    sums: used.length,
    excluded: zeros + remainder,
    caveat: tailIndexCaveat,
  };
}
