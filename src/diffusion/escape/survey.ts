// What laws of escape need to know of a landscape: the well that the start lies in, and the saddles by which
// walks leave it to the exit.
import { symmetricEigen } from "../../numeric/index.ts";
import { type Box, type CriticalPoint, findCriticalPoints } from "../potential/critical-points.ts";
import { potentialCalculus, type PotentialCalculus } from "../potential/calculus.ts";
import { type Barrier, barrierBetween } from "../theory/barrier.ts";
import type { ExitSurface } from "../theory/law.ts";
import type { EscapeProblem } from "./problem.ts";

/** A way out over a saddle. */
export interface Passage {
  readonly saddle: CriticalPoint;
  readonly barrier: Barrier;
  /** Which of the two places the exit is next to. */
  readonly exitSurface: ExitSurface;
  /** From the saddle to the exit down the unstable direction, in units of √(D/|H_be|) there; at most 3. */
  readonly beyond: number;
}

export interface Survey {
  readonly calculus: PotentialCalculus;
  /** Where critical points were looked for. */
  readonly box: Box;
  readonly minimum: CriticalPoint | undefined;
  /** Lowest saddle first. */
  readonly passages: readonly Passage[];
  /** Why there is no minimum, or no passage. */
  readonly reason: string | undefined;
}

/** Beyond this many coordinates no search is made. */
const MOST_COORDINATES = 6;
const SCAN = 200;
const DESCENT_STEPS = 20_000;

/**
 * Look for the well of the start and its passages to the exit, with D where they are.
 *
 * The box holds what lies within 60 D of the start's height along the axes, from the start and then from
 * every minimum found. Cost: a search for critical points, some 10 ms to a second.
 */
export function survey(problem: EscapeProblem): Survey {
  const { potential, spec } = problem;
  const calculus = potentialCalculus(potential);
  const none = (reason: string, box: Box = []): Survey => ({
    calculus,
    box,
    minimum: undefined,
    passages: [],
    reason,
  });
  if (potential.dimension > MOST_COORDINATES)
    return none(`the landscape has more than ${MOST_COORDINATES} coordinates`);
  const scale = meanDiffusion(problem, spec.start);
  if (scale === undefined || scale === 0) return none("there is no diffusion constant");
  let box = boxFrom(problem, [spec.start], 60 * scale);
  let points: readonly CriticalPoint[] = [];
  for (let round = 0; round < 3; round++) {
    points = findCriticalPoints(potential, box, { starts: 60 * potential.dimension }).points;
    const minima = points.filter(({ kind }) => kind === "minimum").map(({ at }) => at);
    const wider = boxFrom(problem, [spec.start, ...minima], 60 * scale);
    const grown = wider.some(([low, high], i) => low < box[i][0] || high > box[i][1]);
    box = wider;
    if (!grown) break;
  }
  const diagonal = Math.hypot(...box.map(([low, high]) => high - low));
  const bottom = descend(problem, spec.start, diagonal);
  if (bottom.left) return none("a particle that rolls down from the start leaves at once", box);
  const minimum = nearestOf(points, bottom.at, 0.02 * diagonal, "minimum");
  if (minimum === undefined) return none("the start lies in no well with a smooth minimum", box);
  const passages = points
    .filter(({ index, eigenvalues }) => index === 1 && eigenvalues.every((value) => value !== 0))
    .flatMap((saddle) => passageOver(problem, calculus, minimum, saddle, diagonal) ?? []);
  return {
    calculus,
    box,
    minimum,
    passages,
    reason: passages.length > 0 ? undefined : "no saddle leads from the well to the exit",
  };
}

/** tr D/d, undefined for jumps. */
export function meanDiffusion(
  { host, potential: { dimension } }: EscapeProblem,
  x: ArrayLike<number>,
): number | undefined {
  const d = host.diffusion?.(x);
  if (d === undefined) return undefined;
  let trace = 0;
  for (let i = 0; i < dimension; i++) trace += d[i * dimension + i];
  return trace / dimension;
}

/** Along each axis from each point, as far as V lies less than `height` above the start; walls end it. */
function boxFrom(
  { host, walls, spec }: EscapeProblem,
  points: readonly (readonly number[])[],
  height: number,
): Box {
  const limit = host.value(spec.start) + height;
  return spec.start.map((_, i) => {
    let [low, high] = [Infinity, -Infinity];
    for (const point of points) {
      const reach = 10 * Math.max(1, ...point.map(Math.abs));
      for (const sign of [-1, 1]) {
        let end = point[i] + (sign * reach) / SCAN;
        for (let k = 1; k <= SCAN; k++) {
          const x = point[i] + (sign * reach * k) / SCAN;
          if (host.value(point.with(i, x)) < limit) end = x + (sign * reach) / SCAN;
        }
        [low, high] = [Math.min(low, end), Math.max(high, end)];
      }
    }
    for (const { coordinate, at, keeps } of walls)
      if (coordinate === i) {
        if (keeps === "above") low = Math.max(low, at);
        else high = Math.min(high, at);
      }
    return [low, high] as const;
  });
}

/** Down the gradient by steps that lower V, until they are small or the exit holds. */
function descend(
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

function passageOver(
  problem: EscapeProblem,
  calculus: PotentialCalculus,
  minimum: CriticalPoint,
  saddle: CriticalPoint,
  diagonal: number,
): Passage | undefined {
  const d = calculus.dimension;
  const hessian = new Float64Array(d * d);
  calculus.hessian(saddle.at, hessian);
  const { values, vectors } = symmetricEigen(hessian, d);
  const direction = vectors.slice((d - 1) * d);
  const curvature = -values[d - 1];
  if (!(saddle.value > minimum.value && curvature > 0)) return undefined;
  const along = (t: number) => saddle.at.map((x, i) => x + t * direction[i]);
  const nudge = 1e-3 * diagonal;
  const ends = [-1, 1].map((sign) => descend(problem, along(sign * nudge), diagonal));
  const home = ends.findIndex(
    ({ at, left }) => !left && nearestOf([minimum], at, 0.02 * diagonal, "minimum") !== undefined,
  );
  const width = Math.sqrt((meanDiffusion(problem, saddle.at) ?? 0) / curvature);
  if (home < 0) return undefined;
  const outward = home === 0 ? 1 : -1;
  if (!ends[1 - home].left) return undefined;
  let beyond = 3;
  for (let k = -60; k <= 60; k++)
    if (problem.host.hasLeft(along((outward * k * width) / 20))) {
      beyond = k / 20;
      break;
    }
  return {
    saddle,
    barrier: barrierBetween(calculus, minimum.at, saddle.at),
    exitSurface: beyond < 1 ? "saddle" : "beyond",
    beyond,
  };
}

function nearestOf(
  points: readonly CriticalPoint[],
  at: readonly number[],
  within: number,
  kind: CriticalPoint["kind"],
): CriticalPoint | undefined {
  let best: CriticalPoint | undefined;
  let least = within;
  for (const point of points) {
    const distance = Math.hypot(...point.at.map((x, i) => x - at[i]));
    if (point.kind === kind && distance <= least) [best, least] = [point, distance];
  }
  return best;
}
