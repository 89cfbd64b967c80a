import { describe, node, sameShape, type Shape, sizeOf, type Tensor } from "../tensor.ts";
import { requireSameDtype } from "./constant.ts";

/** Same numbers in row-major order, another shape; one entry may be −1. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const known = shape.reduce((product, size) => (size === -1 ? product : product * size), 1);
  const full = shape.map((size) => (size === -1 ? sizeOf(x.shape) / known : size));
  if (sizeOf(full) !== sizeOf(x.shape) || full.some((size) => !Number.isInteger(size)))
    throw new RangeError(`reshape: ${describe(x)} does not fit [${shape.join(", ")}]`);
  if (sameShape(full, x.shape)) return x;
  const base = x.op === "reshape" ? x.inputs[0] : x;
  if (sameShape(full, base.shape)) return base;
  return node("reshape", [base], { shape: full }, full, x.dtype);
}

/** Axis i of the result is axis perm[i] of the input; without `perm`, all axes reversed. */
export function transpose(x: Tensor, perm?: readonly number[]): Tensor {
  const order = perm ?? x.shape.map((_, axis) => x.shape.length - 1 - axis);
  if (
    !sameShape(
      [...order].sort((a, b) => a - b),
      x.shape.map((_, axis) => axis),
    )
  )
    throw new RangeError(
      `transpose: [${order.join(", ")}] is not a permutation of the axes of ${describe(x)}`,
    );
  if (order.every((axis, i) => axis === i)) return x;
  if (x.op === "transpose") {
    const inner = (x.attrs as { perm: readonly number[] }).perm;
    return transpose(
      x.inputs[0],
      order.map((axis) => inner[axis]),
    );
  }
  return node(
    "transpose",
    [x],
    { perm: order },
    order.map((axis) => x.shape[axis]),
    x.dtype,
  );
}

/** The last two axes swapped. */
export function swapLast(x: Tensor): Tensor {
  const rank = x.shape.length;
  if (rank < 2) throw new RangeError(`swapLast: needs rank 2 or more, got ${describe(x)}`);
  return transpose(
    x,
    [...x.shape.keys()].map((axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis)),
  );
}

export function moveAxis(x: Tensor, from: number, to: number): Tensor {
  const perm = [...x.shape.keys()].filter((axis) => axis !== from);
  perm.splice(to, 0, from);
  return transpose(x, perm);
}

/** Repeat along axes of size 1 and along new leading axes. */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const lead = shape.length - x.shape.length;
  if (lead < 0 || x.shape.some((size, axis) => size !== 1 && size !== shape[axis + lead]))
    throw new RangeError(`broadcastTo: ${describe(x)} does not broadcast to [${shape.join(", ")}]`);
  const base = x.op === "broadcastTo" ? x.inputs[0] : x;
  return node("broadcastTo", [base], { shape }, shape, x.dtype);
}

export function expandDims(x: Tensor, axis: number): Tensor {
  return reshape(x, [...x.shape.slice(0, axis), 1, ...x.shape.slice(axis)]);
}

export function squeeze(x: Tensor, axis: number): Tensor {
  if (x.shape[axis] !== 1)
    throw new RangeError(`squeeze: axis ${axis} of ${describe(x)} is not of size 1`);
  return reshape(
    x,
    x.shape.filter((_, i) => i !== axis),
  );
}

export function concat(tensors: readonly Tensor[], axis: number): Tensor {
  const first = tensors[0];
  if (first === undefined) throw new RangeError("concat: needs at least one tensor, got none");
  const dtype = requireSameDtype("concat", tensors);
  const fits = (t: Tensor) =>
    t.shape.length === first.shape.length &&
    t.shape.every((size, i) => i === axis || size === first.shape[i]);
  if (!(axis in first.shape) || !tensors.every(fits))
    throw new RangeError(
      `concat: shapes must agree but on axis ${axis}, got ${tensors.map(describe).join(", ")}`,
    );
  if (tensors.length === 1) return first;
  const total = tensors.reduce((sum, t) => sum + t.shape[axis], 0);
  return node("concat", tensors, { axis }, first.shape.with(axis, total), dtype);
}

/** Python's x[start:end:step] on every axis; steps are at least 1. */
export function slice(
  x: Tensor,
  starts: readonly number[],
  ends: readonly number[],
  steps: readonly number[] = starts.map(() => 1),
): Tensor {
  const rank = x.shape.length;
  const valid = x.shape.every(
    (size, i) => 0 <= starts[i] && starts[i] <= ends[i] && ends[i] <= size && steps[i] >= 1,
  );
  if (!valid || starts.length !== rank || ends.length !== rank || steps.length !== rank)
    throw new RangeError(
      `slice: [${starts.join()}] to [${ends.join()}] by [${steps.join()}] does not fit ${describe(x)}`,
    );
  const shape = x.shape.map((_, i) => Math.ceil((ends[i] - starts[i]) / steps[i]));
  if (sameShape(shape, x.shape)) return x;
  return node("slice", [x], { starts, ends, steps }, shape, x.dtype);
}

/** One axis of `slice`. */
export function sliceAxis(x: Tensor, axis: number, start: number, end: number, step = 1): Tensor {
  return slice(
    x,
    x.shape.map((_, i) => (i === axis ? start : 0)),
    x.shape.map((size, i) => (i === axis ? end : size)),
    x.shape.map((_, i) => (i === axis ? step : 1)),
  );
}

/** Consecutive pieces of the given sizes along an axis. */
export function split(x: Tensor, sizes: readonly number[], axis: number): Tensor[] {
  if (sizes.reduce((sum, size) => sum + size, 0) !== x.shape[axis])
    throw new RangeError(
      `split: sizes [${sizes.join(", ")}] do not add up to axis ${axis} of ${describe(x)}`,
    );
  let start = 0;
  return sizes.map((size) => sliceAxis(x, axis, start, (start += size)));
}

/** Zeros before and after each axis, and `interior` zeros between neighbours. */
export function pad(
  x: Tensor,
  before: readonly number[],
  after: readonly number[],
  interior: readonly number[] = before.map(() => 0),
): Tensor {
  const rank = x.shape.length;
  const all = [...before, ...after, ...interior];
  if (
    before.length !== rank ||
    after.length !== rank ||
    interior.length !== rank ||
    all.some((n) => n < 0)
  )
    throw new RangeError(
      `pad: [${before.join()}], [${after.join()}], [${interior.join()}] does not fit ${describe(x)}`,
    );
  if (all.every((n) => n === 0)) return x;
  const shape = x.shape.map(
    (size, i) => before[i] + after[i] + size + Math.max(size - 1, 0) * interior[i],
  );
  return node("pad", [x], { before, after, interior }, shape, x.dtype);
}

/** Order reversed along the axes. */
export function flip(x: Tensor, axes: readonly number[]): Tensor {
  const sorted = [...axes].sort((a, b) => a - b);
  if (sorted.some((axis) => !(axis in x.shape)))
    throw new RangeError(`flip: axes [${axes.join(", ")}] do not fit ${describe(x)}`);
  return sorted.length === 0 ? x : node("flip", [x], { axes: sorted }, x.shape, x.dtype);
}
