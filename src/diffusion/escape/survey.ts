// What laws of escape need to know of a landscape: the well that the start lies in, and the saddles by which
// walks leave it to the exit.
import { type Box, type CriticalPoint, findCriticalPoints } from "../potential/critical-points.ts";
import { potentialCalculus, type PotentialCalculus } from "../potential/calculus.ts";
import { meanDiffusion } from "./mean-diffusion.ts";
import { descend, nearestMinimum, type Passage, passagesTo } from "./passages.ts";
import type { EscapeProblem } from "./problem.ts";

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
/** Of the box, in D above the start: the second where the first has no passage in it. */
const [NEAR, FAR] = [60, 300];

/**
 * Look for the well of the start and its passages to the exit, with D where they are.
 *
 * The box holds what lies within 60 D of the start's height along the axes, from the start and then from
 * every minimum found; or within 300 D, where that box has no passage in it. Cost: a search for critical
 * points, some 10 ms to a second.
 */
export function survey(problem: EscapeProblem): Survey {
  const { potential, spec } = problem;
  const calculus = potentialCalculus(potential);
  const none = (reason: string): Survey => ({
    calculus,
    box: [],
    minimum: undefined,
    passages: [],
    reason,
  });
  if (potential.dimension > MOST_COORDINATES)
    return none(`the landscape has more than ${MOST_COORDINATES} coordinates`);
  const scale = meanDiffusion(problem, spec.start);
  if (scale === undefined || scale === 0) return none("there is no diffusion constant");
  const near = within(problem, calculus, NEAR * scale);
  if (near.passages.length > 0 || near.minimum === undefined) return near;
  const far = within(problem, calculus, FAR * scale);
  return far.passages.length > 0 ? far : near;
}

/** The survey of a box as high as `height` above the start. */
function within(problem: EscapeProblem, calculus: PotentialCalculus, height: number): Survey {
  const { potential, spec } = problem;
  let box = boxFrom(problem, [spec.start], height);
  let points: readonly CriticalPoint[] = [];
  for (let round = 0; round < 3; round++) {
    points = findCriticalPoints(potential, box, { starts: 60 * potential.dimension }).points;
    const minima = points.filter(({ kind }) => kind === "minimum").map(({ at }) => at);
    const wider = boxFrom(problem, [spec.start, ...minima], height);
    const grown = wider.some(([low, high], i) => low < box[i][0] || high > box[i][1]);
    box = wider;
    if (!grown) break;
  }
  const none = (reason: string): Survey => ({
    calculus,
    box,
    minimum: undefined,
    passages: [],
    reason,
  });
  const diagonal = Math.hypot(...box.map(([low, high]) => high - low));
  const bottom = descend(problem, spec.start, diagonal);
  if (bottom.left) return none("a particle that rolls down from the start leaves at once");
  const minima = points.filter(({ kind }) => kind === "minimum");
  const minimum = nearestMinimum(minima, bottom.at, diagonal);
  if (minimum === undefined) return none("the start lies in no well with a smooth minimum");
  const saddles = points.filter(
    ({ index, eigenvalues }) => index === 1 && eigenvalues.every((value) => value !== 0),
  );
  const passages = passagesTo(problem, calculus, { minimum, minima, saddles, diagonal });
  return {
    calculus,
    box,
    minimum,
    passages,
    reason: passages.length > 0 ? undefined : "no saddle leads from the well to the exit",
  };
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
