import { input, type Tensor } from "../../graph/index.ts";
import { build, constants, functionNames, isCondition } from "./build.ts";
import { FormulaError } from "./error.ts";
import { nearestName } from "./nearest.ts";
import { type Expression, parseSyntax, startOf } from "./syntax.ts";

export interface FormulaOptions {
  /** How many coordinates there are; without it, as many as the formula uses, at least 1. */
  readonly dimension?: number;
  /** Names besides the coordinates, the functions and the constants. */
  readonly names?: readonly string[];
  /** What the formula must give. Default: a number. */
  readonly expects?: "number" | "condition";
}

/** A formula that has been read and found sound. */
export interface Formula {
  readonly text: string;
  readonly dimension: number;
  /** Those of `names` that it uses, in their order. */
  readonly names: readonly string[];
  /** Its value at d float64 scalars: a float64 scalar, or a bool where a condition was asked for. */
  readonly value: (x: readonly Tensor[], named?: Readonly<Record<string, Tensor>>) => Tensor;
}

const maxDimension = 1000;

/**
 * Read `"x^4/4 - x^2/2 + 0.1*x*y"`, or a condition such as `"x > 0 and x^2 + y^2 < 4"`.
 *
 * Formulas know + − * / ^, < <= > >= == !=, and, or; exp, log, sqrt, abs, sin, cos, tan, tanh, erf of
 * one argument, min and max of two or more; pi and e; the coordinates x, y, z, or x1 … xd; and
 * `names`. Precedence, tightest first: ^ (to the right), the sign, * /, + −, comparisons, and, or:
 * −x^2 is −(x^2). A whole power up to 64 is made of products, so that it is exact in sign and cheap to
 * differentiate.
 *
 * @throws FormulaError with the column, and the nearest known name for an unknown one.
 */
export function parseFormula(
  text: string,
  { dimension, names = [], expects = "number" }: FormulaOptions = {},
): Formula {
  const root = parseSyntax(text);
  const used = namesIn(root);
  let largest = 0;
  for (const { name, at } of used) {
    if (names.includes(name) || Object.hasOwn(constants, name)) continue;
    const index = coordinateOf(name);
    if (index === undefined || dimension === 0) {
      const known = [...coordinateNames(dimension ?? 3), ...names, ...Object.keys(constants)];
      const hint = functionNames.includes(name)
        ? ` (the function needs its argument, ${name}(…))`
        : nearestName(name, [...known, ...functionNames]);
      throw new FormulaError(`unknown name '${shorten(name)}'${hint}`, at);
    }
    if (index >= (dimension ?? maxDimension))
      throw new FormulaError(
        dimension === undefined
          ? `a formula has at most ${maxDimension} coordinates, got ${shorten(name)}`
          : `the coordinate ${shorten(name)} is beyond dimension ${dimension}`,
        at,
      );
    largest = Math.max(largest, index + 1);
  }
  const value: Formula["value"] = (x, named = {}) =>
    build(root, (name) => {
      if (names.includes(name)) return named[name];
      return Object.hasOwn(constants, name) ? constants[name] : x[coordinateOf(name)!];
    });
  const formula: Formula = {
    text,
    dimension: dimension ?? Math.max(1, largest),
    names: names.filter((name) => used.some((use) => use.name === name)),
    value,
  };
  requireSound(root, formula, expects);
  return formula;
}

/** x, y, z or x1, x2, …: 0, 1, 2, …; undefined for anything else. */
function coordinateOf(name: string): number | undefined {
  const letter = ["x", "y", "z"].indexOf(name);
  if (letter >= 0) return letter;
  return /^x[1-9][0-9]*$/.test(name) ? Number(name.slice(1)) - 1 : undefined;
}

/** The names of the first coordinates, as a formula may write them. */
function coordinateNames(dimension: number): string[] {
  const numbered = Array.from({ length: Math.min(dimension, 9) }, (_, i) => `x${i + 1}`);
  return [...["x", "y", "z"].slice(0, dimension), ...numbered];
}

const shorten = (name: string) => (name.length > 40 ? `${name.slice(0, 40)}…` : name);

function namesIn(root: Expression): { readonly name: string; readonly at: number }[] {
  const found: { name: string; at: number }[] = [];
  const open = [root];
  while (open.length > 0) {
    const e = open.pop()!;
    if (e.type === "name") found.push(e);
    else if (e.type === "call") open.push(...e.args.toReversed());
    else if (e.type === "negation") open.push(e.argument);
    else if (e.type === "BinaryExpression") open.push(e.right, e.left);
  }
  return found;
}

/** Build it once: functions, numbers of arguments and kinds of operands are checked on the way. */
function requireSound(root: Expression, formula: Formula, expects: "number" | "condition"): void {
  const fresh = (name: string) => input([], "float64", name);
  const x = Array.from({ length: formula.dimension }, (_, i) => fresh(`x${i + 1}`));
  const named = Object.fromEntries(formula.names.map((name) => [name, fresh(name)]));
  const got = isCondition(formula.value(x, named)) ? "condition" : "number";
  if (got !== expects) throw new FormulaError(`expected a ${expects}, got a ${got}`, startOf(root));
}
