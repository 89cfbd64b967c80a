import { TensorProto_DataLocation as DataLocation, type TensorProto } from "onnx-buf";
import { bytesPerElement, type Data, type DType } from "../../graph/tensor.ts";
import { elementTypes, type OnnxTensor } from "../model.ts";
import { refuse } from "./refuse.ts";

const dtypes = new Map(Object.entries(elementTypes).map(([dtype, code]) => [code, dtype as DType]));

/** One tensor of the file; its contents must be there and be as many as its shape says. */
export function decodeTensor(proto: TensorProto, place: string, most: number): OnnxTensor {
  if (proto.dataLocation === DataLocation.EXTERNAL || proto.externalData.length > 0)
    refuse(place, "data outside of the file is not read");
  if (proto.segment !== undefined) refuse(place, "segments are not supported");
  const dtype = dtypes.get(proto.dataType);
  if (dtype === undefined) return refuse(place, `element type ${proto.dataType} is not supported`);
  const shape = proto.dims.map((size) => dimension(size, place));
  const count = shape.reduce((product, size) => product * size, 1);
  if (count > most) refuse(place, `a tensor holds at most ${most} numbers, got ${count}`);
  const data =
    proto.rawData.byteLength > 0 ? raw(proto, dtype, count, place) : listed(proto, dtype);
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

function raw({ rawData }: TensorProto, dtype: DType, count: number, place: string): Data {
  if (rawData.byteLength !== count * bytesPerElement[dtype])
    refuse(
      place,
      `${count} numbers of ${dtype} take ${count * bytesPerElement[dtype]} bytes, the file has ${rawData.byteLength}`,
    );
  // A copy, since the file aligns nothing; not slice(), which in a Node Buffer copies nothing either.
  const { buffer } = new Uint8Array(rawData);
  switch (dtype) {
    case "float32":
      return new Float32Array(buffer);
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

function listed(proto: TensorProto, dtype: DType): Data {
  switch (dtype) {
    case "float32":
      return Float32Array.from(proto.floatData);
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
