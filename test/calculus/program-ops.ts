// The ops of random programs, each with a bound on what it gives.
import * as g from "../../src/graph/index.ts";
import {
  axesOf,
  axisOf,
  binary,
  bounded,
  compatible,
  images,
  kinked,
  made,
  partner,
  positive,
  ranked,
  reduced,
  sided,
  smooth,
  spread,
  windowOf,
  type Bounded,
  type Hand,
  type Op,
} from "./program-parts.ts";

function convolved({ x, other, roll }: Hand): Bounded {
  const t = images(x.t, roll);
  const { kernel, strides, pads } = windowOf(t, roll);
  const channels = t.shape[1];
  const groups = channels % 2 === 0 ? 1 + roll(2) : 1;
  const dilations = kernel.map((n, i) => (n === 2 && t.shape[2 + i] >= 3 ? 1 + roll(2) : 1));
  const w = made(other, [2, channels / groups, ...kernel]);
  const terms = (channels / groups) * g.sizeOf(kernel);
  return bounded(g.conv(t, w, { strides, pads, dilations, groups }), terms * x.bound * other.bound);
}

function multiplied({ x, other, roll }: Hand): Bounded {
  const a = ranked(x.t, 1 + roll(2));
  const [k, n] = [a.shape.at(-1)!, 1 + roll(3)];
  const shape = a.shape.length === 1 || roll(2) ? [k, n] : [2, ...a.shape.slice(2).fill(1), k, n];
  const matrix = a.shape.length === 1 ? g.reshape(a, [1, k]) : a;
  const leads = matrix.shape.slice(0, -2);
  const fits = compatible(leads, shape.slice(0, -2)) || leads.length === 0;
  return bounded(g.matmul(matrix, made(other, fits ? shape : [k, n])), k * x.bound * other.bound);
}
export const ops: Readonly<Record<string, Op>> = {
  tanh: smooth(g.tanh, () => 1),
  sigmoid: smooth(g.sigmoid, () => 1),
  softplus: smooth(g.softplus, (b) => b + 0.7),
  gelu: smooth(g.gelu, (b) => b),
  geluTanh: smooth(
    (x) => g.gelu(x, "tanh"),
    (b) => b,
  ),
  silu: smooth(g.silu, (b) => b),
  erf: smooth(g.erf, () => 1),
  sin: smooth(g.sin, () => 1),
  cos: smooth(g.cos, () => 1),
  neg: smooth(g.neg, (b) => b),
  exp: ({ x }) => bounded(g.exp(g.mul(x.t, 1 / x.bound)), Math.E),
  log: smooth(
    (x) => g.log(positive(x)),
    (b) => Math.max(0.6, b),
  ),
  sqrt: smooth(
    (x) => g.sqrt(positive(x)),
    (b) => b + 0.8,
  ),
  cube: smooth(
    (x) => g.pow(x, 3),
    (b) => b ** 3,
  ),
  relu: kinked(g.relu),
  leakyRelu: kinked((x) => g.leakyRelu(x, 0.2)),
  elu: kinked((x) => g.elu(x, 0.7)),
  abs: kinked(g.abs),
  sign: kinked((x) => g.mul(x, g.sign(x))),
  clip: kinked((x) => g.clip(x, -0.1, 1e3)),
  maximum: (hand) => {
    const [a, b] = [sided(hand.x), partner(hand)];
    return bounded(g.maximum(a.t, g.mul(b.t, 0.2 / b.bound)), a.bound);
  },
  minimum: (hand) => {
    const [a, b] = [sided(hand.x), partner(hand)];
    return bounded(g.minimum(g.mul(b.t, 0.2 / b.bound), a.t), a.bound);
  },
  where: (hand) => {
    const [away, b] = [sided(hand.x), partner(hand)];
    const up = g.greater(away.t, 0);
    return bounded(g.where(up, g.sin(b.t), hand.x.t), Math.max(1, hand.x.bound));
  },
  add: binary(g.add, (a, b) => a + b),
  sub: binary(
    (a, b) => g.sub(b, a),
    (a, b) => a + b,
  ),
  mul: binary(g.mul, (a, b) => a * b),
  div: binary(
    (a, b) => g.div(a, positive(b)),
    (a) => a / 0.6,
  ),
  pow: binary(
    (a, b) => g.pow(positive(a), g.tanh(b)),
    (a) => Math.max(a * a + 0.6, 1 / 0.6),
  ),
  square: smooth(g.square, (b) => b * b),
  sum: reduced(
    (t, axes, keepDims) => g.sum(t, axes, { keepDims }),
    (b, n) => b * n,
  ),
  mean: reduced(
    (t, axes, keepDims) => g.mean(t, axes, { keepDims }),
    (b) => b,
  ),
  variance: reduced(
    (t, axes, keepDims) => g.variance(t, axes, { keepDims }),
    (b) => b * b,
  ),
  logSumExp: reduced(
    (t, axes, keepDims) => g.logSumExp(t, axes, { keepDims }),
    (b, n) => b + Math.log(n),
  ),
  reduceMax: reduced(
    (t, axes, keepDims) => g.reduceMax(t, axes, { keepDims }),
    (b) => b,
    spread,
  ),
  argMax: ({ x, roll }) => {
    const t = ranked(x.t, 1);
    const axis = axisOf(t, roll);
    const best = g.argMax(spread(bounded(t, x.bound)).t, axis);
    const picked = g.gatherElements(t, g.expandDims(best, axis), axis);
    return bounded(g.mul(t, picked), x.bound ** 2);
  },
  softmax: ({ x, roll }) => {
    const t = ranked(x.t, 1);
    return bounded(g.softmax(t, axisOf(t, roll)), 1);
  },
  logSoftmax: ({ x, roll }) => {
    const t = ranked(x.t, 1);
    const axis = axisOf(t, roll);
    return bounded(g.logSoftmax(t, axis), 2 * x.bound + Math.log(t.shape[axis]));
  },
  normalise: ({ x, roll }) => {
    const t = ranked(x.t, 1);
    const axes = axesOf(t, roll);
    const centred = g.sub(t, g.mean(t, axes, { keepDims: true }));
    const sigma2 = g.mean(g.square(centred), axes, { keepDims: true });
    return bounded(g.div(centred, g.sqrt(g.add(sigma2, 0.1))), 7 * x.bound);
  },
  matmul: multiplied,
  gram: ({ x }) => {
    const t = ranked(x.t, 2);
    return bounded(g.matmul(t, g.swapLast(t)), t.shape.at(-1)! * x.bound ** 2);
  },
  conv: convolved,
  maxPool: ({ x, roll }) => {
    const y = spread(x);
    const t = images(y.t, roll);
    const { kernel, ...options } = windowOf(t, roll);
    return bounded(g.maxPool(t, kernel, options), y.bound);
  },
  avgPool: ({ x, roll }) => {
    const t = images(x.t, roll);
    const { kernel, ...options } = windowOf(t, roll);
    return bounded(g.avgPool(t, kernel, { ...options, countIncludePad: roll(2) === 0 }), x.bound);
  },
  globalPools: ({ x, roll }) => {
    const t = images(x.t, roll);
    const most = g.globalMaxPool(g.mul(spread(bounded(t, x.bound)).t, 1 / g.sizeOf(t.shape)));
    return bounded(g.mul(g.globalAvgPool(t), most), x.bound);
  },
  reshape: ({ x, roll }) => {
    const size = g.sizeOf(x.t.shape);
    const divisor = [4, 3, 2, 1].filter((n) => size % n === 0);
    const rows = divisor[roll(divisor.length)];
    return bounded(g.reshape(x.t, roll(2) ? [rows, -1] : [-1, 1, rows]), x.bound);
  },
  transpose: ({ x, roll }) => {
    const order: number[] = [];
    for (const axis of x.t.shape.keys()) order.splice(roll(order.length + 1), 0, axis);
    return bounded(g.transpose(x.t, order), x.bound);
  },
  broadcastTo: ({ x, roll }) =>
    bounded(g.broadcastTo(g.expandDims(x.t, 0), [1 + roll(3), ...x.t.shape]), x.bound),
  slice: ({ x, roll }) => {
    const starts = x.t.shape.map((n) => roll(n));
    const ends = x.t.shape.map((n, i) => starts[i] + 1 + roll(n - starts[i]));
    const steps = x.t.shape.map(() => 1 + roll(2));
    return bounded(g.slice(x.t, starts, ends, steps), x.bound);
  },
  pad: ({ x, roll }) => {
    const amounts = () => x.t.shape.map(() => roll(2));
    return bounded(g.pad(x.t, amounts(), amounts(), amounts()), x.bound);
  },
  flip: ({ x, roll }) => {
    const t = ranked(x.t, 1);
    return bounded(g.flip(t, axesOf(t, roll)), x.bound);
  },
  split: ({ x, roll }) => {
    const t = ranked(x.t, 1);
    const axis = axisOf(t, roll);
    const first = 1 + roll(t.shape[axis]);
    if (first === t.shape[axis]) return bounded(t, x.bound);
    const [a, b] = g.split(t, [first, t.shape[axis] - first], axis);
    return bounded(g.concat([b, g.square(a)], axis), Math.max(x.bound, x.bound ** 2));
  },
  concat: ({ x, other, roll }) => {
    const t = ranked(x.t, 1);
    const axis = axisOf(t, roll);
    const joint = made(other, t.shape.with(axis, 1 + roll(2)));
    return bounded(g.concat([t, joint, t], axis), Math.max(x.bound, other.bound));
  },
  gather: ({ x, indices, roll }) => {
    const t = ranked(x.t, 1);
    const axis = axisOf(t, roll);
    if (t.shape[axis] < 2) return bounded(g.gather(t, g.mul(indices, 0), axis), x.bound);
    return bounded(g.gather(t, roll(2) ? indices : g.reshape(indices, [2, 1]), axis), x.bound);
  },
  scatterAdd: ({ x, indices, roll }) => {
    const t = ranked(x.t, 1);
    const axis = axisOf(t, roll);
    const two = made(x, t.shape.with(axis, 2));
    return bounded(g.scatterAdd(two, indices, axis, 2 + roll(2)), 2 * x.bound);
  },
  gatherElements: ({ x, indices, roll }) => {
    const t = made(x, [2, 2 + roll(2)]);
    return bounded(g.gatherElements(t, g.reshape(indices, [2, 1]), 1), x.bound);
  },
  scatterElementsAdd: ({ x, indices }) => {
    const t = made(x, [2, 2]);
    const where = g.broadcastTo(g.reshape(indices, [2, 1]), [2, 2]);
    return bounded(g.scatterElementsAdd(t, where, 1, 3), 2 * x.bound);
  },
  oneHot: ({ x, indices }) => {
    const t = made(x, [2, 3]);
    return bounded(g.mul(t, g.oneHot(indices, 3, "float64")), x.bound);
  },
};
