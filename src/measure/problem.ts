import { type Data, input, type Shape, sizeOf, type Tensor } from "../graph/index.ts";
import type { FloatArray } from "../numeric/index.ts";

/** A named, fixed set of samples: what a loss is the mean over. */
export interface SampleSet {
  readonly name: string;
  /** [count, …inputShape], in the problem's dtype. */
  readonly inputs: FloatArray;
  readonly inputShape: Shape;
  /** [count, …targetShape]: labels as int32, or reals in the problem's dtype. */
  readonly targets: Int32Array | FloatArray;
  readonly targetShape: Shape;
  readonly count: number;
  /** wᵢ ≥ 0, one a sample; all 1 where absent. */
  readonly weights?: ArrayLike<number>;
}

export interface ParameterShape {
  readonly name: string;
  readonly shape: Shape;
}

/** What is measured: a loss as a function of the parameters, and the samples it is taken over. */
export interface Problem {
  /** The loss of each sample, [batch], from parameters in the order of `parameters`. No sample's loss may depend on another sample. */
  readonly perSampleLoss: (parameters: Tensor[], x: Tensor, y: Tensor) => Tensor;
  /** `perSampleLoss` cut at the outputs, where it can be: Gauss–Newton and Fisher matrices need it. */
  readonly network?: Network;
  readonly parameters: readonly ParameterShape[];
  readonly dtype: "float32" | "float64";
  readonly data: SampleSet;
}

export interface Network {
  /** [batch, …] from parameters and inputs. */
  readonly outputs: (parameters: Tensor[], x: Tensor) => Tensor;
  /** [batch] from outputs and targets. */
  readonly loss: (outputs: Tensor, y: Tensor) => Tensor;
}

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

/** A flat vector in the problem's dtype as one view a parameter, nothing copied. */
export function views(problem: Problem, flat: FloatArray, what = "parameters"): FloatArray[] {
  const dim = dimension(problem);
  const wanted = problem.dtype === "float32" ? Float32Array : Float64Array;
  if (!(flat instanceof wanted) || flat.length !== dim)
    throw new RangeError(
      `${what} must be a ${wanted.name} of ${dim} numbers, got a ${flat.constructor.name} of ${flat.length}`,
    );
  let offset = 0;
  return problem.parameters.map(({ shape }) => flat.subarray(offset, (offset += sizeOf(shape))));
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

/** Fresh variables for `size` samples. */
export function sampleInputs(problem: Problem, size: number): { x: Tensor; y: Tensor } {
  const { inputShape, targetShape, targets } = problem.data;
  const targetType = targets instanceof Int32Array ? "int32" : problem.dtype;
  return {
    x: input([size, ...inputShape], problem.dtype, "x"),
    y: input([size, ...targetShape], targetType, "y"),
  };
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
  problem: Problem,
  rows: ArrayLike<number>,
): { x: FloatArray; y: Data } {
  const { inputs, inputShape, targets, targetShape } = problem.data;
  const x = zeros(problem.dtype, rows.length * sizeOf(inputShape));
  const length = rows.length * sizeOf(targetShape);
  const y = targets instanceof Int32Array ? new Int32Array(length) : zeros(problem.dtype, length);
  copyRows(inputs, x, rows, sizeOf(inputShape));
  copyRows(targets, y, rows, sizeOf(targetShape));
  return { x, y };
}

/** Refuse sample sets whose arrays do not fit their shapes. */
export function requireSamples(problem: Problem): void {
  const { name, inputs, inputShape, targets, targetShape, count, weights } = problem.data;
  if (!(Number.isInteger(count) && count >= 1))
    throw new RangeError(`${name} must have at least 1 sample, got ${count}`);
  const check = (what: string, length: number, expected: number) => {
    if (length !== expected)
      throw new RangeError(`${what} of ${name} must hold ${expected} numbers, got ${length}`);
  };
  check("inputs", inputs.length, count * sizeOf(inputShape));
  check("targets", targets.length, count * sizeOf(targetShape));
  if (weights !== undefined) check("weights", weights.length, count);
}

function copyRows(
  from: Int32Array | FloatArray,
  to: Int32Array | FloatArray,
  rows: ArrayLike<number>,
  width: number,
): void {
  for (let i = 0; i < rows.length; i++)
    to.set(from.subarray(rows[i] * width, (rows[i] + 1) * width), i * width);
}
