import type { OpAttrs, OpName } from "../op-attrs.ts";
import { describe, type DType, isFloat, node, type Shape, type Tensor } from "../tensor.ts";
import { requireSameDtype, scalar } from "./constant.ts";

/** A tensor, or a number that takes the other operand's dtype. */
export type Operand = Tensor | number;

/** The shape that NumPy's broadcasting gives. */
export function broadcastShapes(op: string, ...shapes: readonly Shape[]): Shape {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  const out = Array.from<number>({ length: rank }).fill(1);
  for (const shape of shapes)
    for (let i = 0; i < shape.length; i++) {
      const axis = rank - shape.length + i;
      const size = shape[i];
      if (size === 1 || size === out[axis]) continue;
      if (out[axis] !== 1)
        throw new RangeError(
          `${op}: shapes ${shapes.map((s) => `[${s.join(", ")}]`).join(" and ")} do not broadcast`,
        );
      out[axis] = size;
    }
  return out;
}

type FloatUnary =
  | "exp" | "log" | "sqrt" | "tanh" | "sigmoid" | "softplus" | "relu" | "silu" | "erf" | "sin" | "cos"; // prettier-ignore

const floatUnary = (op: FloatUnary) => (x: Tensor) => {
  requireFloat(op, x);
  return node(op, [x], {}, x.shape, x.dtype) as Tensor;
};

export const exp = floatUnary("exp");
export const log = floatUnary("log");
export const sqrt = floatUnary("sqrt");
export const tanh = floatUnary("tanh");
export const sigmoid = floatUnary("sigmoid");
/** log(1 + eˣ). */
export const softplus = floatUnary("softplus");
/** max(x, 0); its derivative at 0 is 0, as in PyTorch, and its second derivative is 0 everywhere. */
export const relu = floatUnary("relu");
/** x·σ(x). */
export const silu = floatUnary("silu");
export const erf = floatUnary("erf");
export const sin = floatUnary("sin");
export const cos = floatUnary("cos");

export const neg = (x: Tensor): Tensor => unary("neg", x, {});
export const abs = (x: Tensor): Tensor => unary("abs", x, {});
/** −1, 0 or 1. */
export const sign = (x: Tensor): Tensor => unary("sign", x, {});

/** x where x > 0, α·x elsewhere; the derivative at 0 is α, as in PyTorch. */
export const leakyRelu = (x: Tensor, alpha = 0.01): Tensor =>
  unary("leakyRelu", requireFloat("leakyRelu", x), { alpha });
/** x where x > 0, α(eˣ − 1) elsewhere; the derivative at 0 is α, as in PyTorch. */
export const elu = (x: Tensor, alpha = 1): Tensor =>
  unary("elu", requireFloat("elu", x), { alpha });
/** x·Φ(x), exactly or by the tanh approximation. */
export const gelu = (x: Tensor, approximate: "none" | "tanh" = "none"): Tensor =>
  unary("gelu", requireFloat("gelu", x), { approximate });

/** min(max(x, low), high); the derivative is 1 on the closed interval, as in PyTorch. */
export function clip(x: Tensor, low = -Infinity, high = Infinity): Tensor {
  if (!(low <= high)) throw new RangeError(`clip: min must not exceed max, got ${low} and ${high}`);
  return unary("clip", requireFloat("clip", x), { min: low, max: high });
}

/** Identity whose derivative is zero. */
export const stopGradient = (x: Tensor): Tensor => unary("stopGradient", x, {});

export const cast = (x: Tensor, to: DType): Tensor =>
  x.dtype === to ? x : node("cast", [x], { to }, x.shape, to);

export function not(x: Tensor): Tensor {
  requireBool("not", x);
  return unary("not", x, {});
}

const binary =
  (op: "add" | "sub" | "mul" | "div" | "pow" | "min" | "max") => (a: Operand, b: Operand) => {
    const [x, y] = operands(op, a, b);
    const dtype = requireSameDtype(op, [x, y]);
    if (dtype === "bool") throw new TypeError(`${op}: inputs must be numbers, got ${describe(x)}`);
    return node(op, [x, y], {}, broadcastShapes(op, x.shape, y.shape), dtype) as Tensor;
  };

export const add = binary("add");
export const sub = binary("sub");
export const mul = binary("mul");
export const div = binary("div");
/** aᵇ. Derivatives in b need a > 0; for a whole power of a signed base pass b as a number. */
export const pow = binary("pow");
/** Elementwise; where both are equal each gets half of the derivative, as in PyTorch. */
export const minimum = binary("min");
export const maximum = binary("max");

export const square = (x: Tensor): Tensor => mul(x, x);

const compare = (relation: OpAttrs["compare"]["relation"]) => (a: Operand, b: Operand) => {
  const [x, y] = operands(relation, a, b);
  requireSameDtype(relation, [x, y]);
  return node(
    "compare",
    [x, y],
    { relation },
    broadcastShapes(relation, x.shape, y.shape),
    "bool",
  ) as Tensor;
};

export const less = compare("less");
export const lessEqual = compare("lessEqual");
export const greater = compare("greater");
export const greaterEqual = compare("greaterEqual");
export const equal = compare("equal");

const logical = (op: "and" | "or") => (x: Tensor, y: Tensor) => {
  requireBool(op, x);
  requireBool(op, y);
  return node(op, [x, y], {}, broadcastShapes(op, x.shape, y.shape), "bool") as Tensor;
};

export const and = logical("and");
export const or = logical("or");

/** `a` where the condition holds, else `b`. Both are evaluated: no NaN in one hides in the other's derivative. */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  requireBool("where", condition);
  const [x, y] = operands("where", a, b);
  const dtype = requireSameDtype("where", [x, y]);
  return node(
    "where",
    [condition, x, y],
    {},
    broadcastShapes("where", condition.shape, x.shape, y.shape),
    dtype,
  );
}

function unary<K extends OpName>(op: K, x: Tensor, attrs: OpAttrs[K]): Tensor {
  return node(op, [x], attrs, x.shape, x.dtype);
}

function operands(op: string, a: Operand, b: Operand): [Tensor, Tensor] {
  if (typeof a === "number") {
    if (typeof b === "number")
      throw new TypeError(`${op}: one operand must be a tensor, got ${a} and ${b}`);
    return [scalar(a, b.dtype), b];
  }
  return [a, typeof b === "number" ? scalar(b, a.dtype) : b];
}

function requireFloat(op: string, x: Tensor): Tensor {
  if (!isFloat(x.dtype))
    throw new TypeError(`${op}: the input must be float32 or float64, got ${describe(x)}`);
  return x;
}

function requireBool(op: string, x: Tensor): void {
  if (x.dtype !== "bool") throw new TypeError(`${op}: the input must be bool, got ${describe(x)}`);
}
