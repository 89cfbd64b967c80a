import { constant, constantValue, toData } from "../../../graph/ops/constant.ts";
import { type Data, describe, type DType, isFloat, type Tensor } from "../../../graph/tensor.ts";
import type { OnnxNode, OnnxTensor } from "../../model.ts";
import type { Limits } from "../decode.ts";
import { refuse } from "../refuse.ts";

/** What is said once about a file: how it was read where that could be asked about. */
export type Remark = "dropout" | "batch-norm" | "training-mode";

/** What holds for all nodes of one reading. */
export interface Setting {
  readonly opset: number;
  readonly limits: Limits;
  /** The dtype that all floats of the file get; without it they keep their own. */
  readonly real?: "float32" | "float64";
  /** Which statistics BatchNormalization takes: the file's (default) or those of the batch. */
  readonly batchNorm?: "stored" | "batch";
  readonly remark?: (kind: Remark, node: OnnxNode) => void;
}

/** One ONNX node with its inputs as tensors, and how to read its attributes. */
export interface Site extends Setting {
  readonly node: OnnxNode;
  readonly inputs: readonly (Tensor | undefined)[];
  /** An input that must be there. */
  input(i: number): Tensor;
  int(name: string, fallback: number): number;
  ints(name: string): readonly number[] | undefined;
  float(name: string, fallback: number): number;
  floats(name: string): readonly number[] | undefined;
  string(name: string, fallback: string): string;
  tensor(name: string): Tensor | undefined;
  /** Whole numbers that must be known while reading: shapes, axes, pads. */
  known(i: number): number[] | undefined;
  /** Numbers of any dtype that must be known while reading. */
  numbers(i: number): number[] | undefined;
  /** One number that must be known while reading. */
  number(i: number): number | undefined;
  /** The dtype that a dtype of the file is computed in. */
  dtypeOf(dtype: DType): DType;
  /** A constant computed while reading, refused before anything is allocated where it is too large. */
  computed(count: number, of: (i: number) => number, shape: readonly number[], dtype: DType): Tensor; // prettier-ignore
  refuse(rule: string): never;
}

/** The outputs of an ONNX node in the graph language. */
export type Raise = (site: Site) => readonly Tensor[];
export type Raises = Readonly<Record<string, Raise>>;

export function siteOf(
  node: OnnxNode,
  setting: Setting,
  inputs: readonly (Tensor | undefined)[],
): Site {
  const place = placeOf(node);
  const refuseHere = (rule: string) => refuse(place, rule);
  const attribute = (name: string, kind: string, article: string): unknown => {
    if (!Object.hasOwn(node.attributes, name)) return undefined;
    const value = node.attributes[name] as unknown as Readonly<Record<string, unknown>>;
    if (Object.hasOwn(value, kind)) return value[kind];
    return refuseHere(`attribute ${name} must be ${article}`);
  };
  const numbers = (i: number): number[] | undefined => {
    const t = inputs[i];
    if (t === undefined) return undefined;
    if (t.shape.length > 1) refuseHere(`input ${i} must have one axis, got ${describe(t)}`);
    const one = constantValue(t);
    if (t.op !== "constant") {
      if (one === undefined || t.shape.some((size) => size > 64))
        return refuseHere(`input ${i} must be known, got ${t.op} ${describe(t)}`);
      return Array.from({ length: t.shape[0] ?? 1 }, () => one);
    }
    const { data } = t.attrs as { data: Data };
    return Array.from(data as ArrayLike<number | bigint>, (value) =>
      typeof value === "number" ? value : saturated(value),
    );
  };
  return {
    ...setting,
    node,
    inputs,
    input: (i) => inputs[i] ?? refuseHere(`input ${i} is missing`),
    int: (name, fallback) =>
      (attribute(name, "int", "an integer") as number | undefined) ?? fallback,
    ints: (name) => attribute(name, "ints", "integers") as readonly number[] | undefined,
    float: (name, fallback) =>
      (attribute(name, "float", "a float") as number | undefined) ?? fallback,
    floats: (name) => attribute(name, "floats", "floats") as readonly number[] | undefined,
    string: (name, fallback) =>
      (attribute(name, "string", "a string") as string | undefined) ?? fallback,
    tensor(name) {
      const value = attribute(name, "tensor", "a tensor") as OnnxTensor | undefined;
      return value && constantOf(value, setting.real);
    },
    known(i) {
      const t = inputs[i];
      if (t === undefined) return undefined;
      if ((t.op !== "constant" && constantValue(t) === undefined) || isFloat(t.dtype))
        // prettier-ignore
        return refuseHere(`input ${i} must be known integers, got ${t.op} ${describe(t)}`);
      return numbers(i);
    },
    numbers,
    number(i) {
      const t = inputs[i];
      if (t === undefined) return undefined;
      return constantValue(t) ?? refuseHere(`input ${i} must be a known number`);
    },
    dtypeOf: (dtype) => (isFloat(dtype) ? (setting.real ?? dtype) : dtype),
    computed(count, of, shape, dtype) {
      if (!(count <= setting.limits.computed))
        refuseHere(
          `at most ${setting.limits.computed} numbers are computed while reading, got ${count}`,
        );
      return constant(toData(Array.from({ length: count }, (_, i) => of(i)), dtype), shape, dtype); // prettier-ignore
    },
    refuse: refuseHere,
  };
}

export function placeOf({ name, opType }: OnnxNode): string {
  return `node ${name} (${opType})`;
}

const converted = new WeakMap<Data, Map<string, Data>>();

/** A tensor of the file; one conversion for each dtype, so that equal constants stay one node. */
export function constantOf(
  { data, shape, dtype }: OnnxTensor,
  real?: "float32" | "float64",
): Tensor {
  // prettier-ignore
  if (real === undefined || real === dtype || !isFloat(dtype)) return constant(data, shape, dtype);
  let known = converted.get(data);
  if (known === undefined) converted.set(data, (known = new Map()));
  let other = known.get(real);
  if (other === undefined) {
    const numbers = data as Float32Array | Float64Array;
    other = real === "float32" ? Float32Array.from(numbers) : Float64Array.from(numbers);
    known.set(real, other);
  }
  return constant(other, shape, real);
}

/** INT64_MIN and INT64_MAX stand for "as far as there is". */
function saturated(value: bigint): number {
  return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Number(value)));
}

/** An axis counted from the front. */
export function axisOf(site: Pick<Site, "refuse">, axis: number, rank: number): number {
  const chosen = axis < 0 ? axis + rank : axis;
  if (!(Number.isInteger(chosen) && chosen >= 0 && chosen < rank))
    site.refuse(`axis ${axis} does not fit rank ${rank}`);
  return chosen;
}

/** Axes counted from the front, each once. */
export function axesOf(
  site: Pick<Site, "refuse">,
  axes: readonly number[],
  rank: number,
): number[] {
  // prettier-ignore
  const chosen = axes.map((axis) => axisOf(site, axis, rank));
  if (new Set(chosen).size !== chosen.length)
    site.refuse(`axes [${axes.join(", ")}] name one axis twice`);
  return chosen;
}
