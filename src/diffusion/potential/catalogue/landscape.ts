import type { Box } from "../critical-points.ts";
import type { Potential } from "../potential.ts";

/** A critical point as it is known, at the default parameters. */
export interface KnownPoint {
  readonly at: readonly number[];
  readonly value: number;
  /** Of ∇²V, largest first; a zero stands for a direction in which V does not change. */
  readonly eigenvalues: readonly number[];
}

/** From a minimum over a saddle, both by their place in `points`. */
export interface KnownBarrier {
  readonly from: number;
  readonly over: number;
  readonly height: number;
}

/** A potential of the catalogue, with what is known of it. */
export interface KnownLandscape extends Potential {
  /** Where its wells are: for searches and for pictures. */
  readonly box: Box;
  readonly points: readonly KnownPoint[];
  readonly barriers: readonly KnownBarrier[];
  /** Whether `points` are all critical points in the box. */
  readonly complete: boolean;
  /** Where the formula and the numbers come from. */
  readonly source: string;
}

export function requireDimension(name: string, dimension: number): void {
  if (!Number.isInteger(dimension) || dimension < 1 || dimension > 1000)
    throw new RangeError(`${name}: a dimension is an integer from 1 to 1000, got ${dimension}`);
}

/** V(from) to V(over), as declared. */
export function barrier(points: readonly KnownPoint[], from: number, over: number): KnownBarrier {
  return { from, over, height: points[over].value - points[from].value };
}

export const repeat = <T>(x: T, n: number): T[] => Array.from({ length: n }, () => x);
