/**
 * A model that nobody here wrote, as a function of its parameters and a batch of inputs. The file is
 * decoded once and raised again for each batch size and dtype that is asked for, so that shapes are
 * always known; every raise proves anew that no sample's output depends on another sample.
 */
import { vmap } from "../../graph/transforms/vmap.ts";
import { cast, expandDims, filled, reshape } from "../../graph/ops/index.ts";
import { type DType, input, isFloat, sameShape, sizeOf, type Tensor } from "../../graph/tensor.ts"; // prettier-ignore
import { substitute } from "../../graph/walk.ts";
import type { OnnxValue } from "../model.ts";
import { decodeModel, defaultLimits, type Limits } from "./decode.ts";
import { interpret } from "./interpret.ts";
import { type Note, notebook } from "./notes.ts";
import { type Parameter, differentiated } from "./parameters.ts";
import { type Program, programOf } from "./program.ts";
import { constantOf, placeOf, type Remark } from "./raise/context.ts";
import type { ReadOptions } from "./reader.ts";
import { OnnxError, refuse } from "./refuse.ts";
import { trackRows } from "./rows.ts";
import type { Trailing } from "./trailing.ts";

export interface ModelOptions extends ReadOptions {
  /** Which output; may be left out where the file has one. */
  readonly output?: string;
  /** End before a Softmax, LogSoftmax, Sigmoid or ArgMax that ends the file. */
  readonly beforeTrailing?: boolean;
  /** Which of the parameters are variables (default all); the others are constants. */
  readonly trainable?: (name: string) => boolean;
  /** Statistics that BatchNormalization takes: the file's (default), or those of the batch. */
  readonly batchNorm?: "stored" | "batch";
  /** The shape of one sample in the data, which settles dimensions that the file leaves open. */
  readonly sample?: readonly number[];
  /** Inputs that are no data, as masks: each filled with a number. */
  readonly fill?: Readonly<Record<string, number>>;
}

export interface ForeignModel {
  readonly opset: number;
  readonly irVersion: number;
  readonly producer: string;
  /** Float initializers that reach the output through differentiated inputs and are trainable, in file order. */
  readonly parameters: readonly Parameter[];
  /** Those that `trainable` left out. */
  readonly frozen: readonly Parameter[];
  readonly input: { readonly name: string; readonly dtype: DType; readonly sample: readonly number[] }; // prettier-ignore
  readonly output: { readonly name: string; readonly sample: readonly number[] };
  readonly outputNames: readonly string[];
  /** "open" where batches of any size run, else the one size that does. */
  readonly batch: "open" | { readonly fixed: number };
  /** Whether outputs depend on the other samples of a batch: BatchNormalization with its statistics. */
  readonly couplesSamples: boolean;
  /** The operator that ends the file, also where `beforeTrailing` left it out. */
  readonly trailing?: Trailing;
  /** Facts to say once. */
  readonly notes: readonly Note[];
  /**
   * [batch, …] from parameters, in the order of `parameters` and all float32 or all float64, and
   * inputs [batch, …sample]. The file's own constants are converted, never idealised.
   *
   * @throws OnnxError where the batch is not one that the file allows, or an operator mixes samples.
   */
  outputs(parameters: readonly Tensor[], x: Tensor): Tensor;
}

type Real = "float32" | "float64";
/** How a batch is run: the graph at that size, sample by sample side by side, or at its one size. */
type Manner = "direct" | "mapped" | "sample" | { readonly fixed: number };

/** Batches that the structure is looked at with: no size that would occur by chance. */
const probeSize = 3;
const probeElements = 2 ** 28;

/**
 * Read an ONNX file as a model to differentiate.
 *
 * @throws OnnxError naming the place and the rule: what `readFunction` refuses, several outputs of
 * which none was chosen, inputs that are neither data nor filled, no parameter, operators that mix
 * samples.
 */
