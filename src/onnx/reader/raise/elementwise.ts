import * as g from "../../../graph/ops/index.ts";
import type { DType, Tensor } from "../../../graph/tensor.ts";
import { elementTypes } from "../../model.ts";
import type { Raise, Raises, Site } from "./context.ts";

const unary =
  (f: (x: Tensor) => Tensor): Raise =>
  (site) => [f(site.input(0))];

const binary =
  (f: (a: Tensor, b: Tensor) => Tensor): Raise =>
  (site) => [f(site.input(0), site.input(1))];

/** Operators that take one tensor or more. */
const folded =
  (f: (a: Tensor, b: Tensor) => Tensor): Raise =>
  (site) => [site.inputs.map((_, i) => site.input(i)).reduce(f)];

const bound = (site: Site, i: number, fallback: number): number => {
  const t = site.inputs[i];
  if (t === undefined) return fallback;
  return g.constantValue(t) ?? site.refuse(`input ${i} must be a known number`);
};

export const elementwiseRaises: Raises = {
  Neg: unary(g.neg),
  Abs: unary(g.abs),
  Sign: unary(g.sign),
  Exp: unary(g.exp),
  Log: unary(g.log),
  Sqrt: unary(g.sqrt),
  Tanh: unary(g.tanh),
  Sigmoid: unary(g.sigmoid),
  Softplus: unary(g.softplus),
  Relu: unary(g.relu),
  Erf: unary(g.erf),
  Sin: unary(g.sin),
  Cos: unary(g.cos),
  Not: unary(g.not),
  Identity: unary((x) => x),
  LeakyRelu: (site) => [g.leakyRelu(site.input(0), site.float("alpha", Math.fround(0.01)))],
  Elu: (site) => [g.elu(site.input(0), site.float("alpha", 1))],
  Gelu: (site) => {
    const approximate = site.string("approximate", "none");
    if (approximate !== "none" && approximate !== "tanh")
      return site.refuse(`approximate must be none or tanh, got ${approximate}`);
    return [g.gelu(site.input(0), approximate)];
  },
  FastGelu: (site) => {
    const bias = site.inputs[1];
    return [g.gelu(bias === undefined ? site.input(0) : g.add(site.input(0), bias), "tanh")];
  },
  Clip: (site) => {
    const [low, high] =
      site.opset < 11
        ? [site.float("min", -Infinity), site.float("max", Infinity)]
        : [bound(site, 1, -Infinity), bound(site, 2, Infinity)];
    return [g.clip(site.input(0), low, high)];
  },
  Cast: (site) => {
    const to = site.int("to", 0);
    const found = Object.entries(elementTypes).find(([, code]) => code === to);
    if (found === undefined) return site.refuse(`element type ${to} is not supported`);
    return [g.cast(site.input(0), found[0] as DType)];
  },
  Add: binary(g.add),
  Sub: binary(g.sub),
  Mul: binary(g.mul),
  Div: binary(g.div),
  Pow: (site) => {
    const [x, y] = [site.input(0), site.input(1)];
    return [g.pow(x, g.cast(y, x.dtype))];
  },
  Min: folded(g.minimum),
  Max: folded(g.maximum),
  And: binary(g.and),
  Or: binary(g.or),
  Less: binary(g.less),
  LessOrEqual: binary(g.lessEqual),
  Greater: binary(g.greater),
  GreaterOrEqual: binary(g.greaterEqual),
  Equal: binary(g.equal),
  Where: (site) => [g.where(site.input(0), site.input(1), site.input(2))],
};
