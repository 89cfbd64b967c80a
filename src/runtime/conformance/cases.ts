import type { OpName } from "../../graph/op-attrs.ts";
import * as g from "../../graph/ops/index.ts";
import type { DType, Shape, Tensor } from "../../graph/tensor.ts";

/** What fills an input: numbers around 0, positive ones, whole ones with ties, indices below a bound. */
export type Content = "any" | "positive" | "ties" | "bool" | { readonly below: number };

export interface Argument {
  readonly shape: Shape;
  readonly content?: Content;
  /** Default: the case's own. Indices are int32 unless said. */
  readonly dtype?: DType;
}

/** One use of an op: its arguments and what is computed of them. */
export interface Case {
  readonly args: readonly Argument[];
  readonly f: (...inputs: Tensor[]) => Tensor;
  /** Default: both floats. */
  readonly dtypes?: readonly DType[];
  readonly says?: string;
}

const floats: readonly DType[] = ["float32", "float64"];
const numbers: readonly DType[] = [...floats, "int32", "int64"];
const all: readonly DType[] = [...numbers, "bool"];

const any = (...shape: number[]): Argument => ({ shape });
const positive = (...shape: number[]): Argument => ({ shape, content: "positive" });
const ties = (...shape: number[]): Argument => ({ shape, content: "ties" });
const bool = (...shape: number[]): Argument => ({ shape, content: "bool", dtype: "bool" });
const index = (below: number, dtype: DType, ...shape: number[]): Argument => ({
  shape,
  content: { below },
  dtype,
});

const unary = (f: (x: Tensor) => Tensor, dtypes = floats): Case[] => [
  { args: [any(3, 17)], f, dtypes },
];
const binary = (f: (x: Tensor, y: Tensor) => Tensor, dtypes = numbers, argument = any): Case[] => [
  { args: [argument(3, 5), argument(3, 5)], f, dtypes },
  { args: [argument(4, 1, 5), argument(3, 1)], f, dtypes, says: "broadcast" },
  { args: [argument(2, 3), argument()], f, dtypes, says: "a scalar" },
  {
    args: [argument(2, 3), argument(3)],
    f: (x, y) => f(g.broadcastTo(y, [2, 3]), x),
    dtypes,
    says: "an expanded operand",
  },
];

const conv2 = { strides: [2, 1], pads: [1, 0, 2, 1], dilations: [1, 2], groups: 2 };
const conv1 = { strides: [2], pads: [1, 1], dilations: [1], groups: 1 };
const dense = { strides: [1, 1], pads: [1, 1, 1, 1], dilations: [1, 1], groups: 1 };
const pool2 = { kernel: [3, 2], strides: [2, 1], pads: [1, 0, 1, 1] };
const pool1 = { kernel: [3], strides: [2], pads: [1, 1] };
const tiles = { kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0] };

