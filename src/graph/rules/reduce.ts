import type { Node, Tensor } from "../tensor.ts";
import {
  argMax,
  broadcastTo,
  cast,
  div,
  equal,
  exp,
  logSoftmax,
  logSumExp,
  mul,
  reduceMax,
  reshape,
  softmax,
  sub,
  sum,
} from "../ops/index.ts";
import { noDerivative, type Rule, type Rules } from "./rule.ts";

type Reduction = Node<"sum" | "reduceMax" | "logSumExp">;

/** The shape of the result if the reduced axes had been kept, so that it broadcasts against the input. */
function keptShape(t: Reduction): number[] {
  return t.inputs[0].shape.map((size, axis) => (t.attrs.axes.includes(axis) ? 1 : size));
}

const kept = (x: Tensor, t: Reduction) => reshape(x, keptShape(t));

/** A reduction whose derivative is Σ weight·dx over the same axes. */
function weighted<K extends "reduceMax" | "logSumExp">(
  weights: (t: Node<K>) => Tensor,
  again: (x: Tensor, axes: readonly number[], keepDims: boolean) => Tensor,
): Rule<K> {
  return {
    jvp: (t, [dx]) => sum(mul(dx!, weights(t)), t.attrs.axes, { keepDims: t.attrs.keepDims }),
    vjp: (t, ct) => [mul(kept(ct, t), weights(t))],
    batch: (t, [x]) =>
      again(
        x,
        t.attrs.axes.map((axis) => axis + 1),
        t.attrs.keepDims,
      ),
  };
}

/** Equal maxima share: (x = max) / their number. */
function maxShares(t: Node<"reduceMax">): Tensor {
  const x = t.inputs[0];
  const hits = cast(equal(x, kept(t, t)), x.dtype);
  return div(hits, sum(hits, t.attrs.axes, { keepDims: true }));
}

const shiftAxis = <K extends "softmax" | "logSoftmax" | "argMax">(t: Node<K>) => t.attrs.axis + 1;

export const reduceRules = {
  sum: {
    jvp: (t, [dx]) => sum(dx!, t.attrs.axes, { keepDims: t.attrs.keepDims }),
    vjp: (t, ct) => [broadcastTo(kept(ct, t), t.inputs[0].shape)],
    batch: (t, [x]) =>
      sum(
        x,
        t.attrs.axes.map((axis) => axis + 1),
        { keepDims: t.attrs.keepDims },
      ),
  },
  reduceMax: weighted(maxShares, (x, axes, keepDims) => reduceMax(x, axes, { keepDims })),
  logSumExp: weighted(
    (t) => exp(sub(t.inputs[0], kept(t, t))),
    (x, axes, keepDims) => logSumExp(x, axes, { keepDims }),
  ),
  softmax: {
    jvp: (t, [dx]) => softmaxProduct(t, dx!),
    vjp: (t, ct) => [softmaxProduct(t, ct)],
    batch: (t, [x]) => softmax(x, shiftAxis(t)),
  },
  logSoftmax: {
    jvp: (t, [dx]) => sub(dx!, sum(mul(exp(t), dx!), t.attrs.axis, { keepDims: true })),
    vjp: (t, ct) => [sub(ct, mul(exp(t), sum(ct, t.attrs.axis, { keepDims: true })))],
    batch: (t, [x]) => logSoftmax(x, shiftAxis(t)),
  },
  argMax: { ...noDerivative, batch: (t, [x]) => argMax(x, shiftAxis(t)) },
} satisfies Partial<Rules>;

/** (diag y − yyᵀ)·v; symmetric, so it serves both directions. */
function softmaxProduct(t: Node<"softmax">, v: Tensor): Tensor {
  return mul(t, sub(v, sum(mul(t, v), t.attrs.axis, { keepDims: true })));
}
