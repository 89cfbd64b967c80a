import {
  abs,
  add,
  and,
  constant,
  cos,
  div,
  equal,
  erf,
  exp,
  greater,
  greaterEqual,
  less,
  lessEqual,
  log,
  maximum,
  minimum,
  mul,
  neg,
  not,
  or,
  pow,
  scalar,
  sin,
  sqrt,
  square,
  sub,
  tanh,
  type Tensor,
} from "../../graph/index.ts";
import { erf as erfOf } from "../../numeric/index.ts";
import { FormulaError } from "./error.ts";
import { nearestName } from "./nearest.ts";
import { type BinaryOperator, type Expression, operatorOf, startOf } from "./syntax.ts";

/** A number known now, or one known when the graph runs; whether it is a number or a condition, the dtype says. */
type Value = number | Tensor;

interface Unary {
  readonly of: (x: Tensor) => Tensor;
  readonly known: (x: number) => number;
}

const functions: Readonly<Record<string, Unary>> = {
  exp: { of: exp, known: Math.exp },
  log: { of: log, known: Math.log },
  sqrt: { of: sqrt, known: Math.sqrt },
  abs: { of: abs, known: Math.abs },
  sin: { of: sin, known: Math.sin },
  cos: { of: cos, known: Math.cos },
  tan: { of: (x) => div(sin(x), cos(x)), known: Math.tan },
  tanh: { of: tanh, known: Math.tanh },
  erf: { of: erf, known: erfOf },
};

const extremes = {
  min: { of: minimum, known: Math.min },
  max: { of: maximum, known: Math.max },
} as const;

export const constants: Readonly<Record<string, number>> = { pi: Math.PI, e: Math.E };

/** Every name that is a function. */
export const functionNames: readonly string[] = [
  ...Object.keys(functions),
  ...Object.keys(extremes),
];

/** The expression on the tensors that `names` gives, float64 scalars. Numbers among themselves are folded. */
export function build(root: Expression, names: (name: string, at: number) => Value): Tensor {
  const number = (e: Expression): Value => {
    const value = walk(e);
    if (isCondition(value))
      throw new FormulaError("expected a number, got a condition", startOf(e));
    return value;
  };
  const condition = (e: Expression): Tensor => {
    const value = walk(e);
    if (!isCondition(value))
      throw new FormulaError("expected a condition, got a number", startOf(e));
    return value;
  };
  const walk = (e: Expression): Value => {
    switch (e.type) {
      case "number":
        return e.value;
      case "name":
        return names(e.name, e.at);
      case "negation": {
        const x = number(e.argument);
        return typeof x === "number" ? -x : neg(x);
      }
      case "call":
        return call(e, number);
      case "BinaryExpression":
        return chain(e);
    }
  };
  /** Long sums lean to the left: a loop, so that only what is nested recurses. */
  const chain = (e: Expression): Value => {
    const rights: Extract<Expression, { type: "BinaryExpression" }>[] = [];
    let first = e;
    for (; first.type === "BinaryExpression"; first = first.left) rights.push(first);
    const logical = (op: BinaryOperator) => op === "and" || op === "or";
    const outer = rights.at(-1)!;
    let value: Value = logical(operatorOf(outer)) ? condition(first) : number(first);
    for (let i = rights.length - 1; i >= 0; i--) {
      const op = operatorOf(rights[i]);
      if (isCondition(value) !== logical(op))
        throw new FormulaError(
          logical(op) ? "expected a condition, got a number" : "expected a number, got a condition",
          startOf(first),
        );
      value = combine(
        op,
        value,
        logical(op) ? condition(rights[i].right) : number(rights[i].right),
      );
    }
    return value;
  };
  return asTensor(walk(root));
}

export const isCondition = (value: Value): value is Tensor =>
  typeof value !== "number" && value.dtype === "bool";

const asTensor = (x: Value): Tensor => (typeof x === "number" ? scalar(x, "float64") : x);

function call(
  { name, args, at }: Extract<Expression, { type: "call" }>,
  number: (e: Expression) => Value,
): Value {
  if (Object.hasOwn(functions, name)) {
    if (args.length !== 1)
      throw new FormulaError(`${name} takes 1 argument, got ${args.length}`, at);
    const x = number(args[0]);
    return typeof x === "number" ? functions[name].known(x) : functions[name].of(x);
  }
  if (name === "min" || name === "max") {
    if (args.length < 2)
      throw new FormulaError(`${name} takes 2 or more arguments, got ${args.length}`, at);
    const { of, known } = extremes[name];
    return args
      .map(number)
      .reduce((a, b) =>
        typeof a === "number" && typeof b === "number" ? known(a, b) : of(asTensor(a), b),
      );
  }
  throw new FormulaError(`unknown function '${name}'${nearestName(name, functionNames)}`, at);
}

function combine(op: BinaryOperator, a: Value, b: Value): Value {
  const both = typeof a === "number" && typeof b === "number";
  const x = asTensor(a);
  switch (op) {
    case "+":
      return both ? a + b : add(x, b);
    case "-":
      return both ? a - b : sub(x, b);
    case "*":
      return both ? a * b : mul(x, b);
    case "/":
      return both ? a / b : div(x, b);
    case "^":
      return both ? a ** b : raise(a, b);
    case "<":
      return both ? known(a < b) : less(x, b);
    case "<=":
      return both ? known(a <= b) : lessEqual(x, b);
    case ">":
      return both ? known(a > b) : greater(x, b);
    case ">=":
      return both ? known(a >= b) : greaterEqual(x, b);
    case "==":
      return both ? known(a === b) : equal(x, b);
    case "!=":
      return both ? known(a !== b) : not(equal(x, b));
    case "and":
      return and(x, asTensor(b));
    case "or":
      return or(x, asTensor(b));
  }
}

const known = (truth: boolean): Tensor => constant(Uint8Array.of(truth ? 1 : 0), []);

/**
 * aᵇ by the cheapest op with the right derivatives: a whole power is products (x^4 = (x²)²), which are
 * right for negative x too; ½ is a root; e^x is exp.
 */
function raise(a: Value, b: Value): Tensor {
  const base = asTensor(a);
  if (a === Math.E && typeof b !== "number") return exp(b);
  if (typeof b !== "number") return pow(base, b);
  if (b === 0.5) return sqrt(base);
  if (!Number.isInteger(b) || Math.abs(b) > 64) return pow(base, b);
  if (b === 0) return scalar(1, "float64");
  const whole = wholePower(base, Math.abs(b));
  return b > 0 ? whole : div(1, whole);
}

/** x^n for n ≥ 1 in about log₂ n squarings. */
export function wholePower(x: Tensor, n: number): Tensor {
  if (n === 1) return x;
  const half = square(wholePower(x, Math.floor(n / 2)));
  return n % 2 === 0 ? half : mul(half, x);
}
