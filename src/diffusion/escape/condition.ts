// Conditions of the coordinates as ways out and as walls: what is affine becomes a half-space.
import {
  add,
  input,
  pullBack,
  scalar,
  simplify,
  sqrt,
  square,
  sub,
  type Tensor,
  topological,
} from "../../graph/index.ts";
import { scalarFunction } from "../../kernel/index.ts";
import { quoteShort } from "../formula/error.ts";
import { parseFormula } from "../formula/parse-formula.ts";
import type { Potential } from "../potential/potential.ts";
import type { Exit } from "../process/exit.ts";
import type { Wall } from "../process/wall.ts";

/**
 * The way out that a condition describes: a half-space where it compares functions whose difference is
 * affine, a level for `V > c`, a ball about the start for `r > c`, otherwise a predicate.
 *
 * @throws FormulaError with the column; RangeError where the condition does not depend on the place.
 */
export function exitOf(text: string, potential: Potential, start: readonly number[]): Exit {
  const { dimension } = potential;
  const formula = parseFormula(text, { dimension, names: ["V", "r"], expects: "condition" });
  const named = constants(potential.parameters);
  const holds = (x: readonly Tensor[]) =>
    formula.value(x, { V: potential.value(x, named), r: distance(x, start) });
  const [quantity, bound] = thresholdOf(text) ?? [];
  if (quantity === "V") return { kind: "level", level: bound! };
  if (quantity === "r" && bound! > 0) return { kind: "ball", centre: start, radius: bound! };
  const x = coordinates(dimension);
  const condition = holds(x);
  if (!topological([condition]).some((t) => x.includes(t)))
    throw new RangeError(`exit must depend on the coordinates, got ${quoteShort(text)}`);
  const space = halfSpaceOf(condition, x);
  return space === undefined
    ? { kind: "predicate", text, holds }
    : { kind: "half-space", ...space };
}

/**
 * The wall in front of `x < -4`.
 *
 * @throws FormulaError with the column; RangeError for any condition that is not one coordinate against a
 *   number.
 */
export function wallOf(text: string, dimension: number): Wall {
  const formula = parseFormula(text, { dimension, expects: "condition" });
  const x = coordinates(dimension);
  const space = halfSpaceOf(formula.value(x), x);
  const used = space?.normal.flatMap((n, i) => (n === 0 ? [] : [i])) ?? [];
  if (space === undefined || used.length !== 1)
    throw new RangeError(
      `a reflecting wall must be one coordinate against a number, such as x < -4, got ${quoteShort(text)}`,
    );
  const [coordinate] = used;
  const n = space.normal[coordinate];
  return { coordinate, at: space.offset / n, keeps: n < 0 ? "above" : "below" };
}

export const coordinates = (dimension: number): Tensor[] =>
  Array.from({ length: dimension }, (_, i) => input([], "float64", `x${i + 1}`));

/** Parameters as constants of a graph. */
export const constants = (parameters: Readonly<Record<string, number>>): Record<string, Tensor> =>
  Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, scalar(value, "float64")]),
  );

/** `V > 0.2` and `r > 1`, with any spaces. */
function thresholdOf(text: string): ["V" | "r", number] | undefined {
  const match = /^\s*([Vr])\s*>\s*([-+0-9.eE]+)\s*$/.exec(text);
  const bound = match === null ? NaN : Number(match[2]);
  return Number.isFinite(bound) ? [match![1] as "V" | "r", bound] : undefined;
}

function distance(x: readonly Tensor[], from: readonly number[]): Tensor {
  const squares = x.map((xi, i) => square(sub(xi, scalar(from[i], "float64"))));
  return sqrt(squares.reduce((a, b) => add(a, b)));
}

/** n and c with `condition` the same as n·x > c, the largest |nᵢ| being 1; undefined where there are none. */
function halfSpaceOf(
  condition: Tensor,
  x: readonly Tensor[],
): { readonly normal: readonly number[]; readonly offset: number } | undefined {
  if (condition.op !== "compare") return undefined;
  const { relation } = condition.attrs as { readonly relation: string };
  if (relation === "equal") return undefined;
  const [left, right] = condition.inputs;
  const gap = relation.startsWith("greater") ? sub(left, right) : sub(right, left);
  const one = scalar(1, "float64");
  const slopes = pullBack({ inputs: [...x], outputs: [gap] }, [one]).map(
    (slope) => slope ?? scalar(0, "float64"),
  );
  const normal = simplify({ inputs: [...x], outputs: slopes }).outputs.map(constantOf);
  const size = Math.max(...normal.map((n) => Math.abs(n ?? NaN)));
  if (!(size > 0 && size < Infinity)) return undefined;
  const out = new Float64Array(1);
  scalarFunction(x, [gap])(new Float64Array(x.length), out);
  return Number.isFinite(out[0])
    ? { normal: normal.map((n) => n! / size), offset: -out[0] / size + 0 }
    : undefined;
}

function constantOf(t: Tensor): number | undefined {
  return t.op === "constant" ? (t.attrs as { data: ArrayLike<number> }).data[0] : undefined;
}
