// What does not go together is refused before anything is compiled.
import { simplify, type Tensor, topological } from "../../graph/index.ts";
import { isZero } from "../noise/landscape.ts";
import type { Noise } from "../noise/noise.ts";
import type { Potential } from "../potential/potential.ts";
import type { Scheme, Sde } from "../scheme/scheme.ts";
import type { Convention } from "../theory/convention.ts";
import type { Exit } from "./exit.ts";
import type { Wall } from "./wall.ts";

export interface Parts {
  readonly potential: Potential;
  readonly noise: Noise;
  readonly scheme: Scheme;
  readonly convention: Convention;
  readonly walls: readonly Wall[];
  readonly exit: Exit | undefined;
  readonly target: "continuous" | "discrete";
}

/** @throws RangeError where potential, noise, scheme, convention, target, walls and exit do not fit, with the names. */
export function requireFit({
  potential,
  noise,
  scheme,
  convention,
  walls,
  exit,
  target,
}: Parts): void {
  const { dimension } = potential;
  if (!scheme.takes.includes(noise.kind))
    throw new RangeError(
      `${scheme.name} takes noise that is ${scheme.takes.join(" or ")}, got ${noise.name}, which is ${noise.kind}`,
    );
  if (noise.dimension !== undefined && noise.dimension !== dimension)
    throw new RangeError(
      `${noise.name} noise is of ${noise.dimension} ${noise.dimension === 1 ? "coordinate" : "coordinates"}, got ${potential.name} of ${dimension}`,
    );
  if (scheme.target === "discrete" && target !== "discrete")
    throw new RangeError(`${scheme.name} is a discrete recursion, got the target ${target}`);
  requireConvention(noise, scheme, convention);
  for (const { coordinate, at } of walls) {
    requireCoordinate("a wall", coordinate, dimension);
    requireNumber("a wall", at);
  }
  if (exit !== undefined) requireExit(exit, dimension);
}

function requireConvention(noise: Noise, scheme: Scheme, convention: Convention): void {
  if (convention === "ito") return;
  if (scheme.target === "discrete")
    throw new RangeError(
      `${scheme.name} takes its noise at the start of a step, which is ito, got the convention ${convention}`,
    );
  if (noise.kind !== "gaussian" && (noise.kind === "batch" || noise.stateDependent))
    throw new RangeError(`${noise.name} noise is ito, got the convention ${convention}`);
  if (scheme.solves === "any" && noise.kind === "gaussian" && noise.stateDependent)
    throw new RangeError(
      `${scheme.name} drives velocities, for which all conventions are one, got the convention ${convention}`,
    );
}

function requireExit(exit: Exit, dimension: number): void {
  switch (exit.kind) {
    case "half-space":
      requireLength("the normal of a half-space", exit.normal, dimension);
      if (exit.normal.every((entry) => entry === 0))
        throw new RangeError("the normal of a half-space must not be 0");
      return requireNumber("the offset of a half-space", exit.offset);
    case "ball":
      requireLength("the centre of a ball", exit.centre, dimension);
      if (!(exit.radius > 0 && exit.radius < Infinity))
        throw new RangeError(`the radius of a ball must be a positive number, got ${exit.radius}`);
      return;
    case "level":
      return requireNumber("a level", exit.level);
    case "predicate":
      return;
  }
}

/**
 * @throws RangeError where the scheme takes diagonal noise alone, and B is not square and diagonal with
 *   Bᵢᵢ a function of θᵢ alone.
 */
export function requireDiagonal(
  scheme: Scheme,
  noise: Noise,
  sde: Sde,
  x: readonly Tensor[],
): void {
  if (scheme.strongOrder.general !== undefined) return;
  if (noise.kind !== "gaussian" || !noise.stateDependent) return;
  const factor = sde.factor(x);
  const flat = simplify({ inputs: [...x], outputs: factor.flat() }).outputs;
  const diagonal =
    sde.columns === x.length &&
    flat.every((entry, at) => {
      const [i, j] = [Math.floor(at / x.length), at % x.length];
      if (i !== j) return isZero(entry);
      const reads = new Set(topological([entry]));
      return x.every((xj, k) => k === i || !reads.has(xj));
    });
  if (!diagonal)
    throw new RangeError(
      `${scheme.name} takes noise that is constant or diagonal, each entry a function of its coordinate alone, got ${noise.name} in ${x.length} coordinates`,
    );
}

function requireCoordinate(what: string, coordinate: number, dimension: number): void {
  if (!Number.isSafeInteger(coordinate) || coordinate < 0 || coordinate >= dimension)
    throw new RangeError(
      `coordinate of ${what} must be from 0 to ${dimension - 1}, got ${coordinate}`,
    );
}

function requireNumber(what: string, value: number): void {
  if (!Number.isFinite(value)) throw new RangeError(`${what} must be finite, got ${value}`);
}

function requireLength(what: string, values: readonly number[], dimension: number): void {
  if (values.length !== dimension)
    throw new RangeError(`${what} must have ${dimension} entries, got ${values.length}`);
  values.forEach((value) => requireNumber(what, value));
}
