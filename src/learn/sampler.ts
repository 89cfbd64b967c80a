import {
  permutation,
  sampleWithoutReplacement,
  sampleWithReplacement,
  type Stream,
  substream,
} from "../random/index.ts";

/** How mini-batches are drawn. Shuffled epochs either keep a short last batch or leave those samples out. */
export type Sampler =
  | { readonly kind: "epochs"; readonly last: "keep" | "drop" }
  | { readonly kind: "without-replacement" }
  | { readonly kind: "with-replacement" };

/** Where a sampler stands: a value, so that a checkpoint holds it. */
export interface SamplerPosition {
  readonly epoch: number;
  /** Samples of the epoch that are used up. */
  readonly offset: number;
  /** Batches drawn so far. */
  readonly batches: number;
}

export const samplerStart: SamplerPosition = { epoch: 0, offset: 0, batches: 0 };

/**
 * Write the next batch's sample numbers and weights, and return the new position.
 *
 * A short last batch is padded with valid samples of weight 0. Every draw is a function of (stream,
 * position): the same whether a run is resumed, forked or cut in pieces.
 */
export function nextBatch(
  sampler: Sampler,
  order: Stream,
  position: SamplerPosition,
  count: number,
  indices: Int32Array,
  weights: Float32Array | Float64Array,
): SamplerPosition {
  const size = indices.length;
  if (size < 1 || (size > count && sampler.kind !== "with-replacement"))
    throw new RangeError(`batch size must be from 1 to the ${count} samples, got ${size}`);
  const { epoch, offset, batches } = position;
  weights.fill(1);
  switch (sampler.kind) {
    case "with-replacement":
      indices.set(sampleWithReplacement(substream(order, "batch"), batches, count, size));
      return { epoch, offset, batches: batches + 1 };
    case "without-replacement":
      if (size === count) for (let i = 0; i < count; i++) indices[i] = i;
      else indices.set(sampleWithoutReplacement(substream(order, "batch"), batches, count, size));
      return { epoch, offset, batches: batches + 1 };
    case "epochs": {
      const left = count - offset;
      if (left === 0 || (sampler.last === "drop" && left < size))
        return nextBatch(
          sampler,
          order,
          { epoch: epoch + 1, offset: 0, batches },
          count,
          indices,
          weights,
        );
      const shuffled = epochOrder(order, epoch, count);
      const taken = Math.min(size, left);
      for (let i = 0; i < size; i++) indices[i] = shuffled[i < taken ? offset + i : 0];
      weights.fill(0, taken);
      return { epoch, offset: offset + taken, batches: batches + 1 };
    }
  }
}

const orders = new WeakMap<Stream, { epoch: number; count: number; order: Int32Array }>();

/** The epoch's permutation, remembered until the stream asks for another. */
function epochOrder(stream: Stream, epoch: number, count: number): Int32Array {
  const known = orders.get(stream);
  if (known?.epoch === epoch && known.count === count) return known.order;
  const order = permutation(substream(stream, "epoch"), epoch, count);
  orders.set(stream, { epoch, count, order });
  return order;
}
