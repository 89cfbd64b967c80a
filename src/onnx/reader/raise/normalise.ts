import * as g from "../../../graph/ops/index.ts";
import { describe, sizeOf, type Tensor } from "../../../graph/tensor.ts";
import { axesOf, axisOf, type Raises, type Site } from "./context.ts";

const epsilonOf = (site: Site): number => site.float("epsilon", Math.fround(1e-5));

/** A vector of channels against [batch, channels, …]. */
const perChannel = (v: Tensor, rank: number): Tensor =>
  g.reshape(v, [sizeOf(v.shape), ...Array.from({ length: rank - 2 }, () => 1)]);

export const normaliseRaises: Raises = {
  BatchNormalization: (site) => {
    const x = site.input(0);
    const rank = x.shape.length;
    if (rank < 2) site.refuse(`needs [batch, channels, …], got ${describe(x)}`);
    if (site.opset < 9 && site.int("spatial", 1) === 0) site.refuse("spatial = 0 is not supported");
    site.remark?.("batch-norm", site.node);
    if (site.int("training_mode", 0) !== 0) site.remark?.("training-mode", site.node);
    const [scale, bias] = [site.input(1), site.input(2)].map((v) => perChannel(v, rank));
    const epsilon = epsilonOf(site);
    if (site.batchNorm === "batch") {
      const axes = [...x.shape.keys()].filter((axis) => axis !== 1);
      return [g.add(g.mul(standardised(x, axes, epsilon), scale), bias)];
    }
    const [mean, variance] = [site.input(3), site.input(4)].map((v) => perChannel(g.stopGradient(v), rank)); // prettier-ignore
    const factor = g.div(scale, g.sqrt(g.add(variance, epsilon)));
    return [g.add(g.mul(g.sub(x, mean), factor), bias)];
  },
  InstanceNormalization: (site) => {
    const x = site.input(0);
    const rank = x.shape.length;
    if (rank < 3) site.refuse(`needs [batch, channels, …], got ${describe(x)}`);
    const [scale, bias] = [site.input(1), site.input(2)].map((v) => perChannel(v, rank));
    const y = standardised(x, [...x.shape.keys()].slice(2), epsilonOf(site));
    return [g.add(g.mul(y, scale), bias)];
  },
  LayerNormalization: (site) => {
    const x = site.input(0);
    const axis = axisOf(site, site.int("axis", -1), x.shape.length);
    const axes = [...x.shape.keys()].slice(axis);
    const mean = g.mean(x, axes, { keepDims: true });
    const centred = g.sub(x, mean);
    const variance = g.mean(g.square(centred), axes, { keepDims: true });
    const inverse = g.div(1, g.sqrt(g.add(variance, epsilonOf(site))));
    const scaled = g.mul(g.mul(centred, inverse), site.input(1));
    const bias = site.inputs[2];
    return [bias === undefined ? scaled : g.add(scaled, bias), mean, inverse];
  },
  GroupNormalization: (site) => {
    const x = site.input(0);
    const [batch, channels, ...spatial] = x.shape;
    const groups = site.int("num_groups", 0);
    if (x.shape.length < 2 || !(groups >= 1) || channels % groups !== 0)
      site.refuse(`${groups} groups do not divide the channels of ${describe(x)}`);
    const apart = g.reshape(x, [batch, groups, channels / groups, ...spatial]);
    const y = standardised(apart, [...apart.shape.keys()].slice(2), epsilonOf(site));
    // Scale and bias belong to groups before opset 21, to channels from then on.
    const [scale, bias] = [site.input(1), site.input(2)];
    if (site.opset < 21 && sizeOf(scale.shape) === groups) {
      const [s, b] = [scale, bias].map((v) => perChannel(v, apart.shape.length));
      return [g.reshape(g.add(g.mul(y, s), b), x.shape)];
    }
    const [s, b] = [scale, bias].map((v) => perChannel(v, x.shape.length));
    return [g.add(g.mul(g.reshape(y, x.shape), s), b)];
  },
  MeanVarianceNormalization: (site) => {
    const x = site.input(0);
    const axes = axesOf(site, site.ints("axes") ?? [0, 2, 3], x.shape.length);
    const centred = g.sub(x, g.mean(x, axes, { keepDims: true }));
    const deviation = g.sqrt(g.mean(g.square(centred), axes, { keepDims: true }));
    return [g.div(centred, g.add(deviation, Math.fround(1e-9)))];
  },
  LRN: (site) => {
    const x = site.input(0);
    const [batch, channels, ...spatial] = x.shape;
    const size = site.int("size", 0);
    if (x.shape.length < 3 || !(size >= 1 && size <= 4096))
      site.refuse(`needs [batch, channels, …] and a size of at least 1, got ${describe(x)} and ${size}`); // prettier-ignore
    // A window over channels is a window over the first axis of [channels, positions].
    const planes = g.reshape(g.square(x), [batch, 1, channels, sizeOf(spatial)]);
    const [before, after] = [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)];
    const total = g.sumPool(planes, { kernel: [size, 1], strides: [1, 1], pads: [before, 0, after, 0] }); // prettier-ignore
    const scaled = g.mul(g.reshape(total, x.shape), site.float("alpha", Math.fround(1e-4)) / size);
    const base = g.add(scaled, site.float("bias", 1));
    return [g.div(x, g.pow(base, g.scalar(site.float("beta", 0.75), x.dtype)))];
  },
  LpNormalization: (site) => {
    const x = site.input(0);
    const axis = axisOf(site, site.int("axis", -1), x.shape.length);
    const p = site.int("p", 2);
    if (p !== 1 && p !== 2) site.refuse(`p must be 1 or 2, got ${p}`);
    const options = { keepDims: true };
    const norm = p === 1 ? g.sum(g.abs(x), axis, options) : g.sqrt(g.sum(g.square(x), axis, options)); // prettier-ignore
    return [g.div(x, norm)];
  },
};

/** (x − mean)/√(variance + ε) over the axes, with the population's variance. */
function standardised(x: Tensor, axes: readonly number[], epsilon: number): Tensor {
  const centred = g.sub(x, g.mean(x, axes, { keepDims: true }));
  const variance = g.mean(g.square(centred), axes, { keepDims: true });
  return g.div(centred, g.sqrt(g.add(variance, epsilon)));
}
