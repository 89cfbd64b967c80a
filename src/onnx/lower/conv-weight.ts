import type { ConvAttrs } from "../../graph/op-attrs.ts";
import { type Node, type Shape, sizeOf } from "../../graph/tensor.ts";
import { columns, inputWindows } from "./columns.ts";
import type { Emitter, Lower } from "./context.ts";
import { reshape } from "./movement.ts";

/**
 * The weight's cotangent sums over examples and positions, w[o, c, k] = Σₙₚ y[n, o, p] x[n, c, window(p, k)],
 * and what it costs is less the product than bringing x into the order that the product wants.
 */
export const convWeight: Lower<"convWeight"> = (t, [x, y], e) => {
  const form = formOf(t);
  switch (weightStrategy(form, e)) {
    case "bands":
      return byBands(form, x, y, e);
    case "unfolded":
      return byUnfolding(form, x, y, e);
    case "columns":
      return byColumns(form, x, y, e);
  }
};

/** A convolution with one or two spatial axes as one with two. */
interface Form extends ConvAttrs {
  readonly dtype: "float32" | "float64";
  readonly batch: number;
  readonly inner: number;
  readonly outer: number;
  readonly spatial: Shape;
  readonly kernel: Shape;
  readonly output: Shape;
  /** Of the result. */
  readonly shape: Shape;
}

function formOf(t: Node<"convWeight">): Form {
  const [x, y] = [t.inputs[0].shape, t.inputs[1].shape];
  const { strides, pads, dilations, groups, kernel } = t.attrs;
  const flat = kernel.length === 1;
  return {
    dtype: t.dtype as Form["dtype"],
    batch: x[0],
    inner: x[1] / groups,
    outer: y[1] / groups,
    groups,
    shape: t.shape,
    spatial: flat ? [1, ...x.slice(2)] : x.slice(2),
    output: flat ? [1, ...y.slice(2)] : y.slice(2),
    kernel: flat ? [1, ...kernel] : kernel,
    strides: flat ? [1, ...strides] : strides,
    pads: flat ? [0, pads[0], 0, pads[1]] : pads,
    dilations: flat ? [1, ...dilations] : dilations,
  };
}

/**
 * Bands copy least where x has many channels; unfolding is a kernel of ONNX Runtime's own that copies
 * straight into place; where a plane is smaller than the channels, the product of one example is too
 * thin, and one product over all examples is better. Measurements: docs/performance-conv.md.
 */
function weightStrategy(form: Form, e: Emitter): "bands" | "unfolded" | "columns" {
  if (form.dtype !== "float32") return "columns";
  if (e.contrib && form.inner >= 16 && bandsFit(form)) return "bands";
  const thin = sizeOf(form.output) < form.outer;
  return thin || form.groups * form.inner > 1024 ? "columns" : "unfolded";
}

/**
 * Unstrided windows see, at kernel offset (i, j), x moved by j columns against y moved by i rows:
 *
 *     w[·, ·, i, j] = Σₙ (y with rows moved by i) · (x with columns moved by j)ᵀ.
 *
 * So kernel height + width copies do instead of height · width.
 */
function byBands(form: Form, x: string, y: string, e: Emitter): string {
  const { batch, inner, outer, groups, kernel } = form;
  const [height, width] = form.spatial;
  const [outHeight, outWidth] = form.output;
  const channels = groups * outer;

  const rows = bandRows(form, e);
  const wide = reshape(y, [batch, channels, outHeight, outWidth], e);
  const zeros = e.op("Expand", [e.scalar(0, form.dtype), e.ints([batch, channels, 1, outWidth])]);
  const source = rows.includes(outHeight)
    ? e.op("Concat", [wide, zeros], { axis: { int: 2 } })
    : wide;
  const index = e.constant(rows, [rows.length], "int32");
  const moved =
    rows.every((row, i) => row === i) && rows.length === outHeight
      ? source
      : e.op("Gather", [source, index], { axis: { int: 2 } });
  const yBands = reshape(moved, [batch, groups, outer * kernel[0], height * outWidth], e);

  const image = reshape(x, [batch, groups * inner, height, width], e);
  const products = Array.from({ length: kernel[1] }, (_, j) => {
    const [before, after] = columnPads(form, j);
    const shifted =
      before === 0 && after === 0
        ? image
        : e.op("Pad", [image, e.ints([0, 0, 0, before, 0, 0, 0, after]), e.scalar(0, form.dtype)]);
    const band = reshape(shifted, [batch, groups, inner, height * outWidth], e);
    const each = e.op("FusedMatMul", [yBands, band], { transB: { int: 1 } }, "com.microsoft");
    return reshape(sumOverBatch(each, e), [channels, kernel[0], inner, 1], e);
  });
  const all = e.op("Concat", products, { axis: { int: 3 } }); // [out, i, inner, j]
  return reshape(e.op("Transpose", [all], { perm: { ints: [0, 2, 1, 3] } }), form.shape, e);
}

