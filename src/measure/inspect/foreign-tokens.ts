// The loss of sequences: outputs [N, T, V], tokens [N, T].
import {
  cast,
  constant,
  div,
  equal,
  filled,
  gather,
  maximum,
  mul,
  not,
  reshape,
  sum,
  type Tensor,
} from "../../graph/index.ts";
import { losses } from "../../learn/index.ts";
import { requireClassWeights } from "./foreign-labels.ts";
import { floatsAs, type ForeignSamples } from "./foreign-samples.ts";

/** A sequence of which no token counts has no loss, and weight 0. */
export function sequenceWeights(
  samples: ForeignSamples,
  targets: Int32Array,
  T: number,
  classWeights: Float64Array | undefined,
  ignoreIndex: number | undefined,
): { weights?: Float64Array } {
  const weights = Float64Array.from({ length: samples.count }, (_, i) => samples.weights?.[i] ?? 1);
  let empty = false;
  for (let i = 0; i < samples.count; i++) {
    const own = targets.subarray(i * T, (i + 1) * T);
    if (own.some((y) => y !== ignoreIndex && classWeights?.[y] !== 0)) continue;
    empty = true;
    weights[i] = 0;
  }
  return empty ? { weights } : {};
}

/** A sample's loss is the mean over its tokens that count. */
export function tokens(
  T: number,
  V: number,
  precision: "float32" | "float64",
  classWeights: Float64Array | undefined,
  ignoreIndex: number | undefined,
): (outputs: Tensor, y: Tensor) => Tensor {
  const own = new Float64Array(V).fill(1);
  if (classWeights) own.set(requireClassWeights(classWeights, V));
  const table = constant(floatsAs(own, precision), [V]);
  return (outputs, y) => {
    const count = outputs.shape[0];
    const flatY = reshape(y, [count * T]);
    const ignored =
      ignoreIndex === undefined ? undefined : ignoredMask(flatY, ignoreIndex, precision);
    const kept = ignored ? mul(flatY, cast(ignored, "int32")) : flatY;
    const each = losses["cross-entropy"].perSample(reshape(outputs, [count * T, V]), kept);
    const counted = ignored ? mul(gather(table, kept), ignored) : gather(table, kept);
    const weights = reshape(counted, [count, T]);
    return div(sum(mul(reshape(each, [count, T]), weights), 1), maximum(sum(weights, 1), 1e-30));
  };
}

/** 1 where the target counts, 0 where it is the ignored number. */
function ignoredMask(y: Tensor, index: number, precision: "float32" | "float64"): Tensor {
  return cast(not(equal(y, filled(index, y.shape, "int32"))), precision);
}
