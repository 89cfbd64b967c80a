import type { DType } from "../../graph/tensor.ts";
import { elementTypes } from "../model.ts";
import { refuse } from "./refuse.ts";

const dtypes = new Map(Object.entries(elementTypes).map(([dtype, code]) => [code, dtype as DType]));

/** `TensorProto.DataType` of IEEE half precision, which is read as float32. */
const float16 = 10;

/** Names of the element types that are refused, by their code. */
const others: Readonly<Record<number, string>> = {
  2: "uint8",
  3: "int8",
  4: "uint16",
  5: "int16",
  8: "string",
  12: "uint32",
  13: "uint64",
  14: "complex64",
  15: "complex128",
  16: "bfloat16",
  17: "float8e4m3fn",
  18: "float8e4m3fnuz",
  19: "float8e5m2",
  20: "float8e5m2fnuz",
  21: "uint4",
  22: "int4",
};

/** What a file's element type is computed in; `half` where it is float16, widened. */
export function elementTypeOf(code: number, place: string): { dtype: DType; half: boolean } {
  if (code === float16) return { dtype: "float32", half: true };
  const dtype = dtypes.get(code);
  if (dtype !== undefined) return { dtype, half: false };
  const name = Object.hasOwn(others, code) ? others[code] : `${code}`;
  return refuse(place, `element type ${name} is not supported`);
}
