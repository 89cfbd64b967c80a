import type { OpAttrs, OpName } from "./op-attrs.ts";

/**
 * What a computation is: immutable nodes with static shapes.
 *
 * A `Tensor` is a symbolic value, never numbers. Equal nodes are the same object (hash-consing), so
 * common subexpressions vanish by construction. The table hangs on each node's first input and
 * holds its entries weakly: a graph that nobody holds any more is collected whole. Fresh inputs are
 * never interned, which keeps the transforms free of confusion between their own variables.
 *
 * Ids grow with creation and a node is made after its inputs, so order by id is topological.
 */

export type DType = "float32" | "float64" | "int32" | "int64" | "bool";
export type Shape = readonly number[];
/** The numbers of a tensor, row-major; bool is one byte an element, 0 or 1. */
export type Data = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;

export interface Node<K extends OpName = OpName> {
  readonly id: number;
  readonly op: K;
  readonly inputs: readonly Tensor[];
  readonly attrs: OpAttrs[K];
  readonly shape: Shape;
  readonly dtype: DType;
}
export type Tensor = Node;

let nextId = 0;
const users = new WeakMap<Tensor, Map<string, WeakRef<Tensor>>>();
const sources = new Map<string, WeakRef<Tensor>>();
const sizeAtPurge = new WeakMap<Map<string, WeakRef<Tensor>>, number>();

/** Make the node, or return the one that is equal to it. Shapes are the builder's business. */
export function node<K extends OpName>(
  op: K,
  inputs: readonly Tensor[],
  attrs: OpAttrs[K],
  shape: Shape,
  dtype: DType,
): Node<K> {
  for (const size of shape)
    if (!Number.isSafeInteger(size) || size < 0)
      throw new RangeError(`${op}: a shape holds non-negative integers, got [${shape.join(", ")}]`);
  const key = `${op}|${dtype}|${shape.join()}|${inputs.map((input) => input.id).join()}|${attrsKey(attrs)}`;
  const table = inputs.length > 0 ? tableOf(inputs[0]) : sources;
  const known = table.get(key)?.deref();
  if (known !== undefined) return known as Node<K>;
  const made: Node<K> = Object.freeze({ id: nextId++, op, inputs, attrs, shape, dtype });
  purge(table);
  table.set(key, new WeakRef(made));
  return made;
}

/** A fresh variable: never equal to any other node, whatever its name. */
export function input(shape: Shape, dtype: DType, name = "x"): Tensor {
  return Object.freeze({ id: nextId++, op: "input", inputs: [], attrs: { name }, shape, dtype });
}

function tableOf(first: Tensor): Map<string, WeakRef<Tensor>> {
  let table = users.get(first);
  if (table === undefined) users.set(first, (table = new Map()));
  return table;
}

/** Drop dead entries whenever a table has doubled, so that lookups stay amortised O(1). */
function purge(table: Map<string, WeakRef<Tensor>>): void {
  const limit = sizeAtPurge.get(table) ?? 64;
  if (table.size < limit) return;
  for (const [key, entry] of table) if (entry.deref() === undefined) table.delete(key);
  sizeAtPurge.set(table, Math.max(64, 2 * table.size));
}

const dataIds = new WeakMap<Data, number>();
let nextDataId = 0;

function attrsKey(attrs: object): string {
  const entries: string[] = [];
  for (const [name, value] of Object.entries(attrs)) entries.push(`${name}=${valueKey(value)}`);
  return entries.join(";");
}

function valueKey(value: unknown): string {
  if (ArrayBuffer.isView(value)) return dataKey(value as Data);
  if (Object.is(value, -0)) return "-0";
  return Array.isArray(value) ? `[${value.join()}]` : String(value);
}

/** Small constants are equal by value, large ones by identity. */
function dataKey(data: Data): string {
  if (data.length <= 16)
    return Array.from(data as ArrayLike<number | bigint>, (x) =>
      Object.is(x, -0) ? "-0" : `${x}`,
    ).join();
  let id = dataIds.get(data);
  if (id === undefined) dataIds.set(data, (id = nextDataId++));
  return `@${id}`;
}

export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

export function isFloat(dtype: DType): dtype is "float32" | "float64" {
  return dtype === "float32" || dtype === "float64";
}

export const bytesPerElement: Readonly<Record<DType, number>> = {
  float32: 4,
  float64: 8,
  int32: 4,
  int64: 8,
  bool: 1,
};

/** `float32[64, 10]`, as error messages print a tensor. */
export function describe(t: Tensor): string {
  return `${t.dtype}[${t.shape.join(", ")}]`;
}
