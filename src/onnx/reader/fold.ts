/**
 * Arithmetic that must be known while reading: what follows a Shape, scales, bounds. Evaluates small
 * expressions of constants in the graph language, each op as its definition, and leaves all others
 * alone. Integers saturate at ±(2⁵³ − 1), which stands for "as far as there is".
 */
import { broadcastShapes, constant, toData } from "../../graph/ops/index.ts";
import type { OpAttrs, OpName } from "../../graph/op-attrs.ts";
import { type Data, isFloat, type Node, type Shape, sizeOf, type Tensor } from "../../graph/tensor.ts"; // prettier-ignore

/** Numbers in a folded tensor: shapes and index tables of integers; of floats only scalars and the like. */
const most = { integers: 65_536, floats: 64 };

const folded = new WeakMap<Tensor, Tensor | null>();

/** The tensor as a constant where it is a small expression of constants, else itself. */
export function fold(t: Tensor): Tensor {
  return constantFrom(t) ?? t;
}

function constantFrom(t: Tensor): Tensor | undefined {
  if (t.op === "constant") return t;
  if (t.op === "input") return undefined;
  const known = folded.get(t);
  if (known !== undefined) return known ?? undefined;
  const result = compute(t);
  folded.set(t, result ?? null);
  return result;
}

function compute(t: Tensor): Tensor | undefined {
  if (!isSmall(t) || (!t.inputs.every(isSmall) && t.op !== "slice" && t.op !== "gather")) return undefined; // prettier-ignore
  const inputs: Tensor[] = [];
  for (const x of t.inputs) {
    const value = constantFrom(x);
    if (value === undefined) return undefined;
    inputs.push(value);
  }
  const values = evaluate(t, inputs);
  if (values === undefined) return undefined;
  if (!isFloat(t.dtype)) {
    const limit = t.dtype === "int32" ? 2 ** 31 - 1 : Number.MAX_SAFE_INTEGER;
    for (const [i, value] of values.entries()) {
      if (Number.isNaN(value)) return undefined;
      if (Math.abs(value) <= limit) continue;
      if (t.dtype !== "int64") return undefined;
      values[i] = Math.sign(value) * limit;
    }
  }
  return constant(toData(values, t.dtype), t.shape, t.dtype);
}

function isSmall(t: Tensor): boolean {
  return sizeOf(t.shape) <= (isFloat(t.dtype) ? most.floats : most.integers);
}

function valuesOf(t: Tensor): number[] {
  const limit = Number.MAX_SAFE_INTEGER;
  return Array.from((t.attrs as { data: Data }).data as ArrayLike<number | bigint>, (value) =>
    typeof value === "number" ? value : Math.max(-limit, Math.min(limit, Number(value))),
  );
}

type Scalar = (a: number, b: number, c: number) => number;
const scalars: Partial<Record<OpName, Scalar>> = {
  neg: (a) => -a,
  abs: (a) => Math.abs(a),
  sign: (a) => Math.sign(a),
  sqrt: (a) => Math.sqrt(a),
  exp: (a) => Math.exp(a),
  log: (a) => Math.log(a),
  stopGradient: (a) => a,
  not: (a) => (a === 0 ? 1 : 0),
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  pow: (a, b) => a ** b,
  min: (a, b) => Math.min(a, b),
  max: (a, b) => Math.max(a, b),
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  where: (c, a, b) => (c === 0 ? b : a),
};

const relations: Record<OpAttrs["compare"]["relation"], (a: number, b: number) => boolean> = {
  less: (a, b) => a < b,
  lessEqual: (a, b) => a <= b,
  greater: (a, b) => a > b,
  greaterEqual: (a, b) => a >= b,
  equal: (a, b) => a === b,
};

function evaluate(t: Tensor, inputs: readonly Tensor[]): number[] | undefined {
  const each = scalarOf(t);
  if (each !== undefined) return elementwise(t, inputs, each);
  const [x] = inputs;
  const is = <K extends OpName>(op: K): Node<K>["attrs"] | undefined =>
    t.op === op ? (t.attrs as Node<K>["attrs"]) : undefined;
  if (t.op === "reshape") return valuesOf(x);
  if (t.op === "broadcastTo") return elementwise(t, inputs, (a) => a);
  const transposed = is("transpose");
  if (transposed) return take(t.shape, x, (at) => transposed.perm.map((_, axis) => at[transposed.perm.indexOf(axis)])); // prettier-ignore
  const sliced = is("slice");
  if (sliced) return take(t.shape, x, (at) => at.map((i, axis) => sliced.starts[axis] + i * sliced.steps[axis])); // prettier-ignore
  const flipped = is("flip");
  if (flipped) return take(t.shape, x, (at) => at.map((i, axis) => (flipped.axes.includes(axis) ? x.shape[axis] - 1 - i : i))); // prettier-ignore
  const joined = is("concat");
  if (joined) return concatenated(t.shape, inputs, joined.axis);
  const gathered = is("gather");
  if (gathered) return gather(t.shape, x, inputs[1], gathered.axis);
  const reduced = is("sum") ?? is("reduceMax");
  if (reduced) return reduce(t, x, reduced.axes, t.op === "sum" ? (a, b) => a + b : Math.max);
  return undefined;
}

