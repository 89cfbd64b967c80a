import { refuse } from "./error.ts";

/** Element types of the array formats (IDX, NPY, safetensors). */
export type ElementType =
  "float32" | "float64" | "int8" | "int16" | "int32" | "int64" | "uint8" | "bool";

export type ElementData =
  Float32Array | Float64Array | Int8Array | Int16Array | Int32Array | BigInt64Array | Uint8Array;

/** A dense array in C order (last index fastest). `bool` is held as bytes 0 and 1. */
export interface NdArray {
  readonly dtype: ElementType;
  readonly shape: readonly number[];
  readonly data: ElementData;
}

export const elementBytes: Readonly<Record<ElementType, number>> = {
  float32: 4,
  float64: 8,
  int8: 1,
  int16: 2,
  int32: 4,
  int64: 8,
  uint8: 1,
  bool: 1,
};

const maxRank = 32;

/**
 * The product of a shape from an untrusted header.
 *
 * @throws DataError for a rank above 32, a dimension that is not a whole number, or a product
 * that no longer fits a safe integer.
 */
export function countElements(shape: readonly number[], file: string, place: string): number {
  if (shape.length > maxRank)
    refuse(file, `rank must be at most ${maxRank}, got ${shape.length} at ${place}`);
  let count = 1;
  let extent = 1; // the product without zeros: [0, 2^53, 2^53] must not pass as empty
  for (const dim of shape) {
    if (!(Number.isSafeInteger(dim) && dim >= 0))
      refuse(file, `dimensions must be whole numbers, got ${dim} at ${place}`);
    extent *= Math.max(dim, 1);
    count *= dim;
  }
  if (!Number.isSafeInteger(extent))
    refuse(
      file,
      `the product of the shape must fit 53 bits, got [${shape.join(", ")}] at ${place}`,
    );
  return count;
}

/**
 * Copy `count` little-endian elements out of `bytes` from `start`. The caller has checked that they
 * are there. Hosts are little-endian, as every engine that runs WebAssembly arranges.
 *
 * @throws DataError for a bool that is neither 0 nor 1.
 */
export function decodeElements(
  dtype: ElementType,
  bytes: Uint8Array,
  start: number,
  count: number,
  file: string,
): ElementData {
  // Not slice: a Buffer's is a view of the caller's memory.
  const raw = new Uint8Array(bytes.subarray(start, start + count * elementBytes[dtype]));
  switch (dtype) {
    case "float32":
      return new Float32Array(raw.buffer);
    case "float64":
      return new Float64Array(raw.buffer);
    case "int8":
      return new Int8Array(raw.buffer);
    case "int16":
      return new Int16Array(raw.buffer);
    case "int32":
      return new Int32Array(raw.buffer);
    case "int64":
      return new BigInt64Array(raw.buffer);
    case "uint8":
      return raw;
    case "bool": {
      const bad = raw.findIndex((value) => value > 1);
      if (bad >= 0) refuse(file, `a bool must be 0 or 1, got ${raw[bad]} at byte ${start + bad}`);
      return raw;
    }
  }
}

/** The bytes of an array's data, without a copy. */
export function bytesOf(data: ElementData): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/**
 * Check an array that a caller wants written: the data must be of the declared type and length.
 *
 * @throws RangeError naming the array.
 */
export function checkArray(name: string, array: NdArray): void {
  const count = array.shape.reduce((product, dim) => product * dim, 1);
  if (count !== array.data.length)
    throw new RangeError(
      `the shape of ${name} must hold its data, got [${array.shape.join(", ")}] for ${array.data.length} elements`,
    );
  const held = typeOfData(array.data);
  if (held !== array.dtype && !(held === "uint8" && array.dtype === "bool"))
    throw new RangeError(`the data of ${name} must be ${array.dtype}, got ${held}`);
}

/** An array over typed data; the element type follows from the data. */
export function ndArray(data: ElementData, shape: readonly number[]): NdArray {
  const array = { dtype: typeOfData(data), shape, data };
  checkArray("the array", array);
  return array;
}

function typeOfData(data: ElementData): ElementType {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Float64Array) return "float64";
  if (data instanceof Int8Array) return "int8";
  if (data instanceof Int16Array) return "int16";
  if (data instanceof Int32Array) return "int32";
  if (data instanceof BigInt64Array) return "int64";
  return "uint8";
}
