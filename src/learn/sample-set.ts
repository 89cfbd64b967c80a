import { type DType, input, type Shape, sizeOf, type Tensor } from "../graph/index.ts";

export type FloatArray = Float32Array | Float64Array;

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
  /** Weight of each sample in the mean; absent means 1. */
  readonly weights?: FloatArray;
}

/** Check sizes and hand the set back. */
export function sampleSet(set: SampleSet): SampleSet {
  const { name, count, inputs, inputShape, targets, targetShape, weights } = set;
  const fits = (what: string, length: number, expected: number) => {
    if (length !== expected)
      throw new RangeError(`${name}: ${what} must hold ${expected} numbers, got ${length}`);
  };
  fits("inputs", inputs.length, count * sizeOf(inputShape));
  fits("targets", targets.length, count * sizeOf(targetShape));
  if (weights) fits("weights", weights.length, count);
  return set;
}

/** Fresh graph inputs for the whole set: x [N, …], y [N, …]. */
export function sampleInputs(set: SampleSet): { readonly x: Tensor; readonly y: Tensor } {
  return {
    x: input([set.count, ...set.inputShape], dtypeOf(set.inputs), "inputs"),
    y: input([set.count, ...set.targetShape], dtypeOf(set.targets), "targets"),
  };
}

function dtypeOf(data: FloatArray | Int32Array): DType {
  if (data instanceof Int32Array) return "int32";
  return data instanceof Float32Array ? "float32" : "float64";
}
