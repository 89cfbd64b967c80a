/** Consecutive rows of a data set, evaluated in one call. */
export interface Chunk {
  readonly start: number;
  /** Rows that count; the rest of the call is padding. */
  readonly rows: number;
  /** rows / N: the chunk's share of a mean over all rows. The shares of all chunks add up to 1. */
  readonly weight: number;
}

export interface ChunkPlan {
  /** Rows of every call, the last one padded up to it, so that one executable serves all. */
  readonly size: number;
  readonly chunks: readonly Chunk[];
}

/**
 * N rows in chunks that need at most `budget` bytes each, as equal as they can be: of all sizes with
 * the fewest chunks, the smallest, which pads least.
 */
export function planChunks(
  rows: number,
  { bytesPerRow, budget }: { bytesPerRow: number; budget: number },
): ChunkPlan {
  if (!(Number.isSafeInteger(rows) && rows >= 1))
    throw new RangeError(`rows must be a positive integer, got ${rows}`);
  if (!(bytesPerRow > 0))
    throw new RangeError(`bytes per row must be positive, got ${bytesPerRow}`);
  const most = Math.floor(budget / bytesPerRow);
  if (!(most >= 1))
    throw new RangeError(`a budget of ${budget} bytes holds no row of ${bytesPerRow} bytes`);
  const size = Math.ceil(rows / Math.ceil(rows / most));
  const chunks: Chunk[] = [];
  for (let start = 0; start < rows; start += size) {
    const count = Math.min(size, rows - start);
    chunks.push({ start, rows: count, weight: count / rows });
  }
  return { size, chunks };
}

/**
 * The row numbers of a chunk's call and their weights. Padding repeats the first row with weight 0:
 * a valid sample, so that nothing it touches becomes NaN.
 */
export function chunkRows(
  { size }: ChunkPlan,
  { start, rows }: Chunk,
): {
  readonly indices: Int32Array;
  readonly weights: Float64Array;
} {
  const indices = new Int32Array(size).fill(start);
  const weights = new Float64Array(size);
  for (let i = 0; i < rows; i++) {
    indices[i] = start + i;
    weights[i] = 1;
  }
  return { indices, weights };
}
