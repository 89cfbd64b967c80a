/**
 * A model that nobody here wrote, as a function of its parameters and a batch of inputs. The file is
 * decoded once and raised again for each batch size and dtype that is asked for, so that shapes are
 * always known; every raise proves anew that no sample's output depends on another sample.
 */
import { vmap } from "../../graph/transforms/vmap.ts";
import { expandDims, reshape, transpose } from "../../graph/ops/index.ts";
import { type DType, input, isFloat, sameShape, type Tensor } from "../../graph/tensor.ts";
import { substitute } from "../../graph/walk.ts";
import type { OnnxValue } from "../model.ts";
import { decodeModel, defaultLimits } from "./decode.ts";
import { mannerOf, probeSize, requireRows } from "./manner.ts";
import type { ModelOptions } from "./model-options.ts";
import { modulesOf } from "./modules.ts";
import { type Note, notebook } from "./notes.ts";
import { type Parameter, differentiated } from "./parameters.ts";
import { programOf } from "./program.ts";
import { raise, type Real } from "./raise-program.ts";
import { refuse } from "./refuse.ts";
import { likeSample, sampleShape } from "./sample-shape.ts";
import { tiedText, transposedCopies } from "./ties.ts";
import type { Trailing } from "./trailing.ts";

export interface ForeignModel {
  readonly opset: number;
  readonly irVersion: number;
  readonly producer: string;
  /** Float initializers that reach the output through differentiated inputs and are trainable, in file order. */
  readonly parameters: readonly Parameter[];
  /** Matrices that hold a parameter's numbers transposed and are that parameter again, with its name. */
  readonly tied: ReadonlyMap<string, string>;
  /** Modules of parameters whose names PyTorch's exporters made up; `.weight` behind them, they are transposed. */
  readonly modules: ReadonlyMap<string, string>;
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

/** Numbers in a tensor while the structure is looked at. */
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
  const copies: ForeignModel["tied"] =
    options.ties === "apart" ? new Map() : transposedCopies(program.candidates);
  if (copies.size > 0) note("tied", copies.size, tiedText(copies));
  const candidates = program.candidates.filter(({ name }) => !copies.has(name));
  const variables = candidates.map(({ name, shape }) => input(shape, "float32", name));
  const whole = withCopies(new Map(candidates.map(({ name }, i) => [name, variables[i]])), copies);
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
  const parameters = candidates.filter((_, i) => reached.has(variables[i]));
  if (parameters.length === 0)
    refuse(`output ${program.target}`, `no float initializer reaches it through differentiable operators`); // prettier-ignore
  const all = parameters.map(({ name }) => name);
  const trainable = parameters.filter(({ name }) => options.trainable?.(name, all) ?? true);
  const couplesSamples = options.batchNorm === "batch" && notes.some(({ kind }) => kind === "batch-norm"); // prettier-ignore
  if (couplesSamples && (manner === "mapped" || manner === "sample"))
    refuse(`input ${file.name}`, "statistics of the batch need a batch, the file takes one sample");

  const outputs = (given: readonly Tensor[], x: Tensor): Tensor => {
    const real = realOf(trainable, given, x);
    const values = withCopies(new Map(trainable.map(({ name }, i) => [name, given[i]])), copies);
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
    tied: new Map([...copies].filter(([, name]) => trainable.some((own) => own.name === name))),
    modules: modulesOf(program.nodes, trainable),
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

/** Variables by their names, a copy being the transpose of its original where that is one. */
function withCopies(
  variables: ReadonlyMap<string, Tensor>,
  copies: ReadonlyMap<string, string>,
): ReadonlyMap<string, Tensor> {
  const all = new Map(variables);
  for (const [copy, name] of copies) {
    const original = variables.get(name);
    if (original) all.set(copy, transpose(original, [1, 0]));
  }
  return all;
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
