import { type DType, type Shape, sizeOf } from "../graph/tensor.ts";

/** Where one parameter lies in a flat buffer. */
export interface FlatEntry {
  readonly name: string;
  readonly shape: Shape;
  /** In numbers, not bytes. */
  readonly offset: number;
  readonly size: number;
}

/** Parameters of a model as one buffer: each vector operation is one loop, each view costs nothing. */
export interface FlatLayout {
  readonly dtype: "float32" | "float64";
  readonly entries: readonly FlatEntry[];
  /** Numbers in the buffer. */
  readonly size: number;
}

export type FlatBuffer = Float32Array | Float64Array;

/** Parameters one after another in the order given, without gaps. */
export function flatLayout(
  parameters: readonly { readonly name: string; readonly shape: Shape; readonly dtype: DType }[],
): FlatLayout {
  const names = new Set<string>();
  const dtype = parameters[0]?.dtype ?? "float32";
  if (dtype !== "float32" && dtype !== "float64")
    throw new TypeError(`parameters must be float32 or float64, got ${dtype}`);
  let offset = 0;
  const entries = parameters.map((parameter) => {
    const { name, shape } = parameter;
    if (names.has(name)) throw new Error(`parameter names must be distinct, got ${name} twice`);
    if (parameter.dtype !== dtype)
      throw new TypeError(`parameters must share a dtype, got ${dtype} and ${parameter.dtype}`);
    names.add(name);
    const entry = { name, shape, offset, size: sizeOf(shape) };
    offset += entry.size;
    return entry;
  });
  return { dtype, entries, size: offset };
}

export function allocateFlat({ dtype, size }: FlatLayout): FlatBuffer {
  return dtype === "float32" ? new Float32Array(size) : new Float64Array(size);
}

/** One view a parameter, in order; writing to a view writes to the buffer. */
export function views<B extends FlatBuffer>(layout: FlatLayout, buffer: B): B[] {
  requireBuffer(layout, buffer);
  return layout.entries.map(({ offset, size }) => buffer.subarray(offset, offset + size) as B);
}

export function viewOf<B extends FlatBuffer>(layout: FlatLayout, buffer: B, name: string): B {
  requireBuffer(layout, buffer);
  const entry = layout.entries.find((candidate) => candidate.name === name);
  if (entry === undefined)
    throw new Error(
      `no parameter is called ${name}; there are ${layout.entries.map((e) => e.name).join(", ")}`,
    );
  return buffer.subarray(entry.offset, entry.offset + entry.size) as B;
}

/** Copy one array a parameter into the buffer. */
export function pack(
  layout: FlatLayout,
  arrays: readonly ArrayLike<number>[],
  buffer: FlatBuffer = allocateFlat(layout),
): FlatBuffer {
  requireBuffer(layout, buffer);
  if (arrays.length !== layout.entries.length)
    throw new RangeError(`pack: takes ${layout.entries.length} arrays, got ${arrays.length}`);
  for (const [i, { name, offset, size }] of layout.entries.entries()) {
    if (arrays[i].length !== size)
      throw new RangeError(`pack: ${name} takes ${size} numbers, got ${arrays[i].length}`);
    buffer.set(arrays[i], offset);
  }
  return buffer;
}

function requireBuffer({ dtype, size }: FlatLayout, buffer: FlatBuffer): void {
  const fits =
    dtype === "float32" ? buffer instanceof Float32Array : buffer instanceof Float64Array;
  if (!fits || buffer.length !== size)
    throw new RangeError(
      `the layout takes ${size} numbers of ${dtype}, got ${buffer.length} in a ${buffer.constructor.name}`,
    );
}
