import { type Node, type Shape, sizeOf } from "../../graph/tensor.ts";
import { convAttributes, convolve, worthBlocking } from "./blocked-conv.ts";
import { columns, inputWindows, outputWindows } from "./columns.ts";
import type { Emitter, Lowerings } from "./context.ts";
import { convWeight } from "./conv-weight.ts";
import { reshape } from "./movement.ts";

/** ONNX Runtime's CPU has convolution kernels for float32 alone; float64 goes by columns and `MatMul`. */
export const convLowerings = {
  conv: (t, [x, w], e) =>
    t.dtype === "float32"
      ? convolve(x, w, { output: t.shape, weight: t.inputs[1].shape }, t.attrs, e)
      : convByColumns(t, x, w, e),
  convInput(t, [y, w], e) {
    switch (inputStrategy(t, e)) {
      case "columns":
        return inputByColumns(t, y, w, e);
      case "transposed":
        return inputByConvTranspose(t, y, w, e);
      case "flipped":
        return inputByFlippedConv(t, y, w, e);
    }
  },
  convWeight,
} satisfies Lowerings<"conv" | "convInput" | "convWeight">;

/**
 * `Conv` on a turned kernel gathers outer·kernel columns, `ConvTranspose` scatters inner·kernel ones,
 * which costs about twice as much for each; a blocked `Conv` gathers nothing. Strides leave the first with
 * zeros to multiply.
 * Measurements: docs/performance-conv.md.
 */
function inputStrategy(t: Node<"convInput">, e: Emitter): "columns" | "transposed" | "flipped" {
  if (t.dtype !== "float32") return "columns";
  const { strides, groups } = t.attrs;
  const [outAll, inner, ...kernel] = t.inputs[1].shape;
  const outer = outAll / groups;
  if (strides.some((stride) => stride !== 1) || flippedPads(t).some((n) => n < 0))
    return "transposed";
  const turned = { output: t.shape, weight: [groups * inner, outer, ...kernel] };
  const block = e.channelBlock;
  const blocked =
    block !== undefined && inner % block === 0 && worthBlocking(turned, t.attrs, block);
  return blocked || outer <= 2 * inner ? "flipped" : "transposed";
}

function inputByConvTranspose(t: Node<"convInput">, y: string, w: string, e: Emitter): string {
  const { spatial, strides, pads, dilations } = t.attrs;
  const kernel = t.inputs[1].shape.slice(2);
  const rank = spatial.length;
  // What the last window leaves uncovered.
  const rest = spatial.map((size, axis) => {
    const extent = dilations[axis] * (kernel[axis] - 1) + 1;
    return (size + pads[axis] + pads[rank + axis] - extent) % strides[axis];
  });
  const attributes = { ...convAttributes(t.attrs, kernel), output_padding: { ints: rest } };
  return e.op("ConvTranspose", [y, w], attributes);
}

function inputByFlippedConv(t: Node<"convInput">, y: string, w: string, e: Emitter): string {
  const [outAll, inner, ...kernel] = t.inputs[1].shape;
  const { groups, dilations, strides } = t.attrs;
  const outer = outAll / groups;
  const turned = [groups * inner, outer, ...kernel];
  let weight = w;
  if (outer > 1 && inner > 1) {
    const split = reshape(w, [groups, outer, inner, sizeOf(kernel)], e);
    weight = e.op("Transpose", [split], { perm: { ints: [0, 2, 1, 3] } });
  }
  weight = reshape(weight, turned, e);
  const axes = [...kernel.keys()].map((axis) => axis + 2).filter((axis) => turned[axis] > 1);
  if (axes.length > 0) {
    const all = (value: number) => e.ints(axes.map(() => value));
    weight = e.op("Slice", [weight, all(-1), all(-(2 ** 31)), e.ints(axes), all(-1)]);
  }
  const attrs = { strides, dilations, groups, pads: flippedPads(t) };
  return convolve(y, weight, { output: t.shape, weight: turned }, attrs, e);
}

function flippedPads({ attrs, inputs }: Node<"convInput">): number[] {
  const kernel = inputs[1].shape.slice(2);
  const { pads, dilations } = attrs;
  return pads.map((n, side) => {
    const axis = side % kernel.length;
    return dilations[axis] * (kernel[axis] - 1) - n;
  });
}

/** Rows of what each window sees times the kernel: [groups, batch·positions, offsets·channels] · [groups, offsets·channels, out]. */
function convByColumns(t: Node<"conv">, x: string, w: string, e: Emitter): string {
  const [{ shape: xs }, { shape: ws }] = t.inputs;
  const { groups } = t.attrs;
  const [batch, channels, spatial] = [xs[0], xs[1], xs.slice(2)];
  const [inner, kernel] = [ws[1], ws.slice(2)];
  const output = t.shape.slice(2);
  const outer = ws[0] / groups;
  const windows = inputWindows(spatial, kernel, output, t.attrs, e);
  const cols = columns(x, t.dtype, [batch, channels, sizeOf(spatial)], groups, windows, e);
  const split = reshape(w, [groups, outer, inner, sizeOf(kernel)], e);
  const weight = e.op("Transpose", [split], { perm: { ints: [0, 3, 2, 1] } });
  const flat = reshape(weight, [groups, sizeOf(kernel) * inner, outer], e);
  return channelsFirst(e.op("MatMul", [cols, flat]), t.shape, groups, e);
}

function inputByColumns(t: Node<"convInput">, y: string, w: string, e: Emitter): string {
  const [{ shape: ys }, { shape: ws }] = t.inputs;
  const { groups, spatial } = t.attrs;
  const [batch, channels, output] = [ys[0], ys[1], ys.slice(2)];
  const [inner, kernel] = [ws[1], ws.slice(2)];
  const outer = ws[0] / groups;
  const windows = outputWindows(spatial, kernel, output, t.attrs, e);
  const cols = columns(y, t.dtype, [batch, channels, sizeOf(output)], groups, windows, e);
  const split = reshape(w, [groups, outer, inner, sizeOf(kernel)], e);
  const weight = e.op("Transpose", [split], { perm: { ints: [0, 3, 1, 2] } });
  const flat = reshape(weight, [groups, sizeOf(kernel) * outer, inner], e);
  return channelsFirst(e.op("MatMul", [cols, flat]), t.shape, groups, e);
}

/** [groups, batch·positions, channels] → [batch, groups·channels, …positions]. */
function channelsFirst(rows: string, shape: Shape, groups: number, e: Emitter): string {
  const [batch, channels, ...positions] = shape;
  const split = reshape(rows, [groups, batch, sizeOf(positions), channels / groups], e);
  const moved = e.op("Transpose", [split], { perm: { ints: [1, 0, 3, 2] } });
  return reshape(moved, shape, e);
}
