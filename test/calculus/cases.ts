import type { Tensor } from "../../src/graph/index.ts";
import * as g from "../../src/graph/index.ts";

/** Where an argument's entries are drawn: uniformly in an interval, or integers below a bound. */
export type Draw =
  | { readonly kind: "float"; readonly low: number; readonly high: number }
  | { readonly kind: "index"; readonly below: number };

export interface Case {
  readonly name: string;
  readonly args: readonly { readonly shape: readonly number[]; readonly draw: Draw }[];
  readonly f: (...args: Tensor[]) => Tensor;
  /** Distance from kinks is the case's business: `low`/`high` keep draws away from them. */
  readonly linear?: boolean;
}

const wide: Draw = { kind: "float", low: -2, high: 2 };
const positive: Draw = { kind: "float", low: 0.3, high: 2.5 };
const away: Draw = { kind: "float", low: 0.2, high: 2 };

const arg = (shape: readonly number[], draw: Draw = wide) => ({ shape, draw });
const indices = (shape: readonly number[], below: number) => ({
  shape,
  draw: { kind: "index", below } as const,
});

const unary = (name: string, f: (x: Tensor) => Tensor, draw: Draw = wide): Case => ({
  name,
  args: [arg([3, 4], draw)],
  f,
});
const binary = (
  name: string,
  f: (a: Tensor, b: Tensor) => Tensor,
  a: Draw = wide,
  b: Draw = wide,
): Case[] =>
  (
    [
      [
        [3, 4],
        [3, 4],
      ],
      [[3, 4], [4]],
      [
        [2, 1, 4],
        [3, 1],
      ],
      [[], [2, 3]],
    ] as const
  ).map(([sa, sb]) => ({
    name: `${name} [${sa.join()}] [${sb.join()}]`,
    args: [arg(sa, a), arg(sb, b)],
    f,
  }));

/** Shifted by 3 in checkerboard fashion, so that no two entries of a window or pair are near each other. */
const spread = (x: Tensor): Tensor => {
  const size = g.sizeOf(x.shape);
  const offsets = Float64Array.from({ length: size }, (_, i) => ((i * 7) % size) * 0.9);
  return g.add(g.mul(x, 0.1), g.constant(offsets, x.shape));
};

/** Entries on both sides of zero, none within 0.2 of it. */
const bothSides = (x: Tensor): Tensor => {
  const size = g.sizeOf(x.shape);
  const signs = Float64Array.from({ length: size }, (_, i) => (i % 2 === 0 ? 1 : -1));
  return g.mul(x, g.constant(signs, x.shape));
};

