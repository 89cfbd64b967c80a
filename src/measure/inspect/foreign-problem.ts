// A foreign model and samples as a problem. Outputs and targets must match: [N, k], [N, 1] and [N]
// against labels or reals, [N, T, V] against tokens [N, T]; nothing is broadcast.
import {
  cast,
  concat,
  constant,
  div,
  equal,
  filled,
  gather,
  isFloat,
  maximum,
  mul,
  not,
  reshape,
  sizeOf,
  sliceAxis,
  sum,
  type Tensor,
} from "../../graph/index.ts";
import { joined, losses, type LossName } from "../../learn/index.ts";
import type { FloatArray } from "../../numeric/index.ts";
import { type ForeignModel, type ModelOptions, readModel } from "../../onnx/reader/index.ts";
import { networkProblem, type Problem } from "../problem/problem.ts";

/** Samples as they were read, whatever their precision. */
export interface ForeignSamples {
  readonly name: string;
  readonly count: number;
  readonly inputs: Float32Array | Float64Array | Int32Array;
  /** Of one sample. */
  readonly inputShape: readonly number[];
  readonly targets: Float32Array | Float64Array | Int32Array;
  readonly targetShape: readonly number[];
  readonly weights?: Float32Array | Float64Array;
  /** Row in the data file of each, for messages; default their own numbers. */
  readonly rows?: ArrayLike<number>;
}

export interface ForeignOptions extends Omit<ModelOptions, "sample" | "beforeTrailing"> {
  readonly loss: LossName;
  readonly precision: "float32" | "float64";
  /** Weight of each class. */
  readonly classWeights?: Float64Array;
  /** Targets of this number do not count. */
  readonly ignoreIndex?: number;
}

export interface ForeignProblem {
  readonly model: ForeignModel;
  readonly problem: Problem;
  /** The file's own parameters, flat. */
  readonly point: FloatArray;
  /** Which function is measured, a sentence each. */
  readonly measured: readonly string[];
}

/**
 * The loss of a model over samples, as a function of its parameters.
 *
 * @throws OnnxError for what the reader refuses, RangeError where outputs, targets and loss do not fit.
 */
export function foreignProblem(
  bytes: Uint8Array,
  samples: ForeignSamples,
  options: ForeignOptions,
): ForeignProblem {
  const { loss, precision, classWeights, ignoreIndex } = options;
  const reading = { ...options, sample: samples.inputShape };
  const { model, measured, sigmoid } = readFor(bytes, loss, reading);
  if (model.parameters.length === 0)
    throw new RangeError(
      `at least one parameter must be measured, got none of ${model.frozen.map(({ name }) => name).join(", ")}`,
    );
  const wanted = model.input.dtype;
  const inputs = inputsAs(samples, isFloat(wanted) ? precision : "int32", model.input.name);
  const aims = aimsOf(model, samples, options, sigmoid);
  const problem = networkProblem(
    {
      outputs: (parameters, x) => rows(inItsBatches(model, parameters, x), aims.outputs),
      loss: aims.loss,
      likelihood: loss === "cross-entropy" ? "categorical" : "gaussian",
    },
    {
      parameters: model.parameters,
      dtype: precision,
      data: {
        name: samples.name,
        count: samples.count,
        inputs,
        inputShape: samples.inputShape,
        targets: aims.targets,
        targetShape: aims.targetShape,
        ...(aims.weights && { weights: floatsAs(aims.weights, precision) }),
      },
      ...(model.couplesSamples && { mixesSamples: true as const }),
    },
  );
  const weighted = classWeights ? ["Classes are weighted as given."] : [];
  const ignored = ignoreIndex === undefined ? [] : [`Targets ${ignoreIndex} are left out.`];
  return {
    model,
    problem,
    point: joined(
      model.parameters.map(({ data }) => data),
      precision,
    ),
    measured: [
      ...(weighted.length > 0 || aims.weights
        ? [`Measured is the weighted mean of the ${loss} loss over the samples.`]
        : []),
      ...(aims.tokens ? ["A sample is a sequence, its loss the mean over its tokens."] : []),
      ...measured,
      ...model.notes.filter(({ kind }) => kind !== "constants").map(({ text }) => `${text}.`),
      ...weighted,
      ...ignored,
    ],
  };
}

