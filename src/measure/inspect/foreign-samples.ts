import type { FloatArray } from "../../numeric/index.ts";

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

/** For messages. */
export const rowOf = ({ rows }: ForeignSamples, sample: number): number => rows?.[sample] ?? sample;

export function inputsAs(
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

export function floatsAs(
  values: Float32Array | Float64Array | Int32Array,
  dtype: "float32" | "float64",
): FloatArray {
  if (dtype === "float32")
    return values instanceof Float32Array ? values : Float32Array.from(values);
  return values instanceof Float64Array ? values : Float64Array.from(values);
}