/** Which row of y meets row r of x at kernel row i, [i, r]; the row after the last is zero. */
function bandRows({ kernel, spatial, output, pads, dilations }: Form, e: Emitter): Int32Array {
  const [height, outHeight] = [spatial[0], output[0]];
  const key = [kernel[0], height, outHeight, pads[0], dilations[0]].join();
  return e.memo(`rows of bands|${key}`, () =>
    Int32Array.from({ length: kernel[0] * height }, (_, entry) => {
      const row = (entry % height) + pads[0] - Math.floor(entry / height) * dilations[0];
      return row >= 0 && row < outHeight ? row : outHeight;
    }),
  );
}

/** Zeros to add (or columns to drop, if negative) on both sides of x for kernel column j. */
function columnPads({ pads, dilations, spatial, output }: Form, j: number): [number, number] {
  const before = pads[1] - j * dilations[1];
  return [before, output[1] - spatial[1] - before];
}

function bandsFit(form: Form): boolean {
  const { kernel, spatial, strides } = form;
  const overlaps = (j: number) => columnPads(form, j).every((n) => n > -spatial[1]);
  return (
    strides.every((n) => n === 1) && Array.from({ length: kernel[1] }, (_, j) => j).every(overlaps)
  );
}

/** A convolution of each channel with kernels that are 1 at one offset writes the columns; one product an example. */
function byUnfolding(form: Form, x: string, y: string, e: Emitter): string {
  const { batch, inner, outer, groups, kernel, spatial, output, strides, pads, dilations } = form;
  const offsets = sizeOf(kernel);
  const channels = groups * inner;
  const positions = sizeOf(output);
  const picks = e.memo(`unfolding|${channels}|${offsets}`, () => {
    const data = new Float32Array(channels * offsets * offsets);
    for (let i = 0; i < channels * offsets; i++) data[i * offsets + (i % offsets)] = 1;
    return data;
  });
  const unfolded = e.op(
    "Conv",
    [
      reshape(x, [batch, channels, ...spatial], e),
      e.constant(picks, [channels * offsets, 1, ...kernel], "float32"),
    ],
    {
      kernel_shape: { ints: kernel },
      strides: { ints: strides },
      pads: { ints: pads },
      dilations: { ints: dilations },
      group: { int: channels },
    },
  );
  const cols = reshape(unfolded, [batch, groups, inner * offsets, positions], e);
  const rows = reshape(y, [batch, groups, outer, positions], e);
  return reshape(sumOverBatch(timesTransposed(rows, cols, e), e), form.shape, e);
}

function byColumns(form: Form, x: string, y: string, e: Emitter): string {
  const { batch, inner, outer, groups, kernel, spatial, output } = form;
  const [offsets, positions] = [sizeOf(kernel), sizeOf(output)];
  const windows = inputWindows(spatial, kernel, output, form, e);
  const cols = columns(x, form.dtype, [batch, groups * inner, sizeOf(spatial)], groups, windows, e);
  const split = reshape(y, [batch, groups, outer, positions], e);
  const turned = e.op("Transpose", [split], { perm: { ints: [1, 2, 0, 3] } });
  const rows = reshape(turned, [groups, outer, batch * positions], e);
  const product = reshape(e.op("MatMul", [rows, cols]), [groups * outer, offsets, inner], e);
  return reshape(e.op("Transpose", [product], { perm: { ints: [0, 2, 1] } }), form.shape, e);
}

function timesTransposed(a: string, b: string, e: Emitter): string {
  if (e.contrib) return e.op("FusedMatMul", [a, b], { transB: { int: 1 } }, "com.microsoft");
  return e.op("MatMul", [a, e.op("Transpose", [b], { perm: { ints: [0, 1, 3, 2] } })]);
}

function sumOverBatch(a: string, e: Emitter): string {
  return e.op("ReduceSum", [a, e.ints([0])], { keepdims: { int: 0 } });
}
