// Outputs and targets must match: [N, k], [N, 1] and [N] against labels or reals, [N, T, V] against
// tokens [N, T]; nothing is broadcast.
import { sizeOf, type Tensor } from "../../graph/index.ts";
import { losses, type LossName } from "../../learn/index.ts";
import type { FloatArray } from "../../numeric/index.ts";
import type { ForeignModel } from "../../onnx/reader/index.ts";
import {
  labelled,
  oneHot,
  requireDistributions,
  requireLabels,
  weightsOf,
} from "./foreign-labels.ts";
import { floatsAs, type ForeignSamples } from "./foreign-samples.ts";
import { sequenceWeights, tokens } from "./foreign-tokens.ts";

export interface TargetOptions {
  readonly loss: LossName;
  readonly precision: "float32" | "float64";
  /** Weight of each class. */
  readonly classWeights?: Float64Array;
  /** Targets of this number do not count. */
  readonly ignoreIndex?: number;
}

/** What outputs are held against. */
export interface Aims {
  /** Of the outputs, to which they are reshaped. */
  readonly outputs: readonly number[];
  readonly targets: Int32Array | FloatArray;
  readonly targetShape: readonly number[];
  readonly weights?: Float64Array | FloatArray;
  /** Whether a sample is a sequence. */
  readonly tokens?: true;
  readonly loss: (outputs: Tensor, y: Tensor) => Tensor;
}

/** How targets, outputs and loss fit each other. */
export function aimsOf(
  model: ForeignModel,
  samples: ForeignSamples,
  { loss, precision, classWeights, ignoreIndex }: TargetOptions,
  sigmoid: boolean,
): Aims {
  const perSample = (outputs: Tensor, y: Tensor) => losses[loss].perSample(outputs, y);
  const shape = squeezed(model.output.sample);
  const target = squeezed(samples.targetShape);
  const { targets } = samples;
  const said = () =>
    `outputs [N${shape.map((n) => `, ${n}`).join("")}] and targets [N${target.map((n) => `, ${n}`).join("")}] must match for ${loss}`;
  const weights = samples.weights;
  const base = { outputs: shape, ...(weights && { weights }) };
  if (shape.length === 2 && targets instanceof Int32Array) {
    if (loss !== "cross-entropy")
      throw new RangeError(`outputs [N, T, V] need cross-entropy, got ${loss}`);
    if (target.length !== 1 || target[0] !== shape[0]) throw new RangeError(said());
    const [T, V] = shape;
    requireLabels(targets, V, ignoreIndex, samples);
    return {
      ...base,
      targets,
      targetShape: target,
      tokens: true,
      ...sequenceWeights(samples, targets, T, classWeights, ignoreIndex),
      loss: tokens(T, V, precision, classWeights, ignoreIndex),
    };
  }
  if (shape.length > 1) throw new RangeError(said());
  const k = shape[0] ?? 1;
  const labels =
    target.length === 0 && (targets instanceof Int32Array || (loss === "cross-entropy" && k > 1));
  if (loss === "cross-entropy" && (k === 1 || sigmoid)) {
    if (!sigmoid || k !== 1)
      throw new RangeError(
        `cross-entropy needs ${sigmoid ? "1 output before a Sigmoid" : "at least 2 outputs"}, got ${k}`,
      );
    const y = labelled(targets, samples, 2, ignoreIndex);
    return {
      ...base,
      outputs: [2],
      targets: y.labels,
      targetShape: [],
      ...weightsOf(samples, y, classWeights, 2),
      loss: perSample,
    };
  }
  if (labels && (loss === "cross-entropy" || k > 1)) {
    const y = labelled(targets, samples, k, ignoreIndex);
    return {
      ...base,
      outputs: [k],
      targets: y.labels,
      targetShape: [],
      ...weightsOf(samples, y, classWeights, k),
      loss: perSample,
    };
  }
  if (ignoreIndex !== undefined || (classWeights && loss !== "cross-entropy"))
    throw new RangeError(
      `${classWeights ? "class weights" : "an ignored index"} need whole-number labels`,
    );
  if (sizeOf(target) !== k || target.length > 1) throw new RangeError(said());
  if (loss === "cross-entropy") requireDistributions(samples, k);
  return {
    ...base,
    outputs: [k],
    targets: floatsAs(Float64Array.from(targets), precision),
    targetShape: [k],
    ...(classWeights && weightsOf(samples, oneHot(samples, k), classWeights, k)),
    loss: perSample,
  };
}

/** Without axes of size 1: [10, 1, 1] is [10], [1] is []. */
function squeezed(shape: readonly number[]): number[] {
  return shape.filter((size) => size !== 1);
}
