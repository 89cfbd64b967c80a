import * as g from "../../../graph/ops/index.ts";
import { isFloat, type Tensor } from "../../../graph/tensor.ts";
import { elementTypeOf } from "../element-type.ts";
import { placeOf, type Raise, type Raises } from "./context.ts";

export const unary =
  (f: (x: Tensor) => Tensor): Raise =>
  (site) => [f(site.input(0))];

const binary =
  (f: (a: Tensor, b: Tensor) => Tensor): Raise =>
  (site) => [f(site.input(0), site.input(1))];

/** Operators that take one tensor or more. */
const folded =
  (f: (a: Tensor, b: Tensor) => Tensor): Raise =>
  (site) => {
    if (site.inputs.length === 0) site.refuse("input 0 is missing");
    return [site.inputs.map((_, i) => site.input(i)).reduce(f)];
  };

const addAll = folded(g.add);

export const elementwiseRaises: Raises = {
  Neg: unary(g.neg),
  Abs: unary(g.abs),
  Sign: unary(g.sign),
  Exp: unary(g.exp),
  Log: unary(g.log),
  Sqrt: unary(g.sqrt),
  Reciprocal: unary((x) => g.div(1, x)),
  Sin: unary(g.sin),
  Cos: unary(g.cos),
  Tan: unary((x) => g.div(g.sin(x), g.cos(x))),
  Sinh: unary((x) => g.mul(g.sub(g.exp(x), g.exp(g.neg(x))), 0.5)),
  Cosh: unary((x) => g.mul(g.add(g.exp(x), g.exp(g.neg(x))), 0.5)),
  Floor: unary(floor),
  Ceil: unary((x) => g.neg(floor(g.neg(x)))),
  Round: unary(round),
  Not: unary(g.not),
  Identity: unary((x) => x),
  Clip: (site) => {
    const x = site.input(0);
    const attributes = site.opset < 11;
    const low = attributes ? site.float("min", -Infinity) : (site.number(1) ?? -Infinity);
    const high = attributes ? site.float("max", Infinity) : (site.number(2) ?? Infinity);
    if (isFloat(x.dtype) && low <= high) return [g.clip(x, low, high)];
    // Integers; and bounds that cross, where the upper one holds.
    const above = low === -Infinity ? x : g.maximum(x, low);
    return [high === Infinity ? above : g.minimum(above, high)];
  },
  Cast: (site) => {
    const { dtype } = elementTypeOf(site.int("to", 0), placeOf(site.node));
    return [g.cast(site.input(0), site.dtypeOf(dtype))];
  },
  CastLike: (site) => [g.cast(site.input(0), site.input(1).dtype)],
  Add: binary(g.add),
  Sub: binary(g.sub),
  Mul: binary(g.mul),
  Div: binary(g.div),
  Mod: (site) => {
    const [x, y] = [site.input(0), site.input(1)];
    if (isFloat(x.dtype)) {
      if (site.int("fmod", 0) === 0) site.refuse("floats need fmod = 1");
      const whole = g.div(x, y);
      return [g.sub(x, g.mul(y, g.mul(g.sign(whole), floor(g.abs(whole)))))];
    }
    const rest = g.sub(x, g.mul(y, g.div(x, y))); // takes the sign of x
    if (site.int("fmod", 0) !== 0) return [rest];
    const zero = g.scalar(0, x.dtype);
    const same = g.or(g.equal(rest, zero), g.equal(g.less(rest, zero), g.less(y, zero)));
    return [g.where(same, rest, g.add(rest, y))];
  },
  Pow: (site) => {
    const [x, y] = [site.input(0), site.input(1)];
    const exponent = g.constantValue(y);
    const whole = exponent !== undefined && y.shape.length <= x.shape.length;
    if (whole && exponent === 2) return [widened(g.square(x), y)];
    if (whole && exponent === 1) return [widened(x, y)];
    if (whole && exponent === 0.5 && isFloat(x.dtype)) return [widened(g.sqrt(x), y)];
    return [g.pow(x, g.cast(y, x.dtype))];
  },
  Min: folded(g.minimum),
  Max: folded(g.maximum),
  Sum: addAll,
  Mean: (site) => [g.div(addAll(site)[0], site.inputs.length)],
  And: binary(g.and),
  Or: binary(g.or),
  Xor: binary((a, b) => g.not(g.equal(a, b))),
  Less: binary(g.less),
  LessOrEqual: binary(g.lessEqual),
  Greater: binary(g.greater),
  GreaterOrEqual: binary(g.greaterEqual),
  Equal: binary(g.equal),
  Where: (site) => [g.where(site.input(0), site.input(1), site.input(2))],
};

/** x in the shape that broadcasting against y gives. */
function widened(x: Tensor, y: Tensor): Tensor {
  return g.broadcastTo(x, g.broadcastShapes("Pow", x.shape, y.shape));
}

/** ⌊x⌋ with derivative 0. Beyond 2⁵³, infinite and NaN, a float is its own floor. */
function floor(x: Tensor): Tensor {
  if (!isFloat(x.dtype)) return x;
  const still = g.stopGradient(x);
  const moderate = g.less(g.abs(still), 2 ** 53);
  const down = g.cast(g.cast(g.where(moderate, still, 0), "int64"), x.dtype);
  const floored = g.where(g.greater(down, still), g.sub(down, 1), down);
  return g.where(moderate, floored, still);
}

/** To the nearest whole number, of two the even one. */
function round(x: Tensor): Tensor {
  const low = floor(x);
  const rest = g.sub(g.stopGradient(x), low);
  const half = g.mul(low, 0.5);
  const odd = g.not(g.equal(half, floor(half)));
  const up = g.or(g.greater(rest, 0.5), g.and(g.equal(rest, g.scalar(0.5, x.dtype)), odd));
  return g.where(up, g.add(low, 1), low);
}
