import { arange } from "../../graph/ops/constant.ts";
import type { DType, Shape } from "../../graph/tensor.ts";
import { elementTypes } from "../model.ts";
import type { Emitter, Lowerings } from "./context.ts";
import { reshape } from "./movement.ts";

export const indexingLowerings = {
  gather: (t, [x, indices], e) => e.op("Gather", [x, indices], { axis: { int: t.attrs.axis } }),
  scatterAdd(t, [updates, indices], e) {
    // ScatterElements wants an index for each entry: [a…, i…, b…] as [a…, i, b…], the indices repeated.
    // ScatterND would take rows and be eight times faster, but its threads race on equal indices:
    // 4 of 60 sums were wrong in float64, 4096 rows of 256 onto 3, two threads, ONNX Runtime 1.30.
    const { axis, size } = t.attrs;
    const from = t.inputs[0].shape;
    const rank = t.inputs[1].shape.length;
    const count = t.inputs[1].shape.reduce((product, n) => product * n, 1);
    const [before, after] = [from.slice(0, axis), from.slice(axis + rank)];
    const flat = [...before, count, ...after];
    const column = reshape(indices, [count, ...after.map(() => 1)], e);
    const spread = e.op("Expand", [column, e.ints(flat)]);
    return scatter(
      reshape(updates, flat, e),
      spread,
      [...before, size, ...after],
      axis,
      t.dtype,
      e,
    );
  },
  gatherElements: (t, [x, indices], e) =>
    e.op("GatherElements", [x, indices], { axis: { int: t.attrs.axis } }),
  scatterElementsAdd: (t, [updates, indices], e) =>
    scatter(updates, indices, t.shape, t.attrs.axis, t.dtype, e),
  oneHot(t, [indices], e) {
    const { depth, dtype } = t.attrs;
    const from = t.inputs[0];
    const column = reshape(indices, [...from.shape, 1], e);
    const { data, shape } = classes(depth, from.dtype);
    const hit = e.op("Equal", [column, e.constant(data, shape, from.dtype)]);
    return dtype === "bool" ? hit : e.op("Cast", [hit], { to: { int: elementTypes[dtype] } });
  },
} satisfies Lowerings<"gather" | "scatterAdd" | "gatherElements" | "scatterElementsAdd" | "oneHot">;

function scatter(
  updates: string,
  indices: string,
  shape: Shape,
  axis: number,
  dtype: DType,
  e: Emitter,
): string {
  const zeros = e.op("Expand", [e.scalar(0, dtype), e.ints(shape)]);
  const attributes = { axis: { int: axis }, reduction: { string: "add" } };
  return e.op("ScatterElements", [zeros, indices, updates], attributes);
}

function classes(depth: number, dtype: DType) {
  const { attrs, shape } = arange(depth, dtype);
  return { data: (attrs as { data: BigInt64Array | Int32Array }).data, shape };
}