export function readModel(bytes: Uint8Array, options: ModelOptions = {}): ForeignModel {
  const limits = { ...defaultLimits, ...options.limits };
  const model = decodeModel(bytes, limits, options.externalData);
  const program = programOf(model, options);
  const { file } = program;
  const { remark, note, notes } = notebook(options.batchNorm ?? "stored");
  if (program.promoted > 0) note("constants", program.promoted);
  for (const name of program.formulaNumbers) note("formula-numbers", 1, undefined, name);
  const probing = { ...limits, elements: options.limits?.elements ?? probeElements };

  const sample = sampleShape(file, options);
  const perSample = sample.length === file.shape.length;
  const first = perSample ? 1 : typeof file.shape[0] === "number" ? file.shape[0] : probeSize;
  const variables = program.candidates.map(({ name, shape }) => input(shape, "float32", name));
  const whole = new Map(program.candidates.map(({ name }, i) => [name, variables[i]]));
  const probe = (samples: number, given: ReadonlyMap<string, Tensor>, say?: typeof remark) =>
    raise(program, given, dataInput(perSample ? sample : [samples, ...sample], file), samples, {
      limits: probing,
      real: "float32",
      options,
      ...(say && { remark: say }),
    });

  const manner = mannerOf(program, perSample, (samples) => probe(samples, whole), note, options);
  const seen = probe(manner === "mapped" || manner === "sample" ? 1 : first, whole, remark);
  if (!isFloat(seen.output.dtype))
    refuse(`output ${program.target}`, `must be a float to be differentiated, got ${seen.output.dtype}${program.trailing ? `; end before ${program.trailing.node}` : ""}`); // prettier-ignore
  const reached = differentiated(seen.output, variables);
  const parameters = program.candidates.filter((_, i) => reached.has(variables[i]));
  if (parameters.length === 0)
    refuse(`output ${program.target}`, `no float initializer reaches it through differentiable operators`); // prettier-ignore
  const trainable = parameters.filter(({ name }) => options.trainable?.(name) ?? true);
  const couplesSamples = options.batchNorm === "batch" && notes.some(({ kind }) => kind === "batch-norm"); // prettier-ignore
  if (couplesSamples && (manner === "mapped" || manner === "sample"))
    refuse(`input ${file.name}`, "statistics of the batch need a batch, the file takes one sample");

  const outputs = (given: readonly Tensor[], x: Tensor): Tensor => {
    const real = realOf(trainable, given, x);
    const values = new Map(trainable.map(({ name }, i) => [name, given[i]]));
    const data = likeSample(x, sample, file);
    const at = (batch: Tensor, samples: number) =>
      raise(program, values, batch, samples, { limits, real, options }).output;
    if (manner === "mapped")
      return vmap((row: Tensor) => dropBatch(at(expandDims(row, 0), 1)))(data);
    if (manner === "sample") return vmap((row: Tensor) => at(row, 1))(data);
    const samples = x.shape[0];
    if (typeof manner === "object" && samples !== manner.fixed)
      refuse(`input ${file.name}`, `the batch is fixed at ${manner.fixed}, got ${samples}`);
    // Samples are followed from a variable: a reshape that made `x` may vanish in the file's first one.
    const own = input(data.shape, data.dtype, file.name);
    const { output, mixing, rows } = raise(program, values, own, samples, { limits, real, options }); // prettier-ignore
    if (mixing) refuse(mixing, "mixes the samples of a batch");
    requireRows(program.target, output, rows, samples);
    return substitute([output], [own], [data])[0];
  };
  const mapped = manner === "mapped" ? dropped(seen.output.shape) : seen.output.shape.slice(manner === "sample" ? 0 : 1); // prettier-ignore
  return {
    opset: program.opset,
    irVersion: model.irVersion,
    producer: model.producer,
    parameters: trainable,
    frozen: parameters.filter((parameter) => !trainable.includes(parameter)),
    input: { name: file.name, dtype: file.dtype, sample },
    output: { name: program.target, sample: mapped },
    outputNames: program.outputNames,
    batch: typeof manner === "object" ? manner : "open",
    couplesSamples,
    ...(program.trailing && { trailing: program.trailing }),
    notes,
    outputs,
  };
}

interface Raised {
  readonly output: Tensor;
  readonly rows: number | "free" | "mixed";
  /** The place of the first operator that mixes samples. */
  readonly mixing?: string;
}

