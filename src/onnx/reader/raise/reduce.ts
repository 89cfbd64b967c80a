import * as g from "../../../graph/ops/index.ts";
import { sizeOf, type Tensor } from "../../../graph/tensor.ts";
import { axesOf, axisOf, type Raise, type Raises, type Site } from "./context.ts";

type Reduction = (x: Tensor, axes: readonly number[], options: g.ReduceOptions, site: Site) => Tensor; // prettier-ignore

/** Axes are an attribute until `inputSince`, an input from then on; none means all. */
const reduction =
  (f: Reduction, inputSince = 18): Raise =>
  (site) => {
    const x = site.input(0);
    const given = site.opset >= inputSince ? site.known(1) : site.ints("axes");
    const none = (given ?? []).length === 0 && site.int("noop_with_empty_axes", 0) !== 0;
    const all = [...x.shape.keys()];
    const axes = none || !given?.length ? (none ? [] : all) : axesOf(site, given, all.length);
    return [f(x, axes, { keepDims: site.int("keepdims", 1) !== 0 }, site)];
  };

const normalisation =
  (f: (x: Tensor, axis: number) => Tensor): Raise =>
  (site) => {
    const x = site.input(0);
    const { length } = x.shape;
    if (site.opset >= 13) return [f(x, axisOf(site, site.int("axis", -1), length))];
    // Before opset 13 the axes from this one on are one.
    const axis = axisOf(site, site.int("axis", 1), length);
    if (axis === length - 1) return [f(x, axis)];
    const flat = g.reshape(x, [...x.shape.slice(0, axis), sizeOf(x.shape.slice(axis))]);
    return [g.reshape(f(flat, axis), x.shape)];
  };

const argument =
  (sign: (x: Tensor) => Tensor): Raise =>
  (site) => {
    const x = site.input(0);
    const axis = axisOf(site, site.int("axis", 0), x.shape.length);
    let y = g.argMax(sign(x), axis);
    if (site.int("select_last_index", 0) !== 0)
      y = g.sub(g.scalar(x.shape[axis] - 1, "int64"), g.argMax(g.flip(sign(x), [axis]), axis));
    return [site.int("keepdims", 1) === 0 ? y : g.expandDims(y, axis)];
  };

const negatedMax: Reduction = (x, axes, options) => g.neg(g.reduceMax(g.neg(x), axes, options));

export const reduceRaises: Raises = {
  ReduceSum: reduction(g.sum, 13),
  ReduceMean: reduction(g.mean),
  ReduceMax: reduction(g.reduceMax),
  ReduceMin: reduction(negatedMax),
  ReduceLogSumExp: reduction(g.logSumExp),
  ReduceL1: reduction((x, axes, options) => g.sum(g.abs(x), axes, options)),
  ReduceL2: reduction((x, axes, options) => g.sqrt(g.sum(g.square(x), axes, options))),
  ReduceLogSum: reduction((x, axes, options) => g.log(g.sum(x, axes, options))),
  ReduceSumSquare: reduction((x, axes, options) => g.sum(g.square(x), axes, options)),
  ReduceProd: reduction(product),
  Softmax: normalisation(g.softmax),
  LogSoftmax: normalisation(g.logSoftmax),
  ArgMax: argument((x) => x),
  ArgMin: argument(g.neg),
  CumSum: (site) => {
    const x = site.input(0);
    const axis = axisOf(site, site.number(1) ?? site.refuse("has no axis"), x.shape.length);
    const n = x.shape[axis];
    const [reverse, exclusive] = [site.int("reverse", 0) !== 0, site.int("exclusive", 0) !== 0];
    const counts = (from: number, to: number) =>
      (reverse ? from > to : from < to) || (from === to && !exclusive);
    const matrix = site.computed(n * n, (i) => (counts(Math.floor(i / n), i % n) ? 1 : 0), [n, n], x.dtype); // prettier-ignore
    const last = g.moveAxis(x, axis, x.shape.length - 1);
    const rows = g.reshape(last, [sizeOf(last.shape) / Math.max(n, 1), n]);
    return [g.moveAxis(g.reshape(g.matmul(rows, matrix), last.shape), x.shape.length - 1, axis)];
  },
};

/** Products pair by pair, so that a zero among the factors leaves the derivative right. */
function product(
  x: Tensor,
  axes: readonly number[],
  { keepDims }: g.ReduceOptions,
  site: Site,
): Tensor {
  // prettier-ignore
  const rest = [...x.shape.keys()].filter((axis) => !axes.includes(axis));
  const kept = rest.map((axis) => x.shape[axis]);
  const count = sizeOf(axes.map((axis) => x.shape[axis]));
  if (count > 4096) site.refuse(`a product has at most 4096 factors, got ${count}`);
  let y = g.reshape(g.transpose(x, [...rest, ...axes]), [...kept, count]);
  const last = kept.length;
  if (count === 0) y = g.filled(1, [...kept, 1], x.dtype);
  while (y.shape[last] > 1) {
    const n = y.shape[last];
    const half = Math.floor(n / 2);
    const pairs = g.mul(g.sliceAxis(y, last, 0, half), g.sliceAxis(y, last, half, 2 * half));
    y = n % 2 === 0 ? pairs : g.concat([pairs, g.sliceAxis(y, last, n - 1, n)], last);
  }
  const shape = keepDims ? x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)) : kept;
  return g.reshape(y, shape);
}