/** The model up to where the loss begins: a Softmax that the loss brings along is taken away. */
export function readFor(
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

interface Aims {
  /** Of the outputs, to which they are reshaped. */
  readonly outputs: readonly number[];
  readonly targets: Int32Array | FloatArray;
  readonly targetShape: readonly number[];
  readonly weights?: Float64Array | FloatArray;
  /** Whether a sample is a sequence. */
  readonly tokens?: true;
  readonly loss: (outputs: Tensor, y: Tensor) => Tensor;
}

function aimsOf(
  model: ForeignModel,
  samples: ForeignSamples,
  { loss, precision, classWeights, ignoreIndex }: ForeignOptions,
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

/** A sequence of which no token counts has no loss, and weight 0. */
function sequenceWeights(
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
function tokens(
  T: number,
  V: number,
  precision: "float32" | "float64",
  classWeights: Float64Array | undefined,
  ignoreIndex: number | undefined,
): Aims["loss"] {
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

function labelled(
  targets: ArrayLike<number>,
  samples: ForeignSamples,
  classes: number,
  ignoreIndex: number | undefined,
): { labels: Int32Array; kept: Uint8Array } {
  const labels = Int32Array.from({ length: samples.count }, (_, i) => targets[i]);
  const fraction = Array.from({ length: samples.count }, (_, i) => targets[i]).findIndex((y) => !Number.isInteger(y)); // prettier-ignore
  if (fraction >= 0)
    throw new RangeError(
      `${samples.name}: labels must be whole numbers, got ${targets[fraction]} at row ${rowOf(samples, fraction)}`,
    );
  requireLabels(labels, classes, ignoreIndex, samples);
  const kept = Uint8Array.from(labels, (y) => (y === ignoreIndex ? 0 : 1));
  return { labels: labels.map((y) => (y === ignoreIndex ? 0 : y)), kept };
}

function requireLabels(
  labels: Int32Array,
  classes: number,
  ignoreIndex: number | undefined,
  samples: ForeignSamples,
): void {
  const { count, name } = samples;
  const bad = labels.findIndex((y) => y !== ignoreIndex && !(y >= 0 && y < classes));
  if (bad >= 0)
    throw new RangeError(
      `${name}: labels must be from 0 to ${classes - 1}, got ${labels[bad]} at row ${rowOf(samples, Math.floor(bad / (labels.length / count)))}`,
    );
}

/** One-hot rows or probabilities: what does not sum to 1 would be another loss than its name says. */
function requireDistributions(samples: ForeignSamples, k: number): void {
  const { count, name, targets } = samples;
  for (let i = 0; i < count; i++) {
    const row = Float64Array.from(targets.subarray(i * k, (i + 1) * k));
    const total = row.reduce((a, b) => a + b, 0);
    if (row.some((p) => p < 0) || Math.abs(total - 1) > 1e-3)
      throw new RangeError(
        `${name}: targets of cross-entropy must be labels or probabilities that sum to 1, got [${row.subarray(0, 4).join(", ")}${k > 4 ? ", …" : ""}] at row ${rowOf(samples, i)}`,
      );
  }
}

/**
 * The labels of one-hot rows. Weights of classes over probabilities would have no one meaning: of the
 * sample, or of the terms of its loss.
 */
function oneHot(samples: ForeignSamples, k: number): { labels: Int32Array; kept: Uint8Array } {
  const { count, name, targets } = samples;
  const labels = Int32Array.from({ length: count }, (_, i) => {
    const row = targets.subarray(i * k, (i + 1) * k);
    const label = row.indexOf(1);
    if (label < 0 || row.some((p, j) => p !== 0 && j !== label))
      throw new RangeError(
        `${name}: class weights need labels or one-hot targets, got probabilities at row ${rowOf(samples, i)}`,
      );
    return label;
  });
  return { labels, kept: new Uint8Array(count).fill(1) };
}

const rowOf = ({ rows }: ForeignSamples, sample: number): number => rows?.[sample] ?? sample;

/** Weights of samples, of their classes, and 0 where a label is ignored: a weighted mean has them all. */
function weightsOf(
  samples: ForeignSamples,
  { labels, kept }: { labels: Int32Array; kept: Uint8Array },
  classWeights: Float64Array | undefined,
  classes: number,
): { weights?: Float64Array } {
  const own = classWeights && requireClassWeights(classWeights, classes);
  if (!own && !kept.includes(0)) return {};
  return {
    weights: Float64Array.from(
      labels,
      (y, i) => kept[i] * (own?.[y] ?? 1) * (samples.weights?.[i] ?? 1),
    ),
  };
}

function requireClassWeights(weights: Float64Array, classes: number): Float64Array {
  if (weights.length !== classes)
    throw new RangeError(`class weights must be ${classes} numbers, got ${weights.length}`);
  const bad = weights.findIndex((w) => !(w >= 0 && w < Infinity));
  if (bad >= 0)
    throw new RangeError(
      `class weights must be finite and not negative, got ${weights[bad]} at ${bad}`,
    );
  return weights;
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
export function rows(outputs: Tensor, shape: readonly number[]): Tensor {
  const [count] = outputs.shape;
  const size = sizeOf(outputs.shape.slice(1));
  if (size === 1 && shape[0] === 2) {
    const z = reshape(outputs, [count, 1]);
    return concat([filled(0, [count, 1], z.dtype), z], 1);
  }
  return reshape(outputs, [count, ...(shape.length === 0 ? [1] : shape)]);
}

/** Without axes of size 1: [10, 1, 1] is [10], [1] is []. */
function squeezed(shape: readonly number[]): number[] {
  return shape.filter((size) => size !== 1);
}

function inputsAs(
  samples: ForeignSamples,
  dtype: "float32" | "float64" | "int32",
  input: string,
): FloatArray | Int32Array {
  const { inputs, name } = samples;
  if (dtype !== "int32") return floatsAs(inputs, dtype);
  if (inputs instanceof Int32Array) return inputs;
  const bad = inputs.findIndex((x) => !Number.isInteger(x));
  if (bad >= 0)
    throw new RangeError(
      `${name}: input ${input} takes whole numbers, got ${inputs[bad]} at row ${rowOf(samples, Math.floor(bad / (inputs.length / samples.count)))}`,
    );
  return Int32Array.from(inputs);
}

function floatsAs(
  values: Float32Array | Float64Array | Int32Array,
  dtype: "float32" | "float64",
): FloatArray {
  if (dtype === "float32")
    return values instanceof Float32Array ? values : Float32Array.from(values);
  return values instanceof Float64Array ? values : Float64Array.from(values);
}
