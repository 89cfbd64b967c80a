import { TensorProto_DataLocation as DataLocation, type TensorProto } from "onnx-buf";
import { bytesPerElement, type Data, type DType } from "../../graph/tensor.ts";
import type { OnnxTensor } from "../model.ts";
import { elementTypeOf } from "./element-type.ts";
import { externalBytes, type ExternalData } from "./external.ts";
import { fromFloat16 } from "./float16.ts";
import { refuse } from "./refuse.ts";

/** One tensor of the file; its contents must be there and be as many as its shape says. */
export function decodeTensor(
  proto: TensorProto,
  place: string,
  most: number,
  external?: ExternalData,
): OnnxTensor {
  if (proto.segment !== undefined) refuse(place, "segments are not supported");
  const { dtype, half } = elementTypeOf(proto.dataType, place);
  const shape = proto.dims.map((size) => dimension(size, place));
  const count = shape.reduce((product, size) => product * size, 1);
  if (!(count <= most)) refuse(place, `a tensor holds at most ${most} numbers, got ${count}`);
  const width = half ? 2 : bytesPerElement[dtype];
  const outside = proto.dataLocation === DataLocation.EXTERNAL || proto.externalData.length > 0;
  const bytes = outside ? externalBytes(proto, count * width, place, external) : proto.rawData;
  const data =
    bytes.byteLength > 0 ? raw(bytes, dtype, half, count, place) : listed(proto, dtype, half);
  if (data.length !== count)
    refuse(place, `[${shape.join(", ")}] holds ${count} numbers, the file has ${data.length}`);
  return { name: proto.name, dtype, shape, data: dtype === "bool" ? booleans(data) : data };
}

/** A size from the file as a safe integer. */
export function dimension(size: bigint, place: string): number {
  if (size < 0n || size > 2n ** 40n)
    refuse(place, `sizes must lie between 0 and 2^40, got ${size}`);
  return Number(size);
}

function raw(bytes: Uint8Array, dtype: DType, half: boolean, count: number, place: string): Data {
  const needed = count * (half ? 2 : bytesPerElement[dtype]);
  if (bytes.byteLength !== needed)
    refuse(
      place,
      `${count} numbers of ${half ? "float16" : dtype} take ${needed} bytes, the file has ${bytes.byteLength}`,
    );
  // A copy, since the file aligns nothing; not slice(), which in a Node Buffer copies nothing either.
  const { buffer } = new Uint8Array(bytes);
  switch (dtype) {
    case "float32":
      return half ? fromFloat16(new Uint16Array(buffer)) : new Float32Array(buffer);
    case "float64":
      return new Float64Array(buffer);
    case "int32":
      return new Int32Array(buffer);
    case "int64":
      return new BigInt64Array(buffer);
    case "bool":
      return new Uint8Array(buffer);
  }
}

function listed(proto: TensorProto, dtype: DType, half: boolean): Data {
  switch (dtype) {
    case "float32":
      return half ? fromFloat16(proto.int32Data) : Float32Array.from(proto.floatData);
    case "float64":
      return Float64Array.from(proto.doubleData);
    case "int32":
      return Int32Array.from(proto.int32Data);
    case "int64":
      return BigInt64Array.from(proto.int64Data);
    case "bool":
      return Uint8Array.from(proto.int32Data, (value) => (value === 0 ? 0 : 1));
  }
}

function booleans(data: Data): Data {
  return (data as Uint8Array).map((value) => (value === 0 ? 0 : 1));
}