interface RaiseSetting {
  readonly limits: Limits;
  readonly real: Real;
  readonly options: ModelOptions;
  readonly remark?: (kind: Remark, node: { readonly name: string }) => void;
}

function raise(
  program: Program,
  parameters: ReadonlyMap<string, Tensor>,
  x: Tensor,
  samples: number,
  { limits, real, options, remark }: RaiseSetting,
): Raised {
  const { file, opset, nodes, initializers, fills, target } = program;
  const sizes = bind(file, x.shape, options.dimensions ?? {}, samples);
  const values = new Map<string, Tensor>();
  const constants = new Map<string, Tensor>();
  for (const tensor of initializers) constants.set(tensor.name, constantOf(tensor, real));
  for (const [name, t] of constants) values.set(name, parameters.get(name) ?? t);
  for (const { value, number } of fills)
    values.set(value.name, filled(number, sized(value, sizes), isFloat(value.dtype) ? real : value.dtype)); // prettier-ignore
  const given = cast(x, isFloat(file.dtype) ? real : file.dtype);
  values.set(file.name, given);

  const tracker = trackRows(given, samples);
  let mixing: string | undefined;
  interpret(nodes, values, {
    opset,
    limits,
    real,
    constants,
    batchNorm: options.batchNorm ?? "stored",
    ...(remark && { remark }),
    made(node, inputs, outputs) {
      if (node.opType === "BatchNormalization" && options.batchNorm === "batch")
        tracker.set(outputs[0], tracker.rowsOf(inputs[0]!));
      const meet = outputs.some((t) => tracker.rowsOf(t) === "mixed");
      if (meet && !inputs.some((t) => t !== undefined && tracker.rowsOf(t) === "mixed"))
        mixing ??= placeOf(node);
    },
  });
  const output = values.get(target)!;
  const rows = tracker.rowsOf(output);
  return { output, rows, ...(mixing !== undefined && rows === "mixed" && { mixing }) };
}

/** Which batches the file allows, found out by raising it at several sizes. */
function mannerOf(
  program: Program,
  perSample: boolean,
  probe: (samples: number) => Raised,
  note: ReturnType<typeof notebook>["note"],
  { batchNorm }: ModelOptions,
): Manner {
  const { file, target, readsShapes } = program;
  const fits = (samples: number) => {
    const { output, rows, mixing } = probe(samples);
    if (mixing) refuse(mixing, "mixes the samples of a batch");
    requireRows(target, output, rows, samples);
  };
  const attempt = (samples: number): OnnxError | undefined => {
    try {
      fits(samples);
      return undefined;
    } catch (error) {
      if (error instanceof OnnxError) return error;
      throw error;
    }
  };
  if (perSample) {
    probe(1);
    note("one-by-one", 1, "the file takes one sample and is run on each");
    return "sample";
  }
  const said = file.shape[0];
  if (typeof said === "number" && said > 1) {
    fits(said);
    return attempt(2 * said + 1) === undefined ? "direct" : { fixed: said };
  }
  // Written for one sample, a file says nothing of several: each must go through it as if alone.
  if (said === 1 && readsShapes && batchNorm !== "batch") {
    probe(1);
    return "mapped";
  }
  const failure = attempt(probeSize);
  if (failure === undefined) return "direct";
  const meet = failure.message.endsWith("mixes the samples of a batch");
  if ((said !== 1 && meet) || failure.message.endsWith("does not depend on the input"))
    throw failure;
  try {
    probe(1);
  } catch {
    throw failure;
  }
  if (said !== 1) note("one-by-one", 1, `samples are run each as a batch of 1, since with more: ${failure.message}`); // prettier-ignore
  return "mapped";
}

function requireRows(target: string, output: Tensor, rows: Raised["rows"], samples: number): void {
  const place = `output ${target}`;
  if (rows === "free") refuse(place, "does not depend on the input");
  if (rows !== sizeOf(output.shape.slice(1)) || output.shape[0] !== samples)
    refuse(place, `samples must lie along its first axis, got [${output.shape.join(", ")}] for ${samples}`); // prettier-ignore
}

