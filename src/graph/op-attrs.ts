import type { DType, Data, Shape } from "./tensor.ts";

type None = Readonly<Record<string, never>>;

/** How far the window moves, how much zero it sees around the input, how it is spread, per spatial axis. */
export interface ConvAttrs {
  readonly strides: readonly number[];
  /** Zeros before and after each spatial axis: [before₀, before₁, …, after₀, after₁, …], as in ONNX. */
  readonly pads: readonly number[];
  readonly dilations: readonly number[];
  readonly groups: number;
}

export interface PoolAttrs {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  /** As in `ConvAttrs`. Max pooling pads with −∞, sum pooling with 0. */
  readonly pads: readonly number[];
}

export interface ReduceAttrs {
  /** Increasing, non-negative. */
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

/** Every op of the language with what it needs besides its inputs. Each has a builder in `ops/`, a rule in `rules/`, a lowering in `onnx/lower/`. */
export interface OpAttrs {
  // sources
  input: { readonly name: string };
  constant: { readonly data: Data };

  // elementwise, one input
  neg: None;
  abs: None;
  sign: None;
  exp: None;
  log: None;
  sqrt: None;
  tanh: None;
  sigmoid: None;
  softplus: None;
  relu: None;
  leakyRelu: { readonly alpha: number };
  elu: { readonly alpha: number };
  gelu: { readonly approximate: "none" | "tanh" };
  silu: None;
  erf: None;
  sin: None;
  cos: None;
  clip: { readonly min: number; readonly max: number };
  not: None;
  cast: { readonly to: DType };
  stopGradient: None;

  // elementwise, broadcasting as in NumPy
  add: None;
  sub: None;
  mul: None;
  div: None;
  pow: None;
  min: None;
  max: None;
  compare: { readonly relation: "less" | "lessEqual" | "greater" | "greaterEqual" | "equal" };
  and: None;
  or: None;
  where: None;

  // contractions
  matmul: None;
  conv: ConvAttrs;
  /** Transpose of `conv` in its input: (y, w) → x. */
  convInput: ConvAttrs & { readonly spatial: readonly number[] };
  /** Transpose of `conv` in its weight: (x, y) → w. */
  convWeight: ConvAttrs & { readonly kernel: readonly number[] };

  // pooling
  maxPool: PoolAttrs;
  /** Flat position, within one channel's plane, of the first maximum of each window (int64). */
  maxPoolIndices: PoolAttrs;
  sumPool: PoolAttrs;
  sumPoolTranspose: PoolAttrs & { readonly spatial: readonly number[] };

  // reductions
  sum: ReduceAttrs;
  reduceMax: ReduceAttrs;
  logSumExp: ReduceAttrs;
  softmax: { readonly axis: number };
  logSoftmax: { readonly axis: number };
  argMax: { readonly axis: number };

  // indexing
  /** x, indices → x with `axis` replaced by the axes of `indices`. */
  gather: { readonly axis: number };
  /** Transpose of `gather`: updates, indices → sums into an axis of `size`. */
  scatterAdd: { readonly axis: number; readonly size: number };
  /** out[…i…] = x[…indices[…i…]…] along `axis`; ranks equal. */
  gatherElements: { readonly axis: number };
  /** Transpose of `gatherElements`. */
  scatterElementsAdd: { readonly axis: number; readonly size: number };
  oneHot: { readonly depth: number; readonly dtype: DType };

  // movement
  reshape: { readonly shape: Shape };
  transpose: { readonly perm: readonly number[] };
  broadcastTo: { readonly shape: Shape };
  concat: { readonly axis: number };
  /** Python's slice with steps ≥ 1 and 0 ≤ start ≤ end ≤ size on every axis. */
  slice: {
    readonly starts: readonly number[];
    readonly ends: readonly number[];
    readonly steps: readonly number[];
  };
  /** Zeros around; `interior` zeros between neighbours on each axis. */
  pad: {
    readonly before: readonly number[];
    readonly after: readonly number[];
    readonly interior: readonly number[];
  };
  flip: { readonly axes: readonly number[] };
}

export type OpName = keyof OpAttrs;
