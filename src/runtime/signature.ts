import { type Data, type DType, sizeOf, type Tensor } from "../graph/tensor.ts";
import type { Signature } from "./runtime.ts";

export function signatureOf(t: Tensor, fallback: string): Signature {
  const name = t.op === "input" ? (t.attrs as { name: string }).name : fallback;
  return { name, dtype: t.dtype, shape: t.shape };
}

const arrays: Readonly<Record<DType, { readonly name: string; new (length: number): Data }>> = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  int64: BigInt64Array,
  bool: Uint8Array,
};

/** Zeros of a dtype. */
export function allocate(dtype: DType, length: number): Data {
  return new arrays[dtype](length);
}

/** Hold one list of arrays against its signatures; `count` is the leading dimension of stacked ones. */
export function requireData(
  where: string,
  signatures: readonly Signature[],
  data: readonly Data[],
  count = 1,
): void {
  if (data.length !== signatures.length)
    throw new RangeError(`${where}: takes ${signatures.length} arrays, got ${data.length}`);
  for (const [i, { name, dtype, shape }] of signatures.entries()) {
    const given = data[i];
    const length = count * sizeOf(shape);
    const place = `${where}: input ${i} (${name})`;
    if (!(given instanceof arrays[dtype]))
      throw new TypeError(
        `${place} is ${dtype} and takes a ${arrays[dtype].name}, got ${nameOf(given)}`,
      );
    if (given.length !== length)
      throw new RangeError(
        `${place} is [${shape.join(", ")}]${count === 1 ? "" : ` times ${count}`} and takes ${length} numbers, got ${given.length}`,
      );
    if (typeof SharedArrayBuffer !== "undefined" && given.buffer instanceof SharedArrayBuffer)
      throw new TypeError(`${place} must not lie in shared memory, which the machine refuses`);
  }
}

function nameOf(value: unknown): string {
  return value === null || typeof value !== "object" ? typeof value : value.constructor.name;
}
