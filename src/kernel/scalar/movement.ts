import { type OpName, sizeOf } from "../../graph/index.ts";
import { mapEntries, positionIn, spread, stridesOf } from "./entries.ts";
import type { Lowerings } from "./writer.ts";

/** Ops that only say which entry stands where: no instruction at all. */
export const movementLowerings = {
  reshape: (_, [x]) => x,
  broadcastTo: (t, [x]) => spread(x, t.inputs[0].shape, t.shape),
  transpose: (t, [x]) => {
    const strides = stridesOf(t.inputs[0].shape);
    const permuted = t.attrs.perm.map((axis) => strides[axis]);
    return mapEntries(t.shape, (at) => x[positionIn(permuted, at)]);
  },
  slice: (t, [x]) => {
    const strides = stridesOf(t.inputs[0].shape);
    const { starts, steps } = t.attrs;
    return mapEntries(
      t.shape,
      (at) => x[at.reduce((sum, k, axis) => sum + (starts[axis] + k * steps[axis]) * strides[axis], 0)], // prettier-ignore
    );
  },
  flip: (t, [x]) => {
    const strides = stridesOf(t.shape);
    const { axes } = t.attrs;
    return mapEntries(
      t.shape,
      (at) => x[at.reduce((sum, k, axis) => sum + (axes.includes(axis) ? t.shape[axis] - 1 - k : k) * strides[axis], 0)], // prettier-ignore
    );
  },
  concat: (t, inputs) => {
    const { axis } = t.attrs;
    const inner = sizeOf(t.shape.slice(axis + 1));
    const outer = sizeOf(t.shape.slice(0, axis));
    const result: number[] = [];
    for (let i = 0; i < outer; i++)
      inputs.forEach((x, j) => {
        const run = t.inputs[j].shape[axis] * inner;
        for (let k = i * run; k < (i + 1) * run; k++) result.push(x[k]);
      });
    return result;
  },
  pad: (t, [x], w) => {
    const { before, interior } = t.attrs;
    const { shape } = t.inputs[0];
    const strides = stridesOf(t.shape);
    const result = Array.from({ length: sizeOf(t.shape) }, () => w.constant(0));
    const places = mapEntries(
      shape,
      (at) =>
      at.reduce((sum, k, axis) => sum + (before[axis] + k * (interior[axis] + 1)) * strides[axis], 0), // prettier-ignore
    );
    places.forEach((place, i) => {
      result[place] = x[i];
    });
    return result;
  },
} satisfies Partial<Lowerings<OpName>>;
