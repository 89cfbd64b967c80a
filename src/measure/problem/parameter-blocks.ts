import { sizeOf } from "../../graph/index.ts";
import type { Problem } from "./problem.ts";

/** Entries `start` … `end` − 1 of a flat vector. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Some of a problem's parameters, as a named part of the flat vector. */
export interface ParameterBlock {
  readonly name: string;
  /** In the order of the problem. */
  readonly parameters: readonly string[];
  /** Where they lie; neighbours are joined. */
  readonly ranges: readonly Range[];
  readonly dim: number;
}

/**
 * The parameters in blocks: one for each, one for each layer (what the name says before its last dot:
 * `fc1.weight` and `fc1.bias` are `fc1`), or groups of one's own, `{ name: pattern or patterns }` with
 * `*` for any characters and `?` for one. Groups may overlap and need not cover all.
 *
 * @throws RangeError for a pattern that matches nothing.
 */
export function parameterBlocks(
  problem: Problem,
  by: "parameter" | "layer" | Readonly<Record<string, string | readonly string[]>> = "parameter",
): readonly ParameterBlock[] {
  const names = problem.parameters.map(({ name }) => name);
  if (by === "parameter") return names.map((name, i) => block(problem, name, [i]));
  if (by === "layer") {
    const layers = new Map<string, number[]>();
    names.forEach((name, i) => {
      const layer = name.includes(".") ? name.slice(0, name.lastIndexOf(".")) : name;
      layers.set(layer, [...(layers.get(layer) ?? []), i]);
    });
    return Array.from(layers, ([name, members]) => block(problem, name, members));
  }
  return Object.entries(by).map(([name, patterns]) =>
    block(problem, name, matchingParameters(problem, patterns)),
  );
}

/** Positions of the parameters that any of the patterns matches, ascending. */
export function matchingParameters(
  { parameters }: Problem,
  patterns: string | readonly string[],
): number[] {
  const found = new Set<number>();
  for (const pattern of typeof patterns === "string" ? [patterns] : patterns) {
    const expression = new RegExp(`^${pattern.replace(/[\\^$.*+?()[\]{}|]/g, globbed)}$`, "s");
    const matches = [...parameters.keys()].filter((i) => expression.test(parameters[i].name));
    if (matches.length === 0)
      throw new RangeError(
        `a pattern must match a parameter, got ${JSON.stringify(pattern)} for ${parameters.map(({ name }) => name).join(", ")}`,
      );
    for (const i of matches) found.add(i);
  }
  if (found.size === 0) throw new RangeError("a block must name at least one parameter, got none");
  return [...found].sort((a, b) => a - b);
}

const globbed = (character: string) => ({ "*": ".*", "?": "." })[character] ?? `\\${character}`;

function block({ parameters }: Problem, name: string, members: readonly number[]): ParameterBlock {
  const starts = [0];
  for (const { shape } of parameters) starts.push(starts.at(-1)! + sizeOf(shape));
  const ranges: { start: number; end: number }[] = [];
  for (const i of members) {
    const last = ranges.at(-1);
    if (last?.end === starts[i]) last.end = starts[i + 1];
    else ranges.push({ start: starts[i], end: starts[i + 1] });
  }
  return {
    name,
    parameters: members.map((i) => parameters[i].name),
    ranges,
    dim: ranges.reduce((sum, { start, end }) => sum + end - start, 0),
  };
}
