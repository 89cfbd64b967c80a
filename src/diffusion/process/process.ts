// A stochastic process as a recursion that the particle kernel runs: a landscape, a noise, a scheme, walls
// and a way out, as one graph from a step to the next.
import {
  add,
  div,
  greater,
  input,
  less,
  mul,
  scalar,
  simplify,
  sub,
  type Tensor,
  where,
} from "../../graph/index.ts";
import type { Recursion } from "../../kernel/index.ts";
import { landscapeAt } from "../noise/landscape.ts";
import type { GaussianNoise, Named } from "../noise/noise.ts";
import type { Potential } from "../potential/potential.ts";
import type { Scheme, Sde } from "../scheme/scheme.ts";
import type { Convention } from "../theory/convention.ts";
import { itoDrift } from "./drift.ts";
import type { Exit } from "./exit.ts";

/** Reflects at xᵢ = `at`, particles staying `above` or `below` it. */
export interface Wall {
  readonly coordinate: number;
  readonly at: number;
  readonly keeps: "above" | "below";
}

export interface ProcessOptions {
  readonly potential: Potential;
  readonly noise: GaussianNoise;
  readonly scheme: Scheme;
  /** `ito` if left out. */
  readonly convention?: Convention;
  readonly walls?: readonly Wall[];
  readonly exit?: Exit;
  /**
   * What the steps stand for. `continuous`: the SDE, whose crossing of a half-space between two steps is
   * drawn too. `discrete`: the recursion itself, such as SGD's, which is where it is at its steps.
   */
  readonly target: "continuous" | "discrete";
}

/** A process as a recursion, and what its parameters are called. */
export interface Process {
  readonly dimension: number;
  readonly recursion: Recursion;
  /** In the order of `recursion.parameters`; the first is `eta`, the length of a step. */
  readonly parameterNames: readonly string[];
  /** Defaults, in that order; NaN for `eta`, which has none. */
  readonly defaults: readonly number[];
  /** Whether crossings between steps are drawn. */
  readonly bridged: boolean;
}

/**
 * The process as a graph. Cost: one gradient of V and one factor of the noise a step, more by the scheme.
 *
 * @throws RangeError where scheme and noise do not fit, with both names.
 */
export function diffusionProcess(options: ProcessOptions): Process {
  const { potential, noise, scheme, walls = [], exit, target } = options;
  const { dimension } = potential;
  const variable = (name: string) => input([], "float64", name);
  const defaults = { ...potential.parameters, ...noise.parameters };
  const parameterNames = ["eta", ...Object.keys(defaults)];
  const parameters = parameterNames.map(variable);
  const eta = parameters[0];
  const named: Named = Object.fromEntries(parameterNames.map((name, i) => [name, parameters[i]]));
  const state = Array.from({ length: dimension }, (_, i) => variable(`x${i + 1}`));
  const columns = noise.columns(dimension);
  const normals = Array.from({ length: columns }, (_, j) => variable(`z${j + 1}`));

  requireFit(scheme, noise, dimension);
  const factor: Sde["factor"] = (x) => noise.factor(landscapeAt(potential, x, named), named, eta);
  const sde: Sde = {
    dimension,
    columns,
    diagonal: dimension === 1,
    factor,
    drift: itoDrift(potential, noise, named, eta, options.convention ?? "ito", scheme.solves),
  };
  const free = scheme.step(sde, state, eta, normals);
  const next = walls.reduce<readonly Tensor[]>(reflect, free);
  const bridged = exit?.kind === "half-space" && target === "continuous";
  const outputs = [
    ...next,
    ...(exit === undefined ? [] : [hasLeft(exit, next, potential, named)]),
    ...(bridged ? [bridgeExponent(exit, state, next, factor(state), eta)] : []),
  ];
  const simple = simplify({ inputs: [...state, ...parameters, ...normals], outputs }).outputs;
  return {
    dimension,
    recursion: {
      state,
      parameters,
      normals,
      uniforms: [],
      next: simple.slice(0, dimension),
      ...(exit === undefined ? {} : { exit: simple[dimension] }),
      ...(bridged ? { bridge: simple[dimension + 1] } : {}),
    },
    parameterNames,
    defaults: [NaN, ...Object.values(defaults)],
    bridged,
  };
}

function requireFit(scheme: Scheme, noise: GaussianNoise, dimension: number): void {
  if (scheme.noise === "constant" && noise.stateDependent)
    throw new RangeError(`${scheme.name} takes constant noise, got ${noise.name}`);
  if (scheme.noise === "diagonal" && dimension > 1 && noise.stateDependent)
    throw new RangeError(
      `${scheme.name} takes noise of one coordinate, or constant noise, got ${noise.name} in ${dimension} coordinates`,
    );
}

/** A step that ends beyond a wall is folded back: 2w − x. */
function reflect(x: readonly Tensor[], { coordinate, at, keeps }: Wall): readonly Tensor[] {
  const xi = x[coordinate];
  const wall = scalar(at, "float64");
  const beyond = keeps === "above" ? less(xi, wall) : greater(xi, wall);
  return x.with(coordinate, where(beyond, sub(scalar(2 * at, "float64"), xi), xi));
}

const number = (value: number) => scalar(value, "float64");
const sum = (terms: readonly Tensor[]) => terms.reduce((a, b) => add(a, b));

function hasLeft(exit: Exit, x: readonly Tensor[], potential: Potential, named: Named): Tensor {
  switch (exit.kind) {
    case "half-space":
      return greater(along(exit.normal, x), number(exit.offset));
    case "ball":
      return greater(
        sum(x.map((xi, i) => square(sub(xi, number(exit.centre[i]))))),
        number(exit.radius ** 2),
      );
    case "level":
      return greater(potential.value(x, named), number(exit.level));
    case "predicate":
      return exit.holds(x);
  }
}

const square = (x: Tensor) => mul(x, x);

/** n·θ, without the terms that are 0. */
const along = (normal: readonly number[], x: readonly Tensor[]): Tensor =>
  sum(x.flatMap((xi, i) => (normal[i] === 0 ? [] : [normal[i] === 1 ? xi : mul(xi, number(normal[i]))]))); // prettier-ignore

/**
 * 2·d₀·d₁/(h·‖Bᵀn‖²) for distances d₀ and d₁ from the wall before and after the step: the Brownian bridge
 * between them crosses it with the chance e^(−that), B being that of the step's start.
 */
function bridgeExponent(
  exit: Extract<Exit, { kind: "half-space" }>,
  before: readonly Tensor[],
  after: readonly Tensor[],
  factor: readonly (readonly Tensor[])[],
  h: Tensor,
): Tensor {
  const distance = (x: readonly Tensor[]) => sub(number(exit.offset), along(exit.normal, x));
  const columns = factor[0].map((_, j) => along(exit.normal, factor.map((row) => row[j]))); // prettier-ignore
  const variance = mul(h, sum(columns.map(square)));
  return div(mul(number(2), mul(distance(before), distance(after))), variance);
}
