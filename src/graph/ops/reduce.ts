import { describe, isFloat, node, sameShape, sizeOf, type Shape, type Tensor } from "../tensor.ts";
import { div, mul, square, sub } from "./elementwise.ts";
import { reshape } from "./movement.ts";

export interface ReduceOptions {
  readonly keepDims?: boolean;
}

type Axes = number | readonly number[];

const reduction = (op: "sum" | "reduceMax" | "logSumExp") =>
  function reduce(
    x: Tensor,
    axes: Axes = [...x.shape.keys()],
    { keepDims = false }: ReduceOptions = {},
  ): Tensor {
    const chosen = normaliseAxes(op, x, axes);
    if (op === "logSumExp" && !isFloat(x.dtype))
      throw new TypeError(`logSumExp: the input must be float32 or float64, got ${describe(x)}`);
    if (op !== "sum" && chosen.some((axis) => x.shape[axis] === 0))
      throw new RangeError(`${op}: an empty axis has no maximum, got ${describe(x)}`);
    if (chosen.length === 0) return x;
    const shape = reducedShape(x.shape, chosen, keepDims);
    return node(op, [x], { axes: chosen, keepDims }, shape, x.dtype);
  };

/** Sum over axes (default: all). Axes may be negative. */
export const sum = reduction("sum");
/** Maximum over axes; equal maxima share the derivative, as PyTorch's `amax`. */
export const reduceMax = reduction("reduceMax");
/** log Σ exp, without overflow. */
export const logSumExp = reduction("logSumExp");

export function mean(
  x: Tensor,
  axes: Axes = [...x.shape.keys()],
  options: ReduceOptions = {},
): Tensor {
  const total = sum(x, axes, options);
  return div(total, sizeOf(x.shape) / sizeOf(total.shape));
}

/** Population variance (divided by n), as batch and layer normalisation use it. */
export function variance(
  x: Tensor,
  axes: Axes = [...x.shape.keys()],
  options: ReduceOptions = {},
): Tensor {
  return mean(square(sub(x, mean(x, axes, { keepDims: true }))), axes, options);
}

/** Σᵢ aᵢbᵢ over all entries: a scalar. */
export function dot(a: Tensor, b: Tensor): Tensor {
  if (!sameShape(a.shape, b.shape))
    throw new RangeError(`dot: shapes must agree, got ${describe(a)} and ${describe(b)}`);
  return sum(mul(a, b));
}

const alongAxis = (op: "softmax" | "logSoftmax") =>
  function normalise(x: Tensor, axis = -1): Tensor {
    if (!isFloat(x.dtype))
      throw new TypeError(`${op}: the input must be float32 or float64, got ${describe(x)}`);
    const [chosen] = normaliseAxes(op, x, axis);
    return node(op, [x], { axis: chosen }, x.shape, x.dtype) as Tensor;
  };

export const softmax = alongAxis("softmax");
export const logSoftmax = alongAxis("logSoftmax");

/** Position of the first maximum along an axis (int64). */
export function argMax(x: Tensor, axis = -1): Tensor {
  const [chosen] = normaliseAxes("argMax", x, axis);
  return node("argMax", [x], { axis: chosen }, reducedShape(x.shape, [chosen], false), "int64");
}

/** Undo broadcasting: sum the axes that `shape` does not have, or has as 1. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const lead = x.shape.length - shape.length;
  const axes = [...x.shape.keys()].filter(
    (axis) => axis < lead || (shape[axis - lead] === 1 && x.shape[axis] !== 1),
  );
  return reshape(sum(x, axes), shape);
}

function normaliseAxes(op: string, x: Tensor, axes: Axes): number[] {
  const rank = x.shape.length;
  const list = (typeof axes === "number" ? [axes] : axes).map((axis) =>
    axis < 0 ? axis + rank : axis,
  );
  const sorted = [...new Set(list)].sort((a, b) => a - b);
  if (sorted.length !== list.length || sorted.some((axis) => !(axis >= 0 && axis < rank)))
    throw new RangeError(`${op}: axes [${[axes].flat().join(", ")}] do not fit ${describe(x)}`);
  return sorted;
}

function reducedShape(shape: Shape, axes: readonly number[], keepDims: boolean): Shape {
  return keepDims
    ? shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
    : shape.filter((_, axis) => !axes.includes(axis));
}
