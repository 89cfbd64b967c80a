// A foreign model from its samples to where the loss begins.
import { concat, filled, reshape, sizeOf, sliceAxis, type Tensor } from "../../graph/index.ts";
import type { LossName } from "../../learn/index.ts";
import { type ForeignModel, type ModelOptions, readModel } from "../../onnx/reader/index.ts";

/** The model up to where the loss begins: a Softmax that the loss brings along is taken away. */
export function modelForLoss(
  bytes: Uint8Array,
  loss: LossName,
  options: ModelOptions,
): { model: ForeignModel; measured: string[]; sigmoid: boolean } {
  const trailing = trailingOf(bytes, options);
  const kind = trailing?.inner?.kind ?? trailing?.kind;
  const arg = trailing?.kind === "arg-max";
  const drop = arg || (loss === "cross-entropy" && trailing !== undefined);
  const model = readModel(bytes, { ...options, ...(drop && { beforeTrailing: true }) });
  if (!drop) return { model, measured: [], sigmoid: false };
  const sigmoid = kind === "sigmoid";
  const names = { softmax: "Softmax", "log-softmax": "LogSoftmax", sigmoid: "Sigmoid", "arg-max": "ArgMax" }; // prettier-ignore
  const what = arg && kind !== "arg-max" ? `ArgMax and its ${names[kind!]}` : names[kind!];
  return {
    model,
    sigmoid,
    measured: [
      `The model ends in ${what}; measured is what comes before it, with the loss taking ${sigmoid ? "logits" : "unnormalised scores"}.`,
    ],
  };
}

function trailingOf(bytes: Uint8Array, options: ModelOptions): ForeignModel["trailing"] {
  return readModel(bytes, { ...options, beforeTrailing: true }).trailing;
}

/**
 * A model of a fixed batch at any number of samples: batches of its own size, the last one filled up
 * with the first sample, whose outputs are cut off again. No sample's output depends on another.
 */
export function inItsBatches(
  model: ForeignModel,
  parameters: readonly Tensor[],
  x: Tensor,
): Tensor {
  const [count] = x.shape;
  if (model.batch === "open" || model.batch.fixed === count) return model.outputs(parameters, x);
  const { fixed: size } = model.batch;
  const missing = (size - (count % size)) % size;
  const first = sliceAxis(x, 0, 0, 1);
  const full = missing === 0 ? x : concat([x, ...Array<Tensor>(missing).fill(first)], 0);
  const outputs = Array.from({ length: full.shape[0] / size }, (_, i) =>
    model.outputs(parameters, sliceAxis(full, 0, i * size, (i + 1) * size)),
  );
  return sliceAxis(concat(outputs, 0), 0, 0, count);
}

/** Outputs [N, …shape]; a single logit becomes the pair (0, z). */
export function outputRows(outputs: Tensor, shape: readonly number[]): Tensor {
  const [count] = outputs.shape;
  const size = sizeOf(outputs.shape.slice(1));
  if (size === 1 && shape[0] === 2) {
    const z = reshape(outputs, [count, 1]);
    return concat([filled(0, [count, 1], z.dtype), z], 1);
  }
  return reshape(outputs, [count, ...(shape.length === 0 ? [1] : shape)]);
}
