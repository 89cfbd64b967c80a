import * as g from "../../../graph/ops/index.ts";
import { isFloat, type Tensor } from "../../../graph/tensor.ts";
import { axesOf, type Site } from "./context.ts";

/** ONNX's padding in all four modes; below 0 it cuts off. */
export function padded(site: Site): Tensor {
  const x = site.input(0);
  const rank = x.shape.length;
  const [before, after] = padsOf(site, rank);
  const starts = before.map((n, i) => Math.min(x.shape[i], Math.max(0, -n)));
  const ends = after.map((n, i) => Math.max(starts[i], x.shape[i] - Math.max(0, -n)));
  const inner = g.slice(x, starts, ends);
  const [front, back] = [before, after].map((list) => list.map((n) => Math.max(0, n)));
  const mode = site.string("mode", "constant");
  if (mode === "constant") {
    const fill = site.opset < 11 ? site.float("value", 0) : (site.number(2) ?? 0);
    return padWith(inner, front, back, fill);
  }
  const from = sources[mode];
  if (!Object.hasOwn(sources, mode)) return site.refuse(`mode ${mode} is not supported`);
  return inner.shape.reduce((y, size, axis) => {
    const count = front[axis] + size + back[axis];
    if (count === size) return y;
    const most = mode === "reflect" ? size - 1 : mode === "wrap" ? size : size > 0 ? Infinity : 0;
    if (front[axis] > most || back[axis] > most)
      site.refuse(`${mode} pads at most ${most} on axis ${axis}, got ${front[axis]}, ${back[axis]}`); // prettier-ignore
    const source = (i: number) => from(i - front[axis], size);
    return g.gather(y, site.computed(count, source, [count], "int64"), axis);
  }, inner);
}

/** Which entry of an axis of `size` stands at a position before, in or after it. */
const sources: Readonly<Record<string, (at: number, size: number) => number>> = {
  reflect: (at, size) => {
    const low = Math.abs(at);
    return low < size ? low : 2 * (size - 1) - low;
  },
  edge: (at, size) => Math.max(0, Math.min(size - 1, at)),
  wrap: (at, size) => (at + size) % size,
};

/** `value` around x, where zero is what the graph language pads with. */
export function padWith(
  x: Tensor,
  before: readonly number[],
  after: readonly number[],
  value: number,
): Tensor {
  const zeros = g.pad(x, before, after);
  if (value === 0 || zeros === x) return zeros;
  const dtype = isFloat(x.dtype) ? x.dtype : "float32";
  const mask = g.pad(g.filled(1, x.shape, dtype), before, after);
  return g.where(g.greater(mask, 0), zeros, g.scalar(value, x.dtype));
}

function padsOf(site: Site, rank: number): [readonly number[], readonly number[]] {
  const pads = site.opset < 11 ? site.ints("pads") : site.known(1);
  const axes = site.opset >= 18 && site.inputs[3] !== undefined ? axesOf(site, site.known(3)!, rank) : undefined; // prettier-ignore
  const count = axes?.length ?? rank;
  if (pads?.length !== 2 * count) return site.refuse(`pads must be ${2 * count} numbers`);
  const [before, after] = [pads.slice(0, count), pads.slice(count)];
  if (axes === undefined) return [before, after];
  const spread = (list: readonly number[]) =>
    Array.from({ length: rank }, (_, axis) => list[axes.indexOf(axis)] ?? 0);
  return [spread(before), spread(after)];
}
