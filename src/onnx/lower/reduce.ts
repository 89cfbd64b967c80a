import type { ReduceAttrs } from "../../graph/op-attrs.ts";
import { elementTypes } from "../model.ts";
import type { Attributes, Lowerings } from "./context.ts";

const keep = ({ keepDims }: ReduceAttrs): Attributes => ({ keepdims: { int: keepDims ? 1 : 0 } });
/** Before opset 18 only ReduceSum takes its axes as an input. */
const attributes = (attrs: ReduceAttrs): Attributes => ({
  ...keep(attrs),
  axes: { ints: attrs.axes },
});

export const reduceLowerings = {
  sum: (t, [x], e) => e.op("ReduceSum", [x, e.ints(t.attrs.axes)], keep(t.attrs)),
  reduceMax: (t, [x], e) => {
    if (t.dtype !== "bool") return e.op("ReduceMax", [x], attributes(t.attrs));
    const wide = e.op("Cast", [x], { to: { int: elementTypes.int32 } });
    const max = e.op("ReduceMax", [wide], attributes(t.attrs));
    return e.op("Cast", [max], { to: { int: elementTypes.bool } });
  },
  logSumExp: (t, [x], e) => {
    // log Σ eˣ = m + log Σ eˣ⁻ᵐ with m the maximum, or 0 where the maximum is infinite.
    const axes = { ints: t.attrs.axes };
    const max = e.op("ReduceMax", [x], { axes, keepdims: { int: 1 } });
    const lowest = e.scalar(t.dtype === "float32" ? -3.4e38 : -1.7e308, t.dtype);
    const highest = e.scalar(t.dtype === "float32" ? 3.4e38 : 1.7e308, t.dtype);
    const shift = e.op("Clip", [max, lowest, highest]);
    const powers = e.op("Exp", [e.op("Sub", [x, shift])]);
    const total = e.op("ReduceSum", [powers, e.ints(t.attrs.axes)], { keepdims: { int: 1 } });
    const wide = e.op("Add", [e.op("Log", [total]), shift]);
    return t.attrs.keepDims ? wide : e.op("Squeeze", [wide, e.ints(t.attrs.axes)]);
  },
  softmax: (t, [x], e) => e.op("Softmax", [x], { axis: { int: t.attrs.axis } }),
  logSoftmax: (t, [x], e) => e.op("LogSoftmax", [x], { axis: { int: t.attrs.axis } }),
  argMax: (t, [x], e) => e.op("ArgMax", [x], { axis: { int: t.attrs.axis }, keepdims: { int: 0 } }),
} satisfies Lowerings<"sum" | "reduceMax" | "logSumExp" | "softmax" | "logSoftmax" | "argMax">;
