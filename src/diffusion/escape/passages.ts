// The ways out of a well: which saddles a rare walk must cross on its way to the exit. A walk may pass
// through other wells. A saddle counts where it leads from the start's well to the exit; or where, in the
// landscape below its height, it joins the basin of the start to another that has the exit.
import { symmetricEigen } from "../../numeric/index.ts";
import type { PotentialCalculus } from "../potential/calculus.ts";
import type { CriticalPoint } from "../potential/critical-points.ts";
import { type Barrier, barrierBetween } from "../theory/barrier.ts";
import type { ExitSurface } from "../theory/law.ts";
import { meanDiffusion } from "./mean-diffusion.ts";
import type { EscapeProblem } from "./problem.ts";

/** A way out over a saddle. */
export interface Passage {
  readonly saddle: CriticalPoint;
  /** From the deepest well of the start's basin. */
  readonly barrier: Barrier;
  /** Which of the two places the exit is next to. */
  readonly exitSurface: ExitSurface;
  /** From the saddle to the exit down the unstable direction, in units of √(D/|H_be|) there; at most 3. */
  readonly beyond: number;
}

/** A well, or the exit. */
type Place = CriticalPoint | "exit";

/** A saddle, and where one rolls to from its two sides: that of the negative direction first. */
interface Ridge {
  readonly saddle: CriticalPoint;
  readonly ends: readonly [Place, Place];
  /** Unit vector of the negative eigenvalue. */
  readonly direction: Float64Array;
  readonly curvature: number;
}

/** The passages from a well to the exit, lowest saddle first as `saddles` are. */
export function passagesTo(
  problem: EscapeProblem,
  calculus: PotentialCalculus,
  {
    minimum,
    minima,
    saddles,
    diagonal,
  }: {
    readonly minimum: CriticalPoint;
    readonly minima: readonly CriticalPoint[];
    readonly saddles: readonly CriticalPoint[];
    readonly diagonal: number;
  },
): Passage[] {
  const ridges = saddles.flatMap(
    (saddle) => ridgeOf(problem, calculus, saddle, minima, diagonal) ?? [],
  );
  return ridges.flatMap((ridge) => {
    const own = ridge.ends.indexOf(minimum);
    const from = own >= 0 && ridge.ends[1 - own] === "exit" ? { own, well: minimum } : joining(ridge, ridges, minimum); // prettier-ignore
    if (from === undefined || !(ridge.saddle.value > from.well.value)) return [];
    return [passageOver(problem, calculus, from.well, ridge, from.own === 0 ? 1 : -1)];
  });
}

/** Which end of a ridge is in the start's basin, and the deepest well there; undefined where it joins no basin of the exit. */
function joining(
  ridge: Ridge,
  ridges: readonly Ridge[],
  minimum: CriticalPoint,
): { readonly own: number; readonly well: CriticalPoint } | undefined {
  const height = ridge.saddle.value;
  const below = ridges.filter(({ saddle: { value } }) => value < height - 1e-9 * Math.max(1, Math.abs(height))); // prettier-ignore
  const home = basin(minimum, below);
  const own = ridge.ends.findIndex((end) => home.has(end));
  if (own < 0 || home.has("exit")) return undefined;
  const other = ridge.ends[1 - own];
  if (home.has(other) || !basin(other, below).has("exit")) return undefined;
  const wells = [...home].filter((place) => place !== "exit");
  return { own, well: wells.reduce((a, b) => (b.value < a.value ? b : a)) };
}

/** Everything that is joined to a place over these ridges. */
function basin(from: Place, ridges: readonly Ridge[]): ReadonlySet<Place> {
  const found = new Set<Place>([from]);
  for (let size = 0; size < found.size;) {
    size = found.size;
    for (const { ends } of ridges)
      if (ends.some((end) => found.has(end))) for (const end of ends) found.add(end);
  }
  return found;
}

function ridgeOf(
  problem: EscapeProblem,
  calculus: PotentialCalculus,
  saddle: CriticalPoint,
  minima: readonly CriticalPoint[],
  diagonal: number,
): Ridge | undefined {
  const d = calculus.dimension;
  const hessian = new Float64Array(d * d);
  calculus.hessian(saddle.at, hessian);
  const { values, vectors } = symmetricEigen(hessian, d);
  const direction = vectors.slice((d - 1) * d);
  const curvature = -values[d - 1];
  if (!(curvature > 0)) return undefined;
  const nudge = 1e-3 * diagonal;
  const ends = [-1, 1].map((sign): Place | undefined => {
    const from = saddle.at.map((x, i) => x + sign * nudge * direction[i]);
    const { at, left } = descend(problem, from, diagonal);
    return left ? "exit" : nearestMinimum(minima, at, diagonal);
  });
  const [a, b] = ends;
  return a === undefined || b === undefined
    ? undefined
    : { saddle, ends: [a, b], direction, curvature };
}

function passageOver(
  problem: EscapeProblem,
  calculus: PotentialCalculus,
  from: CriticalPoint,
  { saddle, direction, curvature }: Ridge,
  outward: -1 | 1,
): Passage {
  const width = Math.sqrt((meanDiffusion(problem, saddle.at) ?? 0) / curvature);
  const along = (t: number) => saddle.at.map((x, i) => x + t * direction[i]);
  let beyond = 3;
  for (let k = -60; k <= 60; k++)
    if (problem.host.hasLeft(along((outward * k * width) / 20))) {
      beyond = k / 20;
      break;
    }
  return {
    saddle,
    barrier: barrierBetween(calculus, from.at, saddle.at),
    exitSurface: beyond < 1 ? "saddle" : "beyond",
    beyond,
  };
}

const DESCENT_STEPS = 20_000;

/** Down the gradient by steps that lower V, until they are small or the exit holds. */
export function descend(
  { host }: EscapeProblem,
  from: ArrayLike<number>,
  diagonal: number,
): { readonly at: readonly number[]; readonly left: boolean } {
  let x = Array.from(from);
  let value = host.value(x);
  let step = 0.01 * diagonal;
  for (let k = 0; k < DESCENT_STEPS && step > 1e-9 * diagonal; k++) {
    if (host.hasLeft(x)) return { at: x, left: true };
    const g = host.gradient(x);
    const size = Math.hypot(...g);
    if (!(size > 0)) break;
    const next = x.map((xi, i) => xi - (step * g[i]) / size);
    const lower = host.value(next);
    if (lower < value) {
      [x, value] = [next, lower];
      step = Math.min(1.5 * step, 0.01 * diagonal);
    } else step /= 3;
  }
  return { at: x, left: host.hasLeft(x) };
}

/** The well that a descent has come to, if any. */
export function nearestMinimum(
  minima: readonly CriticalPoint[],
  at: readonly number[],
  diagonal: number,
): CriticalPoint | undefined {
  let best: CriticalPoint | undefined;
  let least = 0.02 * diagonal;
  for (const point of minima) {
    const distance = Math.hypot(...point.at.map((x, i) => x - at[i]));
    if (distance <= least) [best, least] = [point, distance];
  }
  return best;
}
