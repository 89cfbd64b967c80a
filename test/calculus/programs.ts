// Random programs over the builders of the graph: each step takes the newest value and, where it
// needs more, an older one. A bound on the size of every entry is carried along, so that domains are
// kept (log, pow, division) and no kink is ever near: relu is given entries shifted beyond the bound.
import * as g from "../../src/graph/index.ts";
import type { Tensor } from "../../src/graph/index.ts";
import type { Case } from "./cases.ts";

/** One step: which op, which older value, and numbers that decide its attributes. */
export interface Step {
  readonly op: number;
  readonly other: number;
  readonly dice: readonly number[];
}

export interface Program {
  /** Shapes of the float arguments. */
  readonly shapes: readonly (readonly number[])[];
  readonly steps: readonly Step[];
}

/** A value and a bound on its entries' size. */
interface Bounded {
  readonly t: Tensor;
  readonly bound: number;
}

interface Hand {
  readonly x: Bounded;
  readonly other: Bounded;
  /** Int32 [2] with entries below 2. */
  readonly indices: Tensor;
  /** A number below n, the next of the step's dice. */
  readonly roll: (n: number) => number;
}

type Op = (hand: Hand) => Bounded;

const largestSize = 48;

/** The program as a case for `check`, its steps in its name. */
export function caseOf({ shapes, steps }: Program): Case {
  const names: string[] = [];
  const f = (...args: Tensor[]): Tensor => {
    const indices = args.at(-1)!;
    const values: Bounded[] = args.slice(0, -1).map((t) => ({ t, bound: 2 }));
    names.length = 0;
    for (const { op, other, dice } of steps) {
      let rolled = 0;
      const roll = (n: number) => dice[rolled++ % dice.length] % n;
      const name = opNames[op % opNames.length];
      names.push(name);
      const x = values.at(-1)!;
      values.push(settle(ops[name]({ x, other: values[other % values.length], indices, roll })));
    }
    return values.at(-1)!.t;
  };
  const wide = { kind: "float", low: -2, high: 2 } as const;
  const args = [
    ...shapes.map((shape) => ({ shape, draw: wide })),
    { shape: [2], draw: { kind: "index", below: 2 } as const },
  ];
  f(...args.map(({ shape }, i) => g.input(shape, i < shapes.length ? "float64" : "int32")));
  return { name: `[${shapes.join("] [")}] ${names.join(" → ")}`, args, f };
}

/** Keep tensors small and entries of order one, by smooth means. */
function settle(y: Bounded): Bounded {
  let { t, bound } = y;
  while (g.sizeOf(t.shape) > largestSize) t = g.mean(t, t.shape.indexOf(Math.max(...t.shape)));
  if (t.shape.length > 4) t = g.reshape(t, [...t.shape.slice(0, 3), -1]);
  if (bound <= 4) return { t, bound };
  return bound <= 12 ? { t: g.tanh(g.mul(t, 0.5)), bound: 1 } : { t: g.sin(t), bound: 1 };
}

const bounded = (t: Tensor, bound: number): Bounded => ({ t, bound });
const smooth =
  (f: (x: Tensor) => Tensor, bound: (b: number) => number): Op =>
  ({ x }) =>
    bounded(f(x.t), bound(x.bound));

/** Entries moved beyond ±bound by turns, so that none is within 0.3 of zero. */
function sided({ t, bound }: Bounded): Bounded {
  const shifts = Float64Array.from(
    { length: g.sizeOf(t.shape) },
    (_, i) => (i % 3 === 1 ? -1 : 1) * (bound + 0.3),
  );
  return bounded(g.add(t, g.constant(shifts, t.shape)), 2 * bound + 0.3);
}
const kinked =
  (f: (x: Tensor) => Tensor): Op =>
  ({ x }) => {
    const away = sided(x);
    return bounded(f(away.t), away.bound);
  };

