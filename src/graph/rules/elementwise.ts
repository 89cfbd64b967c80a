import type { OpName } from "../op-attrs.ts";
import type { Node, Tensor } from "../tensor.ts";
import { node } from "../tensor.ts";
import {
  add,
  and,
  broadcastShapes,
  broadcastTo,
  cast,
  constantValue,
  cos,
  div,
  equal,
  exp,
  filled,
  greater,
  greaterEqual,
  less,
  lessEqual,
  log,
  mul,
  neg,
  pow,
  sigmoid,
  sign,
  sin,
  square,
  sub,
  sumTo,
  tanh,
  where,
  scalar,
} from "../ops/index.ts";
import { alignLeading, noDerivative, type Rule, type Rules } from "./rule.ts";

/** One input, same shape: the batch rule is the op itself. */
function batchUnary<K extends OpName>(t: Node<K>, [x]: readonly Tensor[]): Tensor {
  return node(t.op, [x], t.attrs, x.shape, t.dtype);
}

/** A unary op by its derivative f′, an expression of the input and the output. */
function unary<K extends OpName>(
  derivative: (x: Tensor, y: Tensor, attrs: Node<K>["attrs"]) => Tensor,
): Rule<K> {
  const slope = (t: Node<K>) => derivative(t.inputs[0], t, t.attrs);
  return {
    jvp: (t, [dx]) => mul(dx!, slope(t)),
    vjp: (t, ct) => [mul(ct, slope(t))],
    batch: batchUnary,
  };
}

/** A unary op that is its own derivative's shape: linear, applied to tangent and cotangent alike. */
function linearUnary<K extends OpName>(
  forward: (x: Tensor) => Tensor,
  backward: (ct: Tensor, t: Node<K>) => Tensor,
): Rule<K> {
  return {
    jvp: (_, [dx]) => forward(dx!),
    vjp: (t, ct) => [backward(ct, t)],
    batch: batchUnary,
  };
}

/** 1 where the condition holds, 0 elsewhere, to multiply with. */
const indicator = (condition: Tensor, like: Tensor) => cast(condition, like.dtype);

const TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);
const INV_SQRT_2PI = 1 / Math.sqrt(2 * Math.PI);

/** φ(x), the standard normal density. */
const normalDensity = (x: Tensor) => mul(exp(mul(square(x), -0.5)), INV_SQRT_2PI);

const geluSlope = (x: Tensor, approximate: "none" | "tanh") => {
  if (approximate === "none") {
    const erfNode = node("erf", [mul(x, Math.SQRT1_2)], {}, x.shape, x.dtype);
    return add(mul(add(erfNode, 1), 0.5), mul(x, normalDensity(x)));
  }
  // y = x(1 + tanh u)/2 with u = c(x + ax³)
  const [c, a] = [Math.sqrt(2 / Math.PI), 0.044715];
  const th = tanh(mul(mul(x, add(mul(square(x), a), 1)), c));
  const du = mul(add(mul(square(x), 3 * a), 1), c);
  return mul(add(add(th, 1), mul(mul(x, sub(1, square(th))), du)), 0.5);
};

/** Broadcasting op in which batched operands get ones until their ranks agree. */
function batchBroadcast<K extends OpName>(
  t: Node<K>,
  inputs: readonly Tensor[],
  batched: readonly boolean[],
): Tensor {
  const aligned = inputs.map((x, i) => (batched[i] ? alignLeading(x, t.shape.length) : x));
  const shape = broadcastShapes(t.op, ...aligned.map((x) => x.shape));
  return node(t.op, aligned, t.attrs, shape, t.dtype);
}

/** A binary op by its two partial derivatives, each taken only where it is needed. */
function binary<K extends OpName>(
  partialA: (a: Tensor, b: Tensor, y: Tensor) => Tensor,
  partialB: (a: Tensor, b: Tensor, y: Tensor) => Tensor,
): Rule<K> {
  return {
    jvp(t, [da, db]) {
      const [a, b] = t.inputs as [Tensor, Tensor];
      const fromA = da && mul(da, partialA(a, b, t));
      const fromB = db && mul(db, partialB(a, b, t));
      return toShape(fromA && fromB ? add(fromA, fromB) : (fromA ?? fromB), t);
    },
    vjp(t, ct, [wantA, wantB]) {
      const [a, b] = t.inputs as [Tensor, Tensor];
      return [
        wantA ? sumTo(mul(ct, partialA(a, b, t)), a.shape) : undefined,
        wantB ? sumTo(mul(ct, partialB(a, b, t)), b.shape) : undefined,
      ];
    },
    batch: batchBroadcast,
  };
}

const toShape = (x: Tensor | undefined, t: Tensor) => x && broadcastTo(x, t.shape);

/** Half where equal, else all or nothing: PyTorch's derivative of `maximum` and `minimum`. */
const share = (wins: Tensor, ties: Tensor, like: Tensor) =>
  add(indicator(wins, like), mul(indicator(ties, like), 0.5));

