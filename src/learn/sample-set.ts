import { type Dataset, sampleCount } from "../data/index.ts";
import { type DType, input, type Shape, sizeOf, type Tensor } from "../graph/index.ts";
import type { FloatArray } from "../numeric/index.ts";

/** The samples a loss is a mean over, in the precision of the run. */
export interface SampleSet {
  /** Said in reports: sharpness is of a named, fixed sample set. */
  readonly name: string;
  readonly count: number;
  readonly inputs: FloatArray | Int32Array;
  /** Of one sample. */
  readonly inputShape: Shape;
  /** Labels (int32) or real targets. */
  readonly targets: Int32Array | FloatArray;
  /** Of one sample; [] for labels. */
  readonly targetShape: Shape;
  /** Weight of each sample in the mean, not negative; absent means 1. */
  readonly weights?: FloatArray;
}

/** Check sizes and hand the set back. */
export function sampleSet(set: SampleSet): SampleSet {
  const { name, count, inputs, inputShape, targets, targetShape, weights } = set;
  if (!(Number.isInteger(count) && count >= 1))
    throw new RangeError(`${name}: samples must be at least 1, got ${count}`);
  const fits = (what: string, length: number, expected: number) => {
    if (length !== expected)
      throw new RangeError(`${name}: ${what} must hold ${expected} numbers, got ${length}`);
  };
  fits("inputs", inputs.length, count * sizeOf(inputShape));
  fits("targets", targets.length, count * sizeOf(targetShape));
  if (weights) fits("weights", weights.length, count);
  return set;
}

/**
 * The samples of a data set: its inputs with its labels, or with its targets where it has no labels.
 *
 * @throws RangeError for a data set that has neither.
 */
export function samplesOf(
  dataset: Dataset,
  name = `${dataset.name} × ${sampleCount(dataset)}`,
): SampleSet {
  const { inputs, labels, targets, weights } = dataset;
  const aims = labels ?? targets?.data;
  if (aims === undefined)
    throw new RangeError(`${dataset.name}: samples must have labels or targets, got neither`);
  return sampleSet({
    name,
    count: sampleCount(dataset),
    inputs: inputs.data,
    inputShape: inputs.shape.slice(1),
    targets: aims,
    targetShape: labels ? [] : targets!.shape.slice(1),
    ...(weights && { weights }),
  });
}

/** Fresh graph inputs for so many samples, by default all: x [size, …], y [size, …]. */
export function sampleInputs(
  { inputs, inputShape, targets, targetShape, count }: SampleSet,
  size = count,
): { readonly x: Tensor; readonly y: Tensor } {
  return {
    x: input([size, ...inputShape], dtypeOf(inputs), "inputs"),
    y: input([size, ...targetShape], dtypeOf(targets), "targets"),
  };
}

function dtypeOf(data: FloatArray | Int32Array): DType {
  if (data instanceof Int32Array) return "int32";
  return data instanceof Float32Array ? "float32" : "float64";
}
