import type { Emitter, Lowerings } from "./context.ts";
import type { Shape } from "../../graph/tensor.ts";

export const movementLowerings = {
  reshape: (t, [x], e) => reshape(x, t.shape, e),
  transpose: (t, [x], e) => e.op("Transpose", [x], { perm: { ints: t.attrs.perm } }),
  broadcastTo: (t, [x], e) => e.op("Expand", [x, e.ints(t.shape)]),
  concat: (t, inputs, e) => e.op("Concat", inputs, { axis: { int: t.attrs.axis } }),
  slice: (t, [x], e) => {
    const { starts, ends, steps } = t.attrs;
    const from = t.inputs[0].shape;
    const axes = [...from.keys()].filter(
      (i) => starts[i] !== 0 || ends[i] !== from[i] || steps[i] !== 1,
    );
    const at = (values: readonly number[]) => e.ints(axes.map((axis) => values[axis]));
    return e.op("Slice", [x, at(starts), at(ends), e.ints(axes), at(steps)]);
  },
  pad: (t, [x], e) => {
    const { before, after, interior } = t.attrs;
    const shape = t.inputs[0].shape;
    const zero = e.scalar(0, t.dtype);
    if (shape.includes(0)) return e.op("Expand", [zero, e.ints(t.shape)]);
    const inner = interior.some((n) => n > 0) ? spread(x, shape, interior, e) : x;
    if (before.every((n) => n === 0) && after.every((n) => n === 0)) return inner;
    return padBool(t.dtype === "bool", inner, e, (y, fill) =>
      e.op("Pad", [y, e.ints([...before, ...after]), fill ?? zero]),
    );

    /** n entries with k zeros between: [n] as [n, 1], padded to [n, 1 + k], as [n(1 + k)] less the last k. */
    function spread(y: string, from: Shape, gaps: readonly number[], emitter: Emitter): string {
      const paired = from.flatMap((size) => [size, 1]);
      const zeros = paired.map(() => 0);
      const tails = gaps.flatMap((gap) => [0, gap]);
      const wide = from.map((size, i) => size * (1 + gaps[i]));
      const padded = padBool(t.dtype === "bool", reshape(y, paired, emitter), emitter, (z, fill) =>
        emitter.op("Pad", [z, emitter.ints([...zeros, ...tails]), fill ?? zero]),
      );
      const axes = [...from.keys()].filter((i) => gaps[i] > 0);
      return emitter.op("Slice", [
        reshape(padded, wide, emitter),
        emitter.ints(axes.map(() => 0)),
        emitter.ints(axes.map((i) => wide[i] - gaps[i])),
        emitter.ints(axes),
      ]);
    }
  },
  flip: (t, [x], e) => {
    const { axes } = t.attrs;
    const all = (value: number) => e.ints(axes.map(() => value));
    return e.op("Slice", [x, all(-1), all(-(2 ** 31)), e.ints(axes), all(-1)]);
  },
} satisfies Lowerings<
  "reshape" | "transpose" | "broadcastTo" | "concat" | "slice" | "pad" | "flip"
>;

export function reshape(x: string, shape: Shape, e: Emitter): string {
  // A 0 in ONNX's shape copies the input's size unless allowzero is set.
  const attributes = shape.includes(0) ? { allowzero: { int: 1 } } : {};
  return e.op("Reshape", [x, e.ints(shape)], attributes);
}

/** `Pad` on bool by way of int32 where the runtime has no kernel for it. */
function padBool(
  isBool: boolean,
  x: string,
  e: Emitter,
  pad: (x: string, fill?: string) => string,
): string {
  if (!isBool) return pad(x);
  const wide = e.op("Cast", [x], { to: { int: 6 } });
  return e.op("Cast", [pad(wide, e.scalar(0, "int32"))], { to: { int: 9 } });
}