/** Entries at least 0.3 apart, in a scattered order. */
function spread({ t, bound }: Bounded): Bounded {
  const size = g.sizeOf(t.shape);
  const stride = [7, 5, 3, 1].find((s) => s === 1 || size % s !== 0)!;
  const offsets = Float64Array.from({ length: size }, (_, i) => ((i * stride) % size) * 0.9);
  return bounded(g.add(g.mul(t, 0.3 / bound), g.constant(offsets, t.shape)), 0.9 * size);
}

/** Entries of `from`, repeated, in a shape. */
function made(from: Bounded, shape: readonly number[]): Tensor {
  const size = g.sizeOf(from.t.shape);
  const picks = Int32Array.from({ length: g.sizeOf(shape) }, (_, i) => (i * 5 + 1) % size);
  const flat = g.reshape(from.t, [size]);
  return g.reshape(g.gather(flat, g.constant(picks, [picks.length])), shape);
}

const compatible = (a: readonly number[], b: readonly number[]): boolean =>
  a.every((n, i) => {
    const m = b[b.length - a.length + i];
    return m === undefined || n === m || n === 1 || m === 1;
  });

/** The older value as it is where it broadcasts, otherwise its entries in the shape needed. */
function partner({ x, other, roll }: Hand): Bounded {
  const [a, b] = [x.t.shape, other.t.shape];
  const fits = a.length >= b.length ? compatible(b, a) : compatible(a, b);
  if (fits) return other;
  return bounded(made(other, roll(2) ? a : a.map((n, i) => (i % 2 ? 1 : n))), other.bound);
}
const binary =
  (f: (a: Tensor, b: Tensor) => Tensor, bound: (a: number, b: number) => number): Op =>
  (hand) => {
    const second = partner(hand);
    return bounded(f(hand.x.t, second.t), bound(hand.x.bound, second.bound));
  };
const positive = (t: Tensor) => g.add(g.square(t), 0.6);

/** With rank of at least `rank`. */
function ranked(t: Tensor, rank: number): Tensor {
  return t.shape.length >= rank
    ? t
    : g.reshape(t, [...Array<number>(rank - t.shape.length).fill(1), ...t.shape]);
}
const axisOf = (t: Tensor, roll: Hand["roll"]) => roll(t.shape.length);
function axesOf(t: Tensor, roll: Hand["roll"]): number[] {
  const mask = 1 + roll((1 << t.shape.length) - 1);
  return [...t.shape.keys()].filter((axis) => (mask >> axis) % 2 === 1);
}
const reduced =
  (
    f: (t: Tensor, axes: number[], keepDims: boolean) => Tensor,
    bound: (b: number, n: number) => number,
    before: (x: Bounded) => Bounded = (x) => x,
  ): Op =>
  ({ x, roll }) => {
    const y = before(x);
    const t = ranked(y.t, 1);
    const out = f(t, axesOf(t, roll), roll(2) === 1);
    return bounded(out, bound(y.bound, g.sizeOf(t.shape) / g.sizeOf(out.shape)));
  };

/** [batch, channels, …spatial] of the same entries or some of them. */
function images(t: Tensor, roll: Hand["roll"]): Tensor {
  const rank = 3 + roll(2);
  if (t.shape.length === rank) return t;
  const size = g.sizeOf(t.shape);
  const channels = size % 2 === 0 ? 2 : 1;
  if (rank === 3) return g.reshape(t, [1, channels, size / channels]);
  const plane = size / channels;
  const height = [4, 3, 2, 1].find((n) => plane % n === 0)!;
  return g.reshape(t, [1, channels, height, plane / height]);
}
/** A window that fits, with pads below it. */
function windowOf(t: Tensor, roll: Hand["roll"]) {
  const spatial = t.shape.slice(2);
  const kernel = spatial.map((n) => 1 + roll(Math.min(n, 3)));
  const before = kernel.map((n) => (roll(2) ? 0 : Math.floor(n / 2)));
  const after = kernel.map((n) => (roll(3) ? 0 : Math.floor(n / 2)));
  return { kernel, strides: spatial.map(() => 1 + roll(2)), pads: [...before, ...after] };
}

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

const ops: Readonly<Record<string, Op>> = {
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

const opNames = Object.keys(ops);
export const opCount = opNames.length;
