import {
  sampleWithoutReplacement,
  sampleWithReplacement,
  type Stream,
} from "../../random/index.ts";

/** Mini-batches for measuring: batch `index` is a pure function of the index, apart from training's own order. */
export interface BatchSampler {
  readonly seed: string;
  readonly batchSize: number;
  readonly replacement: boolean;
  /** Row numbers, [batchSize]. */
  rows(index: number): Int32Array;
}

/**
 * Uniform batches of `batchSize` out of `count` samples, without replacement unless asked. A batch of
 * all samples is 0 … count − 1 each time.
 */
export function uniformBatches(
  draws: Stream,
  count: number,
  batchSize: number,
  { replacement = false }: { readonly replacement?: boolean } = {},
): BatchSampler {
  const most = replacement ? Infinity : count;
  if (!(Number.isInteger(batchSize) && batchSize >= 1 && batchSize <= most))
    throw new RangeError(
      `batch size must be an integer from 1 to the ${count} samples, got ${batchSize}`,
    );
  return {
    seed: draws.seed,
    batchSize,
    replacement,
    rows(index) {
      if (replacement) return sampleWithReplacement(draws, index, count, batchSize);
      if (batchSize === count) return Int32Array.from({ length: count }, (_, i) => i);
      return sampleWithoutReplacement(draws, index, count, batchSize);
    },
  };
}

/** What Σ, the covariance of one sample's gradient, is multiplied by to give Cov(g_B). */
export function covarianceFactor(count: number, batchSize: number, replacement: boolean): number {
  if (replacement) return 1 / batchSize;
  return count === 1 ? 0 : (count - batchSize) / (batchSize * (count - 1));
}
