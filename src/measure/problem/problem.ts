import { type Data, input, type Shape, sizeOf, type Tensor } from "../../graph/index.ts";
import { type SampleSet, sampleSet, views } from "../../learn/index.ts";
import type { FloatArray } from "../../numeric/index.ts";

export interface ParameterShape {
  readonly name: string;
  readonly shape: Shape;
}

/** What is measured: a loss as a function of the parameters, and the samples it is taken over. */
export interface Problem {
  /** The loss of each sample, [batch], from parameters in the order of `parameters`. No sample's loss may depend on another sample, unless `mixesSamples`. */
  readonly perSampleLoss: (parameters: Tensor[], x: Tensor, y: Tensor) => Tensor;
  /** `perSampleLoss` cut at the outputs, where it can be: Gauss–Newton and Fisher matrices need it. */
  readonly network?: Network;
  readonly parameters: readonly ParameterShape[];
  readonly dtype: "float32" | "float64";
  /** Its floats are in `dtype`. */
  readonly data: SampleSet;
  /** The loss of a sample depends on its whole batch, as with BatchNorm's own statistics: products over the set take one chunk, and what is defined sample by sample is refused. */
  readonly mixesSamples?: true;
}

/** Refuse what is defined sample by sample where batch statistics mix them. `what` is a plural. */
export function requireSeparable({ data, mixesSamples }: Problem, what: string): void {
  if (mixesSamples)
    throw new TypeError(`${data.name}: ${what} are not defined where batch statistics mix samples`);
}

export interface Network {
  /** [batch, …] from parameters and inputs. */
  readonly outputs: (parameters: Tensor[], x: Tensor) => Tensor;
  /** [batch] from outputs and targets. */
  readonly loss: (outputs: Tensor, y: Tensor) => Tensor;
  /** Whose negative log-likelihood, up to a constant, the loss is: Fisher matrices draw labels from it. */
  readonly likelihood?: Likelihood;
}

/** Classes by softmax, or reals about the outputs with the variance that makes exp(−ℓ) their density. */
export type Likelihood = "categorical" | "gaussian";

/** The problem of a network with a loss on its outputs. */
export function networkProblem(
  network: Network,
  rest: Omit<Problem, "network" | "perSampleLoss">,
): Problem {
  const perSampleLoss = (parameters: Tensor[], x: Tensor, y: Tensor) =>
    network.loss(network.outputs(parameters, x), y);
  return { ...rest, network, perSampleLoss };
}

/** Number of parameters. */
export function dimension(problem: Problem): number {
  return problem.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

/** A flat vector as one view a parameter, refused where it does not fit the problem. */
export function parameterViews(
  problem: Problem,
  flat: FloatArray,
  what = "parameters",
): FloatArray[] {
  const dim = dimension(problem);
  const wanted = arrayOf(problem);
  if (!(flat instanceof wanted) || flat.length !== dim)
    throw new RangeError(
      `${what} must be a ${wanted.name} of ${dim} numbers, got a ${flat.constructor.name} of ${flat.length}`,
    );
  return views(problem.parameters, flat);
}

/** Zeros in the problem's dtype. */
export function zeros(dtype: "float32" | "float64", length: number): FloatArray {
  return dtype === "float32" ? new Float32Array(length) : new Float64Array(length);
}

/** Fresh variables of the parameters' shapes. */
export function parameterInputs(problem: Problem, prefix = ""): Tensor[] {
  return problem.parameters.map(({ name, shape }) =>
    input(shape, problem.dtype, `${prefix}${name}`),
  );
}

/** wᵢ of every sample in float64, checked, and their sum. */
export function sampleWeights({ data }: Problem): { weights: Float64Array; total: number } {
  const weights = Float64Array.from({ length: data.count }, (_, i) => data.weights?.[i] ?? 1);
  const bad = weights.findIndex((w) => !(w >= 0 && w < Infinity));
  if (bad >= 0)
    throw new RangeError(`weights must be finite and not negative, got ${weights[bad]} at ${bad}`);
  const total = weights.reduce((sum, w) => sum + w, 0);
  if (total === 0) throw new RangeError(`weights of ${data.name} must not all be 0`);
  return { weights, total };
}

/** Rows `rows` of the samples, one after another. */
export function gatherSamples(
  { data: { inputs, inputShape, targets, targetShape } }: Problem,
  rows: ArrayLike<number>,
): { x: Data; y: Data } {
  return {
    x: gatherRows(inputs, rows, sizeOf(inputShape)),
    y: gatherRows(targets, rows, sizeOf(targetShape)),
  };
}

/** Refuse samples whose arrays do not fit their shapes, or the problem's dtype. */
export function requireSamples(problem: Problem): void {
  const { name, inputs, targets } = sampleSet(problem.data);
  const wanted = arrayOf(problem);
  for (const [what, data] of Object.entries({ inputs, targets }))
    if (!(data instanceof wanted) && !(data instanceof Int32Array))
      throw new TypeError(
        `${name}: ${what} must be a ${wanted.name} or an Int32Array, got a ${data.constructor.name}`,
      );
}

const arrayOf = ({ dtype }: Problem) => (dtype === "float32" ? Float32Array : Float64Array);

function gatherRows(from: Int32Array | FloatArray, rows: ArrayLike<number>, width: number) {
  const length = rows.length * width;
  const to =
    from instanceof Int32Array
      ? new Int32Array(length)
      : zeros(from instanceof Float32Array ? "float32" : "float64", length);
  for (let i = 0; i < rows.length; i++)
    to.set(from.subarray(rows[i] * width, (rows[i] + 1) * width), i * width);
  return to;
}
