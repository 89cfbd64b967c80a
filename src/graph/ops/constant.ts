import {
  describe,
  type Data,
  type DType,
  node,
  type Shape,
  sizeOf,
  type Tensor,
} from "../tensor.ts";

/** A tensor of numbers known while tracing. The data is not copied and must not change afterwards. */
export function constant(data: Data, shape: Shape, dtype: DType = dtypeOf(data)): Tensor {
  if (data.length !== sizeOf(shape))
    throw new RangeError(
      `constant: the shape [${shape.join(", ")}] holds ${sizeOf(shape)} numbers, got ${data.length}`,
    );
  return node("constant", [], { data }, shape, dtype);
}

/** A rank-0 constant. */
export function scalar(value: number, dtype: DType): Tensor {
  return constant(toData([value], dtype), [], dtype);
}

/** All entries equal: a scalar, broadcast. */
export function filled(value: number, shape: Shape, dtype: DType): Tensor {
  const one = scalar(value, dtype);
  return shape.length === 0 ? one : node("broadcastTo", [one], { shape }, shape, dtype);
}

/** 0, 1, …, n − 1. */
export function arange(n: number, dtype: DType): Tensor {
  return constant(
    toData(
      Array.from({ length: n }, (_, i) => i),
      dtype,
    ),
    [n],
    dtype,
  );
}

/** The number in a scalar constant, looking through broadcasts; undefined for anything else. */
export function constantValue(t: Tensor): number | undefined {
  let inner = t;
  while (inner.op === "broadcastTo" || inner.op === "reshape") inner = inner.inputs[0]!;
  if (inner.op !== "constant") return undefined;
  const { data } = inner.attrs as { data: Data };
  return data.length === 1 ? Number(data[0]) : undefined;
}

export function toData(values: readonly number[], dtype: DType): Data {
  switch (dtype) {
    case "float32":
      return Float32Array.from(values);
    case "float64":
      return Float64Array.from(values);
    case "int32":
      return Int32Array.from(values);
    case "int64":
      return BigInt64Array.from(values, BigInt);
    case "bool":
      return Uint8Array.from(values, (value) => (value ? 1 : 0));
  }
}

function dtypeOf(data: Data): DType {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Float64Array) return "float64";
  if (data instanceof Int32Array) return "int32";
  if (data instanceof BigInt64Array) return "int64";
  return "bool";
}

export function requireSameDtype(op: string, tensors: readonly Tensor[]): DType {
  const dtype = tensors[0].dtype;
  if (tensors.some((t) => t.dtype !== dtype))
    throw new TypeError(
      `${op}: inputs must share a dtype, got ${tensors.map(describe).join(" and ")}`,
    );
  return dtype;
}
