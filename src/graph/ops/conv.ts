import type { ConvAttrs } from "../op-attrs.ts";
import { describe, isFloat, node, sameShape, type Tensor } from "../tensor.ts";
import { requireSameDtype } from "./constant.ts";

/** Per spatial axis, or one number for all; `pads` as [before…, after…] or one number for all sides. */
export interface ConvOptions {
  readonly strides?: number | readonly number[];
  readonly pads?: number | readonly number[];
  readonly dilations?: number | readonly number[];
  readonly groups?: number;
}

/**
 * Cross-correlation, as every deep-learning library calls convolution:
 * x [batch, channels, …spatial], w [out, channels / groups, …kernel] → [batch, out, …spatial′], one or two spatial axes.
 */
export function conv(x: Tensor, w: Tensor, options: ConvOptions = {}): Tensor {
  const attrs = convAttrs(x.shape.length - 2, options);
  const dtype = requireSameDtype("conv", [x, w]);
  const spatialRank = x.shape.length - 2;
  const fits =
    isFloat(dtype) &&
    (spatialRank === 1 || spatialRank === 2) &&
    w.shape.length === x.shape.length &&
    w.shape[1] * attrs.groups === x.shape[1] &&
    w.shape[0] % attrs.groups === 0;
  if (!fits)
    throw new RangeError(
      `conv: x [batch, channels, …] and w [out, channels / groups, …] with 1 or 2 spatial axes, got ${describe(x)}, ${describe(w)}, groups ${attrs.groups}`,
    );
  const spatial = convOutput("conv", x.shape.slice(2), w.shape.slice(2), attrs);
  return node("conv", [x, w], attrs, [x.shape[0], w.shape[0], ...spatial], dtype);
}

/** Transpose of `conv` in its input: ⟨conv(x, w), y⟩ = ⟨x, convInput(y, w)⟩ with x of the `spatial` size given. */
export function convInput(
  y: Tensor,
  w: Tensor,
  spatial: readonly number[],
  attrs: ConvAttrs,
): Tensor {
  const dtype = requireSameDtype("convInput", [y, w]);
  const expected = convOutput("convInput", spatial, w.shape.slice(2), attrs);
  if (y.shape[1] !== w.shape[0] || !sameShape(y.shape.slice(2), expected))
    throw new RangeError(
      `convInput: y must be [batch, ${w.shape[0]}, ${expected.join(", ")}], got ${describe(y)}`,
    );
  const shape = [y.shape[0], w.shape[1] * attrs.groups, ...spatial];
  return node("convInput", [y, w], { ...pick(attrs), spatial }, shape, dtype);
}

/** Transpose of `conv` in its weight: ⟨conv(x, w), y⟩ = ⟨w, convWeight(x, y)⟩ with w of the `kernel` size given. */
export function convWeight(
  x: Tensor,
  y: Tensor,
  kernel: readonly number[],
  attrs: ConvAttrs,
): Tensor {
  const dtype = requireSameDtype("convWeight", [x, y]);
  const expected = convOutput("convWeight", x.shape.slice(2), kernel, attrs);
  if (x.shape[0] !== y.shape[0] || !sameShape(y.shape.slice(2), expected))
    throw new RangeError(
      `convWeight: y must be [${x.shape[0]}, out, ${expected.join(", ")}], got ${describe(y)}`,
    );
  const shape = [y.shape[1], x.shape[1] / attrs.groups, ...kernel];
  return node("convWeight", [x, y], { ...pick(attrs), kernel }, shape, dtype);
}

/** The four attributes alone, without what the transposes add. */
export function pick({ strides, pads, dilations, groups }: ConvAttrs): ConvAttrs {
  return { strides, pads, dilations, groups };
}

export function perAxis(
  value: number | readonly number[] | undefined,
  count: number,
  fallback: number,
): number[] {
  if (value === undefined) return Array.from({ length: count }, () => fallback);
  return typeof value === "number" ? Array.from({ length: count }, () => value) : [...value];
}

function convAttrs(spatialRank: number, options: ConvOptions): ConvAttrs {
  return {
    strides: perAxis(options.strides, spatialRank, 1),
    pads: perAxis(options.pads, 2 * spatialRank, 0),
    dilations: perAxis(options.dilations, spatialRank, 1),
    groups: options.groups ?? 1,
  };
}

function convOutput(
  op: string,
  spatial: readonly number[],
  kernel: readonly number[],
  { strides, pads, dilations }: ConvAttrs,
): number[] {
  const rank = spatial.length;
  return spatial.map((size, axis) => {
    const extent = dilations[axis] * (kernel[axis] - 1) + 1;
    const padded = size + pads[axis] + pads[rank + axis];
    if (padded < extent)
      throw new RangeError(
        `${op}: the kernel spans ${extent} on spatial axis ${axis}, the padded input only ${padded}`,
      );
    return Math.floor((padded - extent) / strides[axis]) + 1;
  });
}