/** Every op at least once; the type checker holds the table complete. */
export const cases: Readonly<Record<Exclude<OpName, "input">, readonly Case[]>> = {
  constant: [
    {
      args: [any(3)],
      f: (x) => g.add(x, g.constant(g.toData([0.1, -0, 1e30], x.dtype), [3], x.dtype)),
    },
    {
      args: [any(40)],
      f: (x) => g.mul(x, g.arange(40, x.dtype)),
      dtypes: numbers,
      says: "a long one",
    },
  ],
  neg: unary(g.neg, numbers),
  abs: unary(g.abs, numbers),
  sign: unary(g.sign, numbers),
  exp: unary(g.exp),
  log: [{ args: [positive(3, 17)], f: g.log }],
  sqrt: [{ args: [positive(3, 17)], f: g.sqrt }],
  tanh: unary(g.tanh),
  sigmoid: unary(g.sigmoid),
  softplus: [
    ...unary(g.softplus),
    { args: [any(33)], f: (x) => g.softplus(g.mul(x, 20)), says: "far from 0" },
  ],
  relu: unary(g.relu),
  leakyRelu: unary((x) => g.leakyRelu(x, 0.1)),
  elu: unary((x) => g.elu(x, 0.7)),
  gelu: [...unary((x) => g.gelu(x)), ...unary((x) => g.gelu(x, "tanh"))],
  silu: unary(g.silu),
  erf: [...unary(g.erf), { args: [any(257)], f: (x) => g.erf(g.mul(x, 3.5)), says: "tails" }],
  sin: unary(g.sin),
  cos: unary(g.cos),
  clip: unary((x) => g.clip(x, -0.5, 1)),
  not: [{ args: [bool(7)], f: g.not, dtypes: ["bool"] }],
  cast: (["float32", "float64", "int32", "int64", "bool"] as const).map((to) => ({
    args: [{ shape: [9], content: "ties" } as const],
    f: (x: Tensor) => g.cast(x, to),
    dtypes: all,
    says: `to ${to}`,
  })),
  stopGradient: unary(g.stopGradient, all),
  add: binary(g.add),
  sub: binary(g.sub),
  mul: binary(g.mul),
  div: binary(g.div, floats, positive),
  pow: [
    ...binary(g.pow, floats, positive),
    { args: [any(9)], f: (x) => g.pow(x, 2), says: "a square" },
    { args: [any(9)], f: (x) => g.pow(x, 3), says: "a cube of a signed base" },
  ],
  min: binary(g.minimum),
  max: binary(g.maximum),
  compare: [g.less, g.lessEqual, g.greater, g.greaterEqual, g.equal].map((f) => ({
    args: [ties(4, 3), ties(3)],
    f,
    dtypes: all,
  })),
  and: binary(g.and, ["bool"], bool),
  or: binary(g.or, ["bool"], bool),
  where: [{ args: [bool(2, 3), any(3), any(2, 1)], f: (c, a, b) => g.where(c, a, b), dtypes: all }],
  matmul: [
    { args: [any(3, 5), any(5, 4)], f: g.matmul },
    { args: [any(5, 3), any(4, 5)], f: (a, b) => g.matmul(g.swapLast(a), g.swapLast(b)), says: "both transposed" }, // prettier-ignore
    { args: [any(3, 5), any(5, 4), any(4)], f: (a, b, c) => g.add(c, g.matmul(a, b)), says: "with a row" }, // prettier-ignore
    { args: [any(3, 5), any(5, 4), any(3, 1)], f: (a, b, c) => g.add(g.matmul(a, b), g.broadcastTo(c, [3, 4])), says: "with a column" }, // prettier-ignore
    { args: [any(3, 5), any(5, 4), any(1, 3, 4)], f: (a, b, c) => g.add(g.matmul(a, b), c), says: "with an addend of higher rank" }, // prettier-ignore
    { args: [any(5, 3), any(5, 4), any(3, 4)], f: (x, d, w) => g.sub(w, g.mul(0.25, g.matmul(g.swapLast(x), d))), says: "a gradient step" }, // prettier-ignore
    { args: [any(5, 3), any(5, 4), any(3, 4)], f: (x, d, w) => g.sub(w, g.mul(g.matmul(g.swapLast(x), d), 0.1)), says: "a gradient step whose rate is no float32" }, // prettier-ignore
    { args: [any(5, 3), any(5, 4), any(3, 4), any()], f: (x, d, w, eta) => g.sub(w, g.mul(g.broadcastTo(eta, [3, 4]), g.neg(g.matmul(g.swapLast(x), d)))), says: "a gradient step whose rate is an input" }, // prettier-ignore
    { args: [any(5, 3), any(5, 4), any(3, 1)], f: (x, d, c) => g.add(g.mul(c, g.matmul(g.swapLast(x), d)), c), says: "scaled by rows" }, // prettier-ignore
    { args: [any(3, 5), any(5, 4)], f: (a, b) => add3(g.matmul(a, b)), says: "used twice" },
    { args: [any(2, 3, 5), any(2, 5, 4)], f: g.matmul, says: "a batch" },
    { args: [any(3, 1, 2, 5), any(4, 5, 2)], f: g.matmul, says: "broadcast batches" },
    { args: [any(2, 3, 5), any(2, 4, 5)], f: (a, b) => g.matmul(a, g.swapLast(b)), says: "a batch transposed" }, // prettier-ignore
  ],
  conv: [
    { args: [any(2, 3, 7, 6), any(4, 3, 3, 3)], f: (x, w) => g.conv(x, w, dense) },
    { args: [any(2, 4, 7, 6), any(6, 2, 3, 2)], f: (x, w) => g.conv(x, w, conv2), says: "strided, padded, dilated, grouped" }, // prettier-ignore
    { args: [any(2, 3, 9), any(4, 3, 3)], f: (x, w) => g.conv(x, w, conv1), says: "one axis" },
  ],
  convInput: [
    { args: [any(2, 4, 7, 6), any(4, 3, 3, 3)], f: (y, w) => g.convInput(y, w, [7, 6], dense) },
    { args: [any(2, 6, 4, 5), any(6, 2, 3, 2)], f: (y, w) => g.convInput(y, w, [7, 6], conv2), says: "strided, padded, dilated, grouped" }, // prettier-ignore
    { args: [any(2, 4, 5), any(4, 3, 3)], f: (y, w) => g.convInput(y, w, [9], conv1), says: "one axis" }, // prettier-ignore
  ],
  convWeight: [
    { args: [any(2, 3, 7, 6), any(2, 4, 7, 6)], f: (x, y) => g.convWeight(x, y, [3, 3], dense) },
    { args: [any(2, 4, 7, 6), any(2, 6, 4, 5)], f: (x, y) => g.convWeight(x, y, [3, 2], conv2), says: "strided, padded, dilated, grouped" }, // prettier-ignore
    { args: [any(2, 3, 9), any(2, 4, 5)], f: (x, y) => g.convWeight(x, y, [3], conv1), says: "one axis" }, // prettier-ignore
  ],
  maxPool: [
    { args: [any(2, 3, 6, 8)], f: (x) => g.maxPool(x, 2) },
    { args: [ties(2, 3, 7, 6)], f: (x) => g.maxPool(x, pool2.kernel, pool2), says: "overlapping, padded" }, // prettier-ignore
    { args: [any(2, 3, 9)], f: (x) => g.maxPool(x, 3, pool1), says: "one axis" },
  ],
  maxPoolIndices: [
    { args: [ties(2, 3, 6, 8)], f: (x) => g.maxPoolIndices(x, tiles), says: "the first of ties" },
    { args: [ties(2, 3, 7, 6)], f: (x) => g.maxPoolIndices(x, pool2), says: "overlapping, padded" },
    { args: [ties(2, 3, 9)], f: (x) => g.maxPoolIndices(x, pool1), says: "one axis" },
  ],
  sumPool: [
    { args: [any(2, 3, 6, 8)], f: (x) => g.sumPool(x, tiles) },
    { args: [any(2, 3, 7, 6)], f: (x) => g.sumPool(x, pool2), says: "overlapping, padded" },
    { args: [any(2, 3, 9)], f: (x) => g.sumPool(x, pool1), says: "one axis" },
  ],
  sumPoolTranspose: [
    { args: [any(2, 3, 3, 4)], f: (y) => g.sumPoolTranspose(y, [6, 8], tiles) },
    { args: [any(2, 3, 4, 6)], f: (y) => g.sumPoolTranspose(y, [7, 6], pool2), says: "overlapping, padded" }, // prettier-ignore
    { args: [any(2, 3, 5)], f: (y) => g.sumPoolTranspose(y, [9], pool1), says: "one axis" },
  ],
  sum: [
    { args: [any(3, 4, 5)], f: (x) => g.sum(x), dtypes: numbers },
    { args: [any(3, 4, 5)], f: (x) => g.sum(x, [0, 2]), dtypes: numbers },
    { args: [any(3, 4, 5)], f: (x) => g.sum(x, 1, { keepDims: true }), dtypes: numbers },
    { args: [any(3, 0)], f: (x) => g.sum(x, 1), says: "of nothing" },
  ],
  reduceMax: [
    { args: [any(3, 4, 5)], f: (x) => g.reduceMax(x, [0, 2]), dtypes: numbers },
    { args: [any(3, 4)], f: (x) => g.reduceMax(x, 1, { keepDims: true }), dtypes: all },
  ],
  logSumExp: [
    { args: [any(3, 4, 5)], f: (x) => g.logSumExp(x, [0, 2]) },
    { args: [any(3, 4)], f: (x) => g.logSumExp(g.mul(x, 600), 1, { keepDims: true }), says: "without overflow" }, // prettier-ignore
  ],
  softmax: [
    { args: [any(3, 4, 5)], f: (x) => g.softmax(x, 1) },
    { args: [any(3, 5)], f: (x) => g.softmax(g.mul(x, 600)), says: "without overflow" },
  ],
  logSoftmax: [
    { args: [any(3, 4, 5)], f: (x) => g.logSoftmax(x, 1) },
    { args: [any(3, 5)], f: (x) => g.logSoftmax(g.mul(x, 600)), says: "without overflow" },
  ],
  argMax: [{ args: [ties(3, 9, 5)], f: (x) => g.argMax(x, 1), dtypes: numbers, says: "the first of ties" }], // prettier-ignore
  gather: (["int32", "int64"] as const).flatMap((dtype) => [
    { args: [any(5, 4), index(5, dtype, 2, 3)], f: (x: Tensor, i: Tensor) => g.gather(x, i), dtypes: all }, // prettier-ignore
    { args: [any(3, 5, 4), index(5, dtype, 7)], f: (x: Tensor, i: Tensor) => g.gather(x, i, 1), dtypes: all }, // prettier-ignore
  ]),
  scatterAdd: (["int32", "int64"] as const).flatMap((dtype) => [
    { args: [any(2, 3, 4), index(5, dtype, 2, 3)], f: (u: Tensor, i: Tensor) => g.scatterAdd(u, i, 0, 5) }, // prettier-ignore
    { args: [any(3, 7, 4), index(5, dtype, 7)], f: (u: Tensor, i: Tensor) => g.scatterAdd(u, i, 1, 5) }, // prettier-ignore
  ]),
  gatherElements: (["int32", "int64"] as const).map((dtype) => ({
    args: [any(3, 5, 4), index(5, dtype, 3, 2, 4)],
    f: (x: Tensor, i: Tensor) => g.gatherElements(x, i, 1),
    dtypes: all,
  })),
  scatterElementsAdd: (["int32", "int64"] as const).map((dtype) => ({
    args: [any(3, 6, 4), index(5, dtype, 3, 6, 4)],
    f: (u: Tensor, i: Tensor) => g.scatterElementsAdd(u, i, 1, 5),
  })),
  oneHot: (["int32", "int64"] as const).flatMap((dtype) =>
    numbers.map((to) => ({
      args: [index(5, dtype, 2, 3)],
      f: (i: Tensor) => g.oneHot(i, 5, to),
      dtypes: ["float32"] as const,
      says: `of ${to}`,
    })),
  ),
  reshape: [
    { args: [any(3, 4)], f: (x) => g.reshape(x, [2, 1, 6]), dtypes: all },
    { args: [any(1, 1)], f: (x) => g.reshape(x, []), dtypes: all, says: "to a scalar" },
    { args: [any(3, 0)], f: (x) => g.reshape(x, [0, 2]), dtypes: all, says: "of nothing" },
  ],
  transpose: [{ args: [any(2, 3, 4)], f: (x) => g.transpose(x, [2, 0, 1]), dtypes: all }],
  broadcastTo: [
    { args: [any(3, 1)], f: (x) => g.broadcastTo(x, [2, 3, 4]), dtypes: all },
    { args: [any()], f: (x) => g.broadcastTo(x, [2, 3]), dtypes: all, says: "a scalar" },
  ],
  concat: [{ args: [any(2, 3), any(2, 1), any(2, 4)], f: (...xs) => g.concat(xs, 1), dtypes: all }],
  slice: [
    { args: [any(5, 7)], f: (x) => g.slice(x, [1, 0], [4, 7], [1, 3]), dtypes: all },
    { args: [any(5, 7)], f: (x) => g.slice(x, [2, 0], [2, 7]), dtypes: all, says: "nothing" },
  ],
  pad: [
    { args: [any(2, 3)], f: (x) => g.pad(x, [1, 0], [0, 2]), dtypes: all },
    { args: [any(2, 3)], f: (x) => g.pad(x, [1, 0], [0, 2], [0, 2]), dtypes: all, says: "between" },
    { args: [any(3, 4)], f: (x) => g.pad(x, [0, 0], [0, 0], [2, 1]), dtypes: all, says: "between alone" }, // prettier-ignore
    { args: [any(0, 2)], f: (x) => g.pad(x, [1, 1], [2, 0], [3, 1]), dtypes: all, says: "nothing" },
  ],
  flip: [
    { args: [any(3, 4)], f: (x) => g.flip(x, [1]), dtypes: all },
    { args: [any(3, 4, 2)], f: (x) => g.flip(x, [0, 2]), dtypes: all },
  ],
};

function add3(x: Tensor): Tensor {
  return g.add(x, g.mul(x, 2));
}
