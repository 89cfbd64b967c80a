import * as g from "../../../graph/ops/index.ts";
import type { Tensor } from "../../../graph/tensor.ts";
import { axisOf, type Raise, type Raises } from "./context.ts";

type Reduction = (x: Tensor, axes?: readonly number[], options?: g.ReduceOptions) => Tensor;

/** Axes are an attribute until `inputSince`, an input from then on; none means all. */
const reduction =
  (f: Reduction, inputSince: number): Raise =>
  (site) => {
    const x = site.input(0);
    const given = site.opset >= inputSince ? site.known(1) : site.ints("axes");
    if ((given ?? []).length === 0 && site.int("noop_with_empty_axes", 0) !== 0) return [x];
    const axes = given === undefined || given.length === 0 ? [...x.shape.keys()] : given;
    return [f(x, axes, { keepDims: site.int("keepdims", 1) !== 0 })];
  };

const normalisation =
  (f: (x: Tensor, axis: number) => Tensor): Raise =>
  (site) => {
    const x = site.input(0);
    const { length } = x.shape;
    if (site.opset >= 13) return [f(x, axisOf(site, site.int("axis", -1), length))];
    // Before opset 13 the axes from this one on are one.
    const axis = axisOf(site, site.int("axis", 1), length);
    const flat = g.reshape(x, [...x.shape.slice(0, axis), -1]);
    return [g.reshape(f(flat, axis), x.shape)];
  };

export const reduceRaises: Raises = {
  ReduceSum: reduction(g.sum, 13),
  ReduceMean: reduction(g.mean, 18),
  ReduceMax: reduction(g.reduceMax, 18),
  ReduceLogSumExp: reduction(g.logSumExp, 18),
  Softmax: normalisation(g.softmax),
  LogSoftmax: normalisation(g.logSoftmax),
  ArgMax: (site) => {
    const x = site.input(0);
    if (site.int("select_last_index", 0) !== 0) site.refuse("the last maximum is not supported");
    const axis = axisOf(site, site.int("axis", 0), x.shape.length);
    const y = g.argMax(x, axis);
    return [site.int("keepdims", 1) === 0 ? y : g.expandDims(y, axis)];
  },
};
