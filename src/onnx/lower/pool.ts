import type { PoolAttrs } from "../../graph/op-attrs.ts";
import { maxPoolIndices } from "../../graph/ops/pool.ts";
import { type DType, type Node, type Shape, sizeOf, type Tensor } from "../../graph/tensor.ts";
import type { Attributes, Emitter, Lowerings } from "./context.ts";

export const poolLowerings = {
  maxPool: (t, [x], e) => {
    // The kernel without indices is faster, so they are asked for only where something uses them.
    const indices = maxPoolIndices(t.inputs[0], t.attrs);
    if (e.uses(indices) > 0) return valuesAndPositions(t, x, e)[0];
    return e.op("MaxPool", [x], poolAttributes(t.attrs));
  },
  maxPoolIndices(t, [x], e) {
    const { shape } = t.inputs[0];
    const [batch, channels] = shape;
    const plane = sizeOf(shape.slice(2));
    // ONNX counts positions through the whole tensor; a window without a number (all NaN) has none.
    const first = BigInt64Array.from({ length: batch * channels }, (_, i) => BigInt(i * plane));
    const start = e.constant(first, [batch, channels, ...t.shape.slice(2).map(() => 1)], "int64");
    const position = e.op("Sub", [valuesAndPositions(t, x, e)[1], start]);
    return e.op("Max", [position, e.scalar(0, "int64")]);
  },
  sumPool(t, [x], e) {
    if (t.dtype === "float32") {
      const attributes = { ...poolAttributes(t.attrs), count_include_pad: { int: 1 } };
      const mean = e.op("AveragePool", [x], attributes);
      return e.op("Mul", [mean, e.scalar(sizeOf(t.attrs.kernel), t.dtype)]);
    }
    return byBands(t, x, t.inputs[0].shape.slice(2), false, e);
  },
  sumPoolTranspose(t, [y], e) {
    const { spatial, kernel } = t.attrs;
    if (t.dtype !== "float32" || !tiles(spatial, t.attrs)) return byBands(t, y, spatial, true, e);
    const scales = e.constant(Float32Array.of(1, 1, ...kernel), [2 + kernel.length], "float32");
    return e.op("Resize", [y, "", scales], {
      mode: { string: "nearest" },
      nearest_mode: { string: "floor" },
      coordinate_transformation_mode: { string: "asymmetric" },
    });
  },
} satisfies Lowerings<"maxPool" | "maxPoolIndices" | "sumPool" | "sumPoolTranspose">;

function valuesAndPositions(
  t: Node<"maxPool"> | Node<"maxPoolIndices">,
  x: string,
  e: Emitter,
): string[] {
  const { kernel, strides, pads } = t.attrs;
  const key = `MaxPool|${x}|${kernel.join()}|${strides.join()}|${pads.join()}`;
  return e.memo(key, () => e.emit("MaxPool", [x], poolAttributes(t.attrs), 2));
}

/** Whether each entry is in exactly one window. */
function tiles(spatial: Shape, { kernel, strides, pads }: PoolAttrs): boolean {
  return (
    pads.every((n) => n === 0) &&
    kernel.every((size, axis) => size === strides[axis] && spatial[axis] % size === 0)
  );
}

/**
 * Summing windows is a product with a matrix of ones and zeros on each spatial axis, A·x·Bᵀ, and its
 * transpose Aᵀ·y·B. Unlike ONNX Runtime's kernels it exists in float64 and for every geometry.
 */
function byBands(
  t: Tensor & { readonly attrs: PoolAttrs },
  x: string,
  spatial: Shape,
  transposed: boolean,
  e: Emitter,
): string {
  const windows = (transposed ? t.inputs[0] : t).shape.slice(2);
  const factor = (axis: number, rowsAreWindows: boolean) =>
    band(t.dtype, spatial[axis], windows[axis], axis, t.attrs, rowsAreWindows, e);
  const last = spatial.length - 1;
  const across = e.op("MatMul", [x, factor(last, transposed)]);
  return last === 0 ? across : e.op("MatMul", [factor(0, !transposed), across]);
}

function band(
  dtype: DType,
  size: number,
  windows: number,
  axis: number,
  { kernel, strides, pads }: PoolAttrs,
  rowsAreWindows: boolean,
  e: Emitter,
): string {
  const key = [dtype, size, windows, kernel[axis], strides[axis], pads[axis], rowsAreWindows];
  return e.memo(`band|${key.join()}`, () => {
    const data =
      dtype === "float32" ? new Float32Array(size * windows) : new Float64Array(size * windows);
    for (let window = 0; window < windows; window++)
      for (let k = 0; k < kernel[axis]; k++) {
        const at = window * strides[axis] + k - pads[axis];
        if (at >= 0 && at < size)
          data[rowsAreWindows ? window * size + at : at * windows + window] = 1;
      }
    return e.constant(data, rowsAreWindows ? [windows, size] : [size, windows], dtype);
  });
}

function poolAttributes({ kernel, strides, pads }: PoolAttrs): Attributes {
  return {
    kernel_shape: { ints: kernel },
    strides: { ints: strides },
    pads: { ints: pads },
  };
}
