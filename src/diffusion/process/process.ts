// A stochastic process as a recursion that the particle kernel runs: a landscape, a noise, a scheme, walls
// and a way out, as one graph from a step to the next.
import { input, simplify } from "../../graph/index.ts";
import type { Recursion } from "../../kernel/index.ts";
import type { Named, Noise } from "../noise/noise.ts";
import type { Potential } from "../potential/potential.ts";
import type { Scheme } from "../scheme/scheme.ts";
import type { Convention } from "../theory/convention.ts";
import { equationOf } from "./equation.ts";
import { bridgeExponent, type Exit, hasLeft } from "./exit.ts";
import { requireDiagonal, requireFit } from "./fit.ts";
import { reflect, type Wall } from "./wall.ts";

export interface ProcessOptions {
  /** Of real batches: the mean of their finite sum. */
  readonly potential: Potential;
  readonly noise: Noise;
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
  /** Numbers of a state: the coordinates, and for a scheme with velocities as many of those after them. */
  readonly stateSize: number;
  readonly recursion: Recursion;
  /** In the order of `recursion.parameters`; the first is `eta`, the length of a step. */
  readonly parameterNames: readonly string[];
  /** Defaults, in that order; NaN for `eta`, which has none. */
  readonly defaults: readonly number[];
  /** Whether crossings between steps are drawn: a half-space, Gaussian noise of the positions, `continuous`. */
  readonly bridged: boolean;
}

/**
 * The process as a graph. Cost: one gradient of V and one factor of the noise a step, more by the scheme.
 *
 * @throws RangeError where the parts do not fit, with their names, and where two of them give one
 *   parameter different defaults.
 */
export function diffusionProcess(options: ProcessOptions): Process {
  const { potential, noise, scheme, convention = "ito", walls = [], exit, target } = options;
  requireFit({ potential, noise, scheme, convention, walls, exit, target });
  const { dimension } = potential;
  const stateSize = scheme.velocities ? 2 * dimension : dimension;
  const variable = (name: string) => input([], "float64", name);
  const defaults = mergedParameters([potential, noise, scheme]);
  const parameterNames = ["eta", ...Object.keys(defaults)];
  const parameters = parameterNames.map(variable);
  const eta = parameters[0];
  const named: Named = Object.fromEntries(parameterNames.map((name, i) => [name, parameters[i]]));
  const state = Array.from({ length: stateSize }, (_, i) =>
    variable(i < dimension ? `x${i + 1}` : `v${i + 1 - dimension}`),
  );
  const position = state.slice(0, dimension);

  const { sde, uniforms, batch } = equationOf(potential, noise, scheme, convention, named, eta);
  requireDiagonal(scheme, noise, sde, position);
  const normals = Array.from({ length: sde.columns }, (_, j) => variable(`z${j + 1}`));
  const free = scheme.step(sde, state, eta, normals, named);
  const next = walls.reduce((at, wall) => reflect(at, wall, dimension), free);
  const left = exit && hasLeft(exit, next.slice(0, dimension), potential, named);
  const bridge =
    exit?.kind === "half-space" && target === "continuous" && !scheme.velocities && sde.columns > 0
      ? bridgeExponent(exit, state, next, sde.factor(state), eta)
      : undefined;
  const outputs = [...next, left, bridge].filter((t) => t !== undefined);
  const inputs = [...state, ...parameters, ...normals, ...uniforms, ...(batch?.indices ?? [])];
  const simple = simplify({ inputs, outputs }).outputs;
  return {
    dimension,
    stateSize,
    recursion: {
      state,
      parameters,
      normals,
      uniforms,
      ...(batch === undefined ? {} : { batch }),
      next: simple.slice(0, stateSize),
      ...(left === undefined ? {} : { exit: simple[stateSize] }),
      ...(bridge === undefined ? {} : { bridge: simple[stateSize + 1] }),
    },
    parameterNames,
    defaults: [NaN, ...Object.values(defaults)],
    bridged: bridge !== undefined,
  };
}

interface Parametrised {
  readonly name: string;
  readonly parameters: Readonly<Record<string, number>>;
}

/** One record of all; a name that two parts share must mean the same number to both. */
function mergedParameters(parts: readonly Parametrised[]): Record<string, number> {
  const merged: Record<string, number> = {};
  for (const part of parts)
    for (const [name, value] of Object.entries(part.parameters)) {
      if (name === "eta" || (name in merged && merged[name] !== value))
        throw new RangeError(
          `a parameter must have one meaning, got ${name} = ${value} of ${part.name} and ${name === "eta" ? "the length of a step" : merged[name]}`,
        );
      merged[name] = value;
    }
  return merged;
}