export const elementwiseRules = {
  neg: linearUnary(neg, (ct) => neg(ct)),
  abs: unary((x) => sign(x)),
  sign: { ...noDerivative, batch: batchUnary },
  exp: unary((_, y) => y),
  log: {
    ...unary<"log">((x) => div(1, x)),
    jvp: (t, [dx]) => div(dx!, t.inputs[0]),
    vjp: (t, ct) => [div(ct, t.inputs[0])],
  },
  sqrt: unary((_, y) => div(0.5, y)),
  tanh: unary((_, y) => sub(1, square(y))),
  sigmoid: unary((_, y) => mul(y, sub(1, y))),
  softplus: unary((x) => sigmoid(x)),
  relu: unary((x) => indicator(greater(x, 0), x)),
  leakyRelu: unary((x, _, { alpha }) =>
    where(greater(x, 0), scalar(1, x.dtype), scalar(alpha, x.dtype)),
  ),
  elu: unary((x, y, { alpha }) => where(greater(x, 0), scalar(1, x.dtype), add(y, alpha))),
  gelu: unary((x, _, { approximate }) => geluSlope(x, approximate)),
  silu: unary((x, y) => {
    const s = sigmoid(x);
    return add(s, mul(y, sub(1, s)));
  }),
  erf: unary((x) => mul(exp(neg(square(x))), TWO_OVER_SQRT_PI)),
  sin: unary((x) => cos(x)),
  cos: unary((x) => neg(sin(x))),
  clip: unary((x, _, { min, max }) => indicator(and(greaterEqual(x, min), lessEqual(x, max)), x)),
  not: { ...noDerivative, batch: batchUnary },
  cast: {
    jvp: (t, [dx]) =>
      t.dtype === "float32" || t.dtype === "float64" ? cast(dx!, t.dtype) : undefined,
    vjp: (t, ct) => [cast(ct, t.inputs[0].dtype)],
    batch: batchUnary,
  },
  stopGradient: { ...noDerivative, batch: batchUnary },

  add: {
    jvp: (t, [da, db]) => toShape(da && db ? add(da, db) : (da ?? db), t),
    vjp: (t, ct) => t.inputs.map((x) => sumTo(ct, x.shape)),
    batch: batchBroadcast,
  },
  sub: {
    jvp: (t, [da, db]) => toShape(da && db ? sub(da, db) : (da ?? neg(db!)), t),
    vjp: (t, ct, [, wantB]) => [
      sumTo(ct, t.inputs[0].shape),
      wantB ? neg(sumTo(ct, t.inputs[1].shape)) : undefined,
    ],
    batch: batchBroadcast,
  },
  mul: binary(
    (_, b) => b,
    (a) => a,
  ),
  div: {
    jvp(t, [da, db]) {
      const b = t.inputs[1];
      const moved = db && mul(t, db);
      return toShape(div(da && moved ? sub(da, moved) : (da ?? neg(moved!)), b), t);
    },
    vjp(t, ct, [, wantB]) {
      const [a, b] = t.inputs as [Tensor, Tensor];
      const scaled = div(ct, b);
      return [sumTo(scaled, a.shape), wantB ? neg(sumTo(mul(scaled, t), b.shape)) : undefined];
    },
    batch: batchBroadcast,
  },
  pow: binary(powSlope, (a, _, y) => mul(y, log(a))),
  min: binary(
    (a, b) => share(less(a, b), equal(a, b), a),
    (a, b) => share(less(b, a), equal(a, b), a),
  ),
  max: binary(
    (a, b) => share(greater(a, b), equal(a, b), a),
    (a, b) => share(greater(b, a), equal(a, b), a),
  ),
  compare: { ...noDerivative, batch: batchBroadcast },
  and: { ...noDerivative, batch: batchBroadcast },
  or: { ...noDerivative, batch: batchBroadcast },
  where: {
    jvp(t, [, da, db]) {
      const zero = filled(0, [], t.dtype);
      return toShape(where(t.inputs[0], da ?? zero, db ?? zero), t);
    },
    vjp(t, ct) {
      const [condition, a, b] = t.inputs as [Tensor, Tensor, Tensor];
      return [
        undefined,
        sumTo(where(condition, ct, 0), a.shape),
        sumTo(where(condition, 0, ct), b.shape),
      ];
    },
    batch: batchBroadcast,
  },
} satisfies Partial<Rules>;

/** b·aᵇ⁻¹, with the exponent lowered as a number where it is one: 0·a⁻¹ at a = 0 must be 0. */
function powSlope(a: Tensor, b: Tensor): Tensor {
  const exponent = constantValue(b);
  if (exponent === undefined) return mul(b, pow(a, sub(b, 1)));
  if (exponent === 0) return filled(0, a.shape, a.dtype);
  if (exponent === 1) return filled(1, a.shape, a.dtype);
  return exponent === 2 ? mul(a, 2) : mul(pow(a, exponent - 1), exponent);
}