/** The shape of one sample: the data's where given, else the file's. */
function sampleShape(file: OnnxValue, { sample, dimensions = {} }: ModelOptions): number[] {
  const { shape, name } = file;
  if (shape.length === 0) return refuse(`input ${name}`, "has no axis for samples");
  if (sample !== undefined) {
    const own = shape.slice(1);
    if (sample.length === own.length || sample.length === shape.length) {
      const declared = sample.length === own.length ? own : shape;
      if (declared.every((size, axis) => typeof size === "string" || size === sample[axis])) return [...sample]; // prettier-ignore
    }
    if (own.every((size) => typeof size === "number") && sameBut1(own, sample)) return own;
    return refuse(`input ${name}`, `takes [${shape.join(", ")}], samples of [${sample.join(", ")}] do not fit`); // prettier-ignore
  }
  return shape.slice(1).map((size) => {
    if (typeof size === "number") return size;
    if (Object.hasOwn(dimensions, size)) return dimensions[size];
    return refuse(`input ${name}`, `the size of dimension ${size} is not known`);
  });
}

/** Equal but for axes of size 1. */
function sameBut1(a: readonly number[], b: readonly number[]): boolean {
  const wide = (shape: readonly number[]) => shape.filter((size) => size !== 1);
  return sameShape(wide(a), wide(b));
}

function likeSample(x: Tensor, sample: readonly number[], file: OnnxValue): Tensor {
  if (x.shape.length === 0) refuse(`input ${file.name}`, "must be a batch of samples");
  const [samples, ...rest] = x.shape;
  const open = rest.length === sample.length && file.shape.length === x.shape.length;
  if (sameShape(rest, sample) || open) return x;
  if (!sameBut1(rest, sample))
    refuse(`input ${file.name}`, `samples must be [${sample.join(", ")}], got [${rest.join(", ")}]`); // prettier-ignore
  return reshape(x, [samples, ...sample]);
}

function realOf(parameters: readonly Parameter[], given: readonly Tensor[], x: Tensor): Real {
  if (given.length !== parameters.length)
    throw new RangeError(`a model of ${parameters.length} parameters got ${given.length}`);
  const real = given[0]?.dtype ?? (isFloat(x.dtype) ? x.dtype : "float32");
  parameters.forEach(({ name, shape }, i) => {
    if (!sameShape(given[i].shape, shape) || given[i].dtype !== real || !isFloat(real))
      throw new RangeError(
        `parameter ${name} must be ${isFloat(real) ? real : "float"}[${shape.join(", ")}], got ${given[i].dtype}[${given[i].shape.join(", ")}]`,
      );
  });
  return real as Real;
}

/** Sizes of named dimensions, from the data's shape and from the options; they must agree. */
function bind(
  file: OnnxValue,
  shape: readonly number[],
  dimensions: Readonly<Record<string, number>>,
  samples: number,
): ReadonlyMap<string, number> {
  const sizes = new Map(Object.entries(dimensions));
  const place = `input ${file.name}`;
  file.shape.forEach((size, axis) => {
    const actual = shape[axis];
    if (typeof size === "number") {
      if (size !== actual && axis > 0) refuse(place, `axis ${axis} is ${size}, got ${actual}`);
      return;
    }
    const known = axis === 0 ? undefined : sizes.get(size);
    if (known !== undefined && known !== actual && known !== samples)
      refuse(place, `dimension ${size} is ${known}, got ${actual} on axis ${axis}`);
    sizes.set(size, actual);
  });
  return sizes.set("", samples);
}

function sized({ name, shape }: OnnxValue, sizes: ReadonlyMap<string, number>): number[] {
  return shape.map((size, axis) => {
    if (axis === 0) return sizes.get("")!;
    if (typeof size === "number") return size;
    return sizes.get(size) ?? refuse(`input ${name}`, `the size of dimension ${size} is not known`);
  });
}

function dataInput(shape: readonly number[], { dtype, name }: OnnxValue): Tensor {
  return input(shape, isFloat(dtype) ? "float32" : dtype, name);
}

/** [1, …] → […]; anything else has no axis of samples to lose. */
function dropBatch(t: Tensor): Tensor {
  return reshape(t, dropped(t.shape));
}

function dropped(shape: readonly number[]): readonly number[] {
  return shape[0] === 1 ? shape.slice(1) : shape;
}