export const cases: readonly Case[] = [
  unary("neg", g.neg),
  unary("abs", (x) => g.abs(bothSides(x)), away),
  unary("sign", (x) => g.mul(x, g.sign(bothSides(x))), away),
  unary("exp", g.exp),
  unary("log", g.log, positive),
  unary("sqrt", g.sqrt, positive),
  unary("tanh", g.tanh),
  unary("sigmoid", g.sigmoid),
  unary("softplus", g.softplus),
  unary("relu", (x) => g.relu(bothSides(x)), away),
  unary("relu squared", (x) => g.square(g.relu(bothSides(x))), away),
  unary("leakyRelu", (x) => g.square(g.leakyRelu(bothSides(x), 0.1)), away),
  unary("elu", (x) => g.elu(bothSides(x), 0.7), away),
  unary("gelu", (x) => g.gelu(x)),
  unary("gelu tanh", (x) => g.gelu(x, "tanh")),
  unary("silu", g.silu),
  unary("erf", g.erf),
  unary("sin", g.sin),
  unary("cos", g.cos),
  unary("clip", (x) => g.square(g.clip(bothSides(x), -1, 1)), {
    kind: "float",
    low: 0.2,
    high: 0.9,
  }),
  unary("clip outside", (x) => g.square(g.clip(bothSides(x), -1, 1)), {
    kind: "float",
    low: 1.1,
    high: 2,
  }),
  unary("cast there and back", (x) => g.cast(g.cast(x, "float64"), "float64")),
  ...binary("add", g.add),
  ...binary("sub", g.sub),
  ...binary("mul", g.mul),
  ...binary("div", g.div, wide, positive),
  ...binary("pow", g.pow, positive),
  unary("pow 3", (x) => g.pow(x, 3)),
  unary("pow 2", (x) => g.pow(x, 2)),
  unary("pow −0.5", (x) => g.pow(x, -0.5), positive),
  unary("min", (x) => g.square(g.minimum(bothSides(x), 0)), away),
  unary("max", (x) => g.square(g.maximum(bothSides(x), 0)), away),
  ...binary("where", (a, b) =>
    g.where(g.greater(g.add(g.mul(a, 0), g.mul(b, 0)), -1), g.mul(a, b), a),
  ),
  {
    name: "where, not, and, or",
    args: [arg([3, 4], away), arg([3, 4], away)],
    f: (a, b) => {
      const up = g.greater(bothSides(a), 0);
      const pick = g.or(g.and(up, g.not(g.less(b, 0))), g.equal(a, b));
      return g.where(pick, g.square(a), g.exp(b));
    },
  },
  ...(
    [
      [
        [3, 4],
        [4, 2],
      ],
      [
        [2, 3, 4],
        [4, 5],
      ],
      [
        [3, 4],
        [2, 4, 2],
      ],
      [
        [2, 3, 4],
        [2, 4, 2],
      ],
      [
        [2, 1, 3, 4],
        [3, 4, 2],
      ],
    ] as const
  ).map(([a, b]): Case => ({
    name: `matmul [${a.join()}] [${b.join()}]`,
    args: [arg(a), arg(b)],
    f: g.matmul,
  })),
  { name: "matmul of itself", args: [arg([3, 3])], f: (x) => g.matmul(x, g.swapLast(x)) },
  unary("sum", (x) => g.square(g.sum(x))),
  unary("sum axis", (x) => g.square(g.sum(x, 0))),
  unary("sum keepDims", (x) => g.mul(g.sum(x, [1], { keepDims: true }), x)),
  unary("mean", (x) => g.exp(g.mean(x, -1))),
  unary("variance", (x) => g.variance(x, 1)),
  unary("reduceMax", (x) => g.square(g.reduceMax(spread(x), 1))),
  unary("reduceMax keepDims", (x) => g.mul(g.reduceMax(spread(x), [0, 1], { keepDims: true }), x)),
  unary("logSumExp", (x) => g.logSumExp(x, 1)),
  unary("logSumExp all", (x) => g.logSumExp(x)),
  unary("softmax", (x) => g.softmax(x, 1)),
  unary("softmax first axis", (x) => g.softmax(x, 0)),
  unary("logSoftmax", (x) => g.logSoftmax(x, -1)),
  unary("argMax picks", (x) =>
    g.mul(x, g.cast(g.reshape(g.argMax(spread(x), 1), [3, 1]), "float64")),
  ),
  unary("reshape", (x) => g.square(g.reshape(x, [2, -1]))),
  unary("transpose", (x) => g.square(g.transpose(g.reshape(x, [3, 2, 2]), [2, 0, 1]))),
  unary("broadcastTo", (x) => g.square(g.broadcastTo(g.reshape(x, [3, 1, 4]), [2, 3, 5, 4]))),
  unary("slice", (x) => g.square(g.slice(x, [1, 0], [3, 4], [1, 3]))),
  unary("slice to the edge", (x) => g.square(g.slice(x, [0, 1], [3, 4], [2, 2]))),
  unary("pad", (x) => g.square(g.pad(x, [1, 0], [0, 2], [0, 1]))),
  unary("flip", (x) => g.mul(g.flip(x, [1]), x)),
  unary("split", (x) => g.mul(...(g.split(x, [2, 2], 1) as [Tensor, Tensor]))),
  {
    name: "concat",
    args: [arg([2, 3]), arg([1, 3])],
    f: (a, b) => g.square(g.concat([a, b, a], 0)),
  },
  { name: "gather", args: [arg([5, 3]), indices([4], 5)], f: (x, i) => g.square(g.gather(x, i)) },
  {
    name: "gather axis 1, matrix of indices",
    args: [arg([2, 5, 3]), indices([2, 2], 5)],
    f: (x, i) => g.square(g.gather(x, i, 1)),
  },
  {
    name: "scatterAdd",
    args: [arg([4, 3]), indices([4], 3)],
    f: (x, i) => g.square(g.scatterAdd(x, i, 0, 3)),
  },
  {
    name: "gatherElements",
    args: [arg([3, 5]), indices([3, 2], 5)],
    f: (x, i) => g.square(g.gatherElements(x, i, 1)),
  },
  {
    name: "scatterElementsAdd",
    args: [arg([3, 4]), indices([3, 4], 5)],
    f: (x, i) => g.square(g.scatterElementsAdd(x, i, 1, 5)),
  },
  {
    name: "oneHot",
    args: [arg([4, 3]), indices([4], 3)],
    f: (x, i) => g.mul(g.exp(x), g.oneHot(i, 3, "float64")),
  },
  {
    name: "conv 2-D",
    args: [arg([2, 2, 5, 4]), arg([3, 2, 3, 2])],
    f: (x, w) => g.conv(x, w, { pads: 1 }),
  },
  {
    name: "conv 2-D stride, dilation, asymmetric pads",
    args: [arg([1, 2, 7, 6]), arg([2, 2, 2, 3])],
    f: (x, w) => g.conv(x, w, { strides: [2, 1], dilations: [2, 1], pads: [1, 0, 0, 2] }),
  },
  {
    name: "conv 2-D groups",
    args: [arg([2, 4, 4, 4]), arg([6, 2, 3, 3])],
    f: (x, w) => g.conv(x, w, { groups: 2, pads: 1, strides: 2 }),
  },
  {
    name: "conv 1-D",
    args: [arg([2, 3, 7]), arg([2, 3, 3])],
    f: (x, w) => g.conv(x, w, { strides: 2, pads: [0, 1] }),
  },
  {
    name: "conv applied twice",
    args: [arg([1, 2, 4, 4]), arg([2, 2, 3, 3])],
    f: (x, w) => g.conv(g.tanh(g.conv(x, w, { pads: 1 })), w),
  },
  { name: "maxPool tiles", args: [arg([2, 2, 4, 4])], f: (x) => g.square(g.maxPool(spread(x), 2)) },
  {
    name: "maxPool overlapping, padded",
    args: [arg([1, 2, 5, 5])],
    f: (x) => g.square(g.maxPool(spread(x), 3, { strides: 2, pads: 1 })),
  },
  {
    name: "maxPool 1-D",
    args: [arg([2, 2, 7])],
    f: (x) => g.square(g.maxPool(spread(x), 2, { strides: 3 })),
  },
  { name: "avgPool tiles", args: [arg([2, 2, 4, 4])], f: (x) => g.square(g.avgPool(x, 2)) },
  {
    name: "avgPool overlapping, padded",
    args: [arg([1, 2, 5, 5])],
    f: (x) => g.square(g.avgPool(x, 3, { strides: 2, pads: 1 })),
  },
  {
    name: "avgPool without padding in the count",
    args: [arg([1, 1, 5, 5])],
    f: (x) => g.square(g.avgPool(x, 3, { strides: 2, pads: 1, countIncludePad: false })),
  },
  {
    name: "global pooling",
    args: [arg([2, 3, 3, 3])],
    f: (x) => g.mul(g.globalAvgPool(x), g.globalMaxPool(spread(x))),
  },
  {
    name: "layer norm",
    args: [arg([3, 5]), arg([5]), arg([5])],
    f: (x, scale, shift) => {
      const centred = g.sub(x, g.mean(x, 1, { keepDims: true }));
      const sigma2 = g.mean(g.square(centred), 1, { keepDims: true });
      return g.add(g.mul(g.div(centred, g.sqrt(g.add(sigma2, 1e-5))), scale), shift);
    },
  },
  {
    name: "batch norm, batch statistics",
    args: [arg([4, 2, 3]), arg([2, 1])],
    f: (x, scale) => {
      const centred = g.sub(x, g.mean(x, [0, 2], { keepDims: true }));
      const sigma2 = g.variance(x, [0, 2], { keepDims: true });
      return g.mul(g.div(centred, g.sqrt(g.add(sigma2, 1e-5))), scale);
    },
  },
];
