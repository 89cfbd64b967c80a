import type { PoolAttrs } from "../op-attrs.ts";
import { describe, isFloat, node, sameShape, sizeOf, type Tensor } from "../tensor.ts";
import { perAxis } from "./conv.ts";
import { div } from "./elementwise.ts";
import { filled } from "./constant.ts";
import { mean, reduceMax } from "./reduce.ts";

export interface PoolOptions {
  /** Default: the kernel, so that windows do not overlap. */
  readonly strides?: number | readonly number[];
  readonly pads?: number | readonly number[];
}

/**
 * Maximum over windows, x [batch, channels, …spatial]. Of equal maxima the first in row-major order
 * carries the derivative, as in PyTorch; second derivatives through the choice are 0.
 */
export function maxPool(
  x: Tensor,
  kernel: number | readonly number[],
  options: PoolOptions = {},
): Tensor {
  const attrs = poolAttrs(x, kernel, options);
  return node("maxPool", [x], attrs, pooledShape("maxPool", x, attrs), x.dtype);
}

/** Where `maxPool` found each maximum: its flat position within the channel's plane (int64). */
export function maxPoolIndices(x: Tensor, attrs: PoolAttrs): Tensor {
  return node("maxPoolIndices", [x], attrs, pooledShape("maxPoolIndices", x, attrs), "int64");
}

export function sumPool(x: Tensor, attrs: PoolAttrs): Tensor {
  return node("sumPool", [x], attrs, pooledShape("sumPool", x, attrs), x.dtype);
}

/** ⟨sumPool(x), y⟩ = ⟨x, sumPoolTranspose(y)⟩ with x of the `spatial` size given. */
export function sumPoolTranspose(y: Tensor, spatial: readonly number[], attrs: PoolAttrs): Tensor {
  const expected = windows("sumPoolTranspose", spatial, attrs);
  if (!sameShape(y.shape.slice(2), expected))
    throw new RangeError(
      `sumPoolTranspose: y must be [batch, channels, ${expected.join(", ")}], got ${describe(y)}`,
    );
  const { kernel, strides, pads } = attrs;
  const shape = [y.shape[0], y.shape[1], ...spatial];
  return node("sumPoolTranspose", [y], { kernel, strides, pads, spatial }, shape, y.dtype);
}

export interface AvgPoolOptions extends PoolOptions {
  /** Whether padded zeros count in the divisor (default true, as in PyTorch). */
  readonly countIncludePad?: boolean;
}

export function avgPool(
  x: Tensor,
  kernel: number | readonly number[],
  options: AvgPoolOptions = {},
): Tensor {
  const attrs = poolAttrs(x, kernel, options);
  const total = sumPool(x, attrs);
  if ((options.countIncludePad ?? true) || attrs.pads.every((n) => n === 0))
    return div(total, sizeOf(attrs.kernel));
  return div(total, sumPool(filled(1, [1, 1, ...x.shape.slice(2)], x.dtype), attrs));
}

const spatialAxes = (x: Tensor) => [...x.shape.keys()].slice(2);

/** Mean over all spatial axes: [batch, channels, …] → [batch, channels]. */
export const globalAvgPool = (x: Tensor): Tensor => mean(x, spatialAxes(x));
/** Maximum over all spatial axes; equal maxima share the derivative. */
export const globalMaxPool = (x: Tensor): Tensor => reduceMax(x, spatialAxes(x));

function poolAttrs(x: Tensor, kernel: number | readonly number[], options: PoolOptions): PoolAttrs {
  const rank = x.shape.length - 2;
  if (!isFloat(x.dtype) || (rank !== 1 && rank !== 2))
    throw new RangeError(
      `pooling: x [batch, channels, …] with 1 or 2 spatial axes, got ${describe(x)}`,
    );
  const sizes = perAxis(kernel, rank, 1);
  return {
    kernel: sizes,
    strides: options.strides === undefined ? sizes : perAxis(options.strides, rank, 1),
    pads: perAxis(options.pads, 2 * rank, 0),
  };
}

function pooledShape(op: string, x: Tensor, attrs: PoolAttrs): number[] {
  return [x.shape[0], x.shape[1], ...windows(op, x.shape.slice(2), attrs)];
}

function windows(
  op: string,
  spatial: readonly number[],
  { kernel, strides, pads }: PoolAttrs,
): number[] {
  const rank = spatial.length;
  return spatial.map((size, axis) => {
    const [before, after] = [pads[axis], pads[rank + axis]];
    if (before >= kernel[axis] || after >= kernel[axis])
      throw new RangeError(
        `${op}: padding must be smaller than the window, got ${before}, ${after} for ${kernel[axis]}`,
      );
    if (size + before + after < kernel[axis])
      throw new RangeError(
        `${op}: the window is ${kernel[axis]} on spatial axis ${axis}, the padded input ${size + before + after}`,
      );
    return Math.floor((size + before + after - kernel[axis]) / strides[axis]) + 1;
  });
}
