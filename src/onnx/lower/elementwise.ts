import { constantValue } from "../../graph/ops/constant.ts";
import type { OpAttrs } from "../../graph/op-attrs.ts";
import { elementTypes } from "../model.ts";
import { unexpanded } from "./broadcast.ts";
import type { Emitter, Lower, Lowerings } from "./context.ts";
import { elu64, erf64, gelu, leakyRelu64, softplus64 } from "./special.ts";

const unary =
  (opType: string) =>
  (_t: unknown, [x]: readonly string[], e: Emitter): string =>
    e.op(opType, [x]);

type Binary = "sub" | "mul" | "div" | "min" | "max" | "and" | "or";
const binary =
  <K extends Binary>(opType: string): Lower<K> =>
  (t, _inputs, e) =>
    e.op(opType, unexpanded(t, e));

const relations: Record<OpAttrs["compare"]["relation"], string> = {
  less: "Less",
  lessEqual: "LessOrEqual",
  greater: "Greater",
  greaterEqual: "GreaterOrEqual",
  equal: "Equal",
};

export const elementwiseLowerings = {
  neg: unary("Neg"),
  abs: unary("Abs"),
  sign: unary("Sign"),
  exp: unary("Exp"),
  log: unary("Log"),
  sqrt: unary("Sqrt"),
  tanh: unary("Tanh"),
  sigmoid: unary("Sigmoid"),
  relu: unary("Relu"),
  sin: unary("Sin"),
  cos: unary("Cos"),
  not: unary("Not"),
  stopGradient: unary("Identity"),
  silu: (_t, [x], e) => e.op("Mul", [x, e.op("Sigmoid", [x])]),
  erf: (t, [x], e) => (t.dtype === "float64" ? erf64(x, e) : e.op("Erf", [x])),
  softplus: (t, [x], e) => (t.dtype === "float64" ? softplus64(x, e) : e.op("Softplus", [x])),
  leakyRelu: (t, [x], e) =>
    t.dtype === "float64"
      ? leakyRelu64(x, t.attrs.alpha, e)
      : e.op("LeakyRelu", [x], { alpha: { float: t.attrs.alpha } }),
  elu: (t, [x], e) =>
    t.dtype === "float64"
      ? elu64(x, t.attrs.alpha, e)
      : e.op("Elu", [x], { alpha: { float: t.attrs.alpha } }),
  gelu: (t, [x], e) => gelu(x, t.attrs.approximate, t.dtype, e),
  clip: (t, [x], e) => e.op("Clip", [x, e.scalar(t.attrs.min, t.dtype), e.scalar(t.attrs.max, t.dtype)]), // prettier-ignore
  cast: (t, [x], e) => e.op("Cast", [x], { to: { int: elementTypes[t.attrs.to] } }),

  sub: binary("Sub"),
  mul: binary("Mul"),
  div: binary("Div"),
  min: binary("Min"),
  max: binary("Max"),
  and: binary("And"),
  or: binary("Or"),
  pow: (t, _inputs, e) => {
    const [x, y] = unexpanded(t, e);
    const exponent = constantValue(t.inputs[1]);
    const scalar = t.inputs[1].shape.length === 0 || t.inputs[1].op === "broadcastTo";
    if (exponent === 2 && scalar && sameSize(t.inputs[0].shape, t.shape))
      return e.op("Mul", [x, x]);
    return e.op("Pow", [x, y]);
  },
  compare: (t, _inputs, e) => {
    const names = unexpanded(t, e);
    const { relation } = t.attrs;
    if (t.inputs[0].dtype !== "bool" || relation === "equal")
      return e.op(relations[relation], names);
    const to = { to: { int: elementTypes.int32 } };
    return e.op(
      relations[relation],
      names.map((name) => e.op("Cast", [name], to)),
    );
  },
  where: (t, _inputs, e) => {
    const [condition, a, b] = unexpanded(t, e);
    if (t.dtype !== "bool") return e.op("Where", [condition, a, b]);
    const otherwise = e.op("And", [e.op("Not", [condition]), b]);
    return e.op("Or", [e.op("And", [condition, a]), otherwise]);
  },
} satisfies Partial<Lowerings<keyof OpAttrs>>;

function sameSize(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}
