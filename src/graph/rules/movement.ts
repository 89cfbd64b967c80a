import {
  broadcastTo,
  concat,
  filled,
  flip,
  pad,
  reshape,
  slice,
  sliceAxis,
  sumTo,
  transpose,
} from "../ops/index.ts";
import { alignLeading, type Rules, withLeading } from "./rule.ts";

/** The attribute of the leading axis put before those of the others. */
const lead = <T>(first: T, rest: readonly T[]): T[] => [first, ...rest];

export const movementRules = {
  reshape: {
    jvp: (t, [dx]) => reshape(dx!, t.shape),
    vjp: (t, ct) => [reshape(ct, t.inputs[0].shape)],
    batch: (t, [x], _, size) => reshape(x, lead(size, t.shape)),
  },
  transpose: {
    jvp: (t, [dx]) => transpose(dx!, t.attrs.perm),
    vjp: (t, ct) => [
      transpose(
        ct,
        t.attrs.perm.map((_, axis) => t.attrs.perm.indexOf(axis)),
      ),
    ],
    batch: (t, [x]) =>
      transpose(
        x,
        lead(
          0,
          t.attrs.perm.map((axis) => axis + 1),
        ),
      ),
  },
  broadcastTo: {
    jvp: (t, [dx]) => broadcastTo(dx!, t.shape),
    vjp: (t, ct) => [sumTo(ct, t.inputs[0].shape)],
    batch: (t, [x], _, size) => broadcastTo(alignLeading(x, t.shape.length), lead(size, t.shape)),
  },
  concat: {
    jvp(t, tangents) {
      const parts = t.inputs.map((x, i) => tangents[i] ?? filled(0, x.shape, x.dtype));
      return concat(parts, t.attrs.axis);
    },
    vjp(t, ct, wanted) {
      let start = 0;
      return t.inputs.map((x, i) => {
        const [from, to] = [start, (start += x.shape[t.attrs.axis])];
        return wanted[i] ? sliceAxis(ct, t.attrs.axis, from, to) : undefined;
      });
    },
    batch: (t, inputs, batched, size) =>
      concat(withLeading(inputs, batched, size), t.attrs.axis + 1),
  },
  slice: {
    jvp: (t, [dx]) => slice(dx!, t.attrs.starts, t.attrs.ends, t.attrs.steps),
    vjp(t, ct) {
      const { starts, steps } = t.attrs;
      const after = t.inputs[0].shape.map((size, axis) => {
        const covered = starts[axis] + Math.max((t.shape[axis] - 1) * steps[axis] + 1, 0);
        return Math.max(size - covered, 0);
      });
      if (t.shape.includes(0)) return [filled(0, t.inputs[0].shape, t.dtype)];
      return [
        pad(
          ct,
          starts,
          after,
          steps.map((step) => step - 1),
        ),
      ];
    },
    batch: (t, [x], _, size) =>
      slice(x, lead(0, t.attrs.starts), lead(size, t.attrs.ends), lead(1, t.attrs.steps)),
  },
  pad: {
    jvp: (t, [dx]) => pad(dx!, t.attrs.before, t.attrs.after, t.attrs.interior),
    vjp(t, ct) {
      const { before, after, interior } = t.attrs;
      const ends = t.shape.map((size, axis) => size - after[axis]);
      return [
        slice(
          ct,
          before,
          ends,
          interior.map((zeros) => zeros + 1),
        ),
      ];
    },
    batch: (t, [x]) =>
      pad(x, lead(0, t.attrs.before), lead(0, t.attrs.after), lead(0, t.attrs.interior)),
  },
  flip: {
    jvp: (t, [dx]) => flip(dx!, t.attrs.axes),
    vjp: (t, ct) => [flip(ct, t.attrs.axes)],
    batch: (t, [x]) =>
      flip(
        x,
        t.attrs.axes.map((axis) => axis + 1),
      ),
  },
} satisfies Partial<Rules>;
