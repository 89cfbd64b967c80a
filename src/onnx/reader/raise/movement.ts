import * as g from "../../../graph/ops/index.ts";
import type { Data, Tensor } from "../../../graph/tensor.ts";
import { axisOf, type Raises, type Site } from "./context.ts";

export const movementRaises: Raises = {
  Constant: (site) => {
    const value = site.node.attributes.value;
    if (value === undefined || !("tensor" in value))
      return site.refuse("only a constant given as a tensor is supported");
    return [g.constant(value.tensor.data, value.tensor.shape, value.tensor.dtype)];
  },
  Reshape: (site) => {
    const x = site.input(0);
    const shape = site.known(1) ?? site.refuse("has no shape");
    const copies = site.int("allowzero", 0) === 0;
    return [constantOr(g.reshape(x, shape.map((size, i) => (size === 0 && copies ? (x.shape[i] ?? 0) : size))))]; // prettier-ignore
  },
  Squeeze: (site) => {
    const x = site.input(0);
    const axes = (site.opset < 13 ? site.ints("axes") : site.known(1))?.map((axis) =>
      axisOf(site, axis, x.shape.length),
    );
    const drop = (axis: number) => axes?.includes(axis) ?? x.shape[axis] === 1;
    if (axes?.some((axis) => x.shape[axis] !== 1))
      site.refuse(`axes [${axes.join(", ")}] of [${x.shape.join(", ")}] are not all of size 1`);
    return [g.reshape(x, x.shape.filter((_, axis) => !drop(axis)))]; // prettier-ignore
  },
  Transpose: (site) => [g.transpose(site.input(0), site.ints("perm"))],
  Expand: (site) => {
    const x = site.input(0);
    const shape = site.known(1) ?? site.refuse("has no shape");
    return [g.broadcastTo(x, g.broadcastShapes("Expand", x.shape, shape))];
  },
  Concat: (site) => {
    const parts = site.inputs.map((_, i) => site.input(i));
    return [g.concat(parts, axisOf(site, site.int("axis", 0), site.input(0).shape.length))];
  },
  Slice: (site) => [slice(site)],
  Pad: (site) => [pad(site)],
};

function slice(site: Site): Tensor {
  let x = site.input(0);
  const rank = x.shape.length;
  const [starts, ends, axesGiven, stepsGiven] =
    site.opset < 10
      ? [site.ints("starts"), site.ints("ends"), site.ints("axes"), undefined]
      : [site.known(1), site.known(2), site.known(3), site.known(4)];
  if (starts === undefined || ends === undefined) return site.refuse("has no bounds");
  const axes = axesGiven ?? starts.map((_, i) => i);
  const steps = stepsGiven ?? starts.map(() => 1);
  if (
    ends.length !== starts.length ||
    axes.length !== starts.length ||
    steps.length !== starts.length
  )
    // prettier-ignore
    return site.refuse("starts, ends, axes and steps must be equally many");
  for (const [i, axisGiven] of axes.entries()) {
    const axis = axisOf(site, axisGiven, rank);
    const size = x.shape[axis];
    const step = steps[i];
    if (step === 0) return site.refuse("steps must not be 0");
    const clamp = (at: number, low: number, high: number) =>
      Math.max(low, Math.min(high, at < 0 ? at + size : at));
    if (step > 0) {
      const start = clamp(starts[i], 0, size);
      x = g.sliceAxis(x, axis, start, Math.max(start, clamp(ends[i], 0, size)), step);
    } else {
      // Backwards from `start` down to, but without, `end`: forwards in the reversed axis.
      const start = size - 1 - clamp(starts[i], -1, size - 1);
      const end = size - 1 - clamp(ends[i], -1, size - 1);
      x = g.sliceAxis(g.flip(x, [axis]), axis, start, Math.max(start, end), -step);
    }
  }
  return x;
}

/** Padding below 0 cuts off. */
function pad(site: Site): Tensor {
  const x = site.input(0);
  const rank = x.shape.length;
  const mode = site.string("mode", "constant");
  if (mode !== "constant") site.refuse(`only constant padding is supported, got ${mode}`);
  const pads = site.opset < 11 ? site.ints("pads") : site.known(1);
  if (pads?.length !== 2 * rank) return site.refuse(`pads must be ${2 * rank} numbers`);
  if (site.opset >= 18 && site.inputs[3] !== undefined) site.refuse("axes are not supported");
  const fill = site.inputs[2];
  const value = fill === undefined ? site.float("value", 0) : g.constantValue(fill);
  if (value !== 0) site.refuse(`only zeros may be padded with, got ${value}`);
  const [before, after] = [pads.slice(0, rank), pads.slice(rank)];
  const starts = before.map((n, i) => Math.min(x.shape[i], Math.max(0, -n)));
  const ends = after.map((n, i) => Math.max(starts[i], x.shape[i] - Math.max(0, -n)));
  const positive = (n: number) => Math.max(0, n);
  return g.pad(g.slice(x, starts, ends), before.map(positive), after.map(positive));
}

/** A reshaped constant is a constant: shapes are computed from such. */
function constantOr(t: Tensor): Tensor {
  const inner = t.inputs[0];
  if (t.op !== "reshape" || inner.op !== "constant") return t;
  return g.constant((inner.attrs as { data: Data }).data, t.shape, t.dtype);
}