function scalarOf(t: Tensor): Scalar | undefined {
  if (t.op === "div")
    return isFloat(t.dtype) ? (a, b) => a / b : (a, b) => (b === 0 ? NaN : Math.trunc(a / b));
  if (t.op === "compare") {
    const relation = relations[(t.attrs as OpAttrs["compare"]).relation];
    return (a, b) => (relation(a, b) ? 1 : 0);
  }
  if (t.op === "clip") {
    const { min, max } = t.attrs as OpAttrs["clip"];
    return (a) => Math.min(Math.max(a, min), max);
  }
  if (t.op === "cast") {
    if (t.dtype === "bool") return (a) => (a === 0 ? 0 : 1);
    return isFloat(t.dtype) ? (a) => a : Math.trunc;
  }
  return scalars[t.op];
}

function elementwise({ shape }: Tensor, inputs: readonly Tensor[], each: Scalar): number[] {
  const values = inputs.map(valuesOf);
  const strides = inputs.map((x) => broadcastStrides(x.shape, shape));
  return Array.from({ length: sizeOf(shape) }, (_, flat) => {
    const at = positions(flat, shape);
    const [a, b, c] = values.map((v, i) => v[dot(at, strides[i])]);
    return each(a, b, c);
  });
}

function take(
  shape: Shape,
  x: Tensor,
  from: (at: readonly number[]) => readonly number[],
): number[] {
  // prettier-ignore
  const values = valuesOf(x);
  const strides = broadcastStrides(x.shape, x.shape);
  return Array.from(
    { length: sizeOf(shape) },
    (_, flat) => values[dot(from(positions(flat, shape)), strides)],
  );
}

function concatenated(shape: Shape, inputs: readonly Tensor[], axis: number): number[] {
  const inner = sizeOf(shape.slice(axis + 1));
  const outer = sizeOf(shape.slice(0, axis));
  const values = inputs.map(valuesOf);
  return Array.from({ length: outer }, (_, o) =>
    values.flatMap((v, i) => {
      const run = inputs[i].shape[axis] * inner;
      return v.slice(o * run, (o + 1) * run);
    }),
  ).flat();
}

function gather(shape: Shape, x: Tensor, indices: Tensor, axis: number): number[] | undefined {
  const rank = indices.shape.length;
  const size = x.shape[axis];
  const chosen = valuesOf(indices).map((i) => (i < 0 ? i + size : i));
  if (chosen.some((i) => !(i >= 0 && i < size))) return undefined;
  const strides = broadcastStrides(indices.shape, indices.shape);
  return take(shape, x, (at) => [
    ...at.slice(0, axis),
    chosen[dot(at.slice(axis, axis + rank), strides)],
    ...at.slice(axis + rank),
  ]);
}

function reduce(
  t: Tensor,
  x: Tensor,
  axes: readonly number[],
  each: (a: number, b: number) => number,
): number[] {
  const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const strides = broadcastStrides(kept, x.shape);
  const out = Array.from<number | undefined>({ length: sizeOf(t.shape) });
  for (const [flat, value] of valuesOf(x).entries()) {
    const to = dot(positions(flat, x.shape), strides);
    const sofar = out[to];
    out[to] = sofar === undefined ? value : each(sofar, value);
  }
  return out.map((value) => value ?? 0);
}

/** Steps in the flat array of `shape` for each axis of `wide`, 0 where it is repeated. */
function broadcastStrides(shape: Shape, wide: Shape): number[] {
  broadcastShapes("fold", shape, wide);
  const lead = wide.length - shape.length;
  return wide.map((_, axis) =>
    axis < lead || shape[axis - lead] === 1 ? 0 : sizeOf(shape.slice(axis - lead + 1)),
  );
}

function positions(flat: number, shape: Shape): number[] {
  const at = shape.map(() => 0);
  for (let axis = shape.length - 1, rest = flat; axis >= 0; axis--) {
    at[axis] = rest % shape[axis];
    rest = Math.floor(rest / shape[axis]);
  }
  return at;
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}
