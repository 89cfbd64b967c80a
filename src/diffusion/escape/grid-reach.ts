// The rectangle that a grid must cover: all that a walk sees on its way from the start to the exit.
import type { Axis } from "../fokker-planck/grid.ts";
import { meanDiffusion } from "./mean-diffusion.ts";
import type { EscapeProblem } from "./problem.ts";
import type { Survey } from "./survey.ts";

/** Coarse cells a side. */
const COARSE = 160;

type Side = Pick<Axis, "low" | "high">;

/** What is flooded from the start's cell below a height. */
interface Flood {
  /** Lowest and highest cell numbers, [coordinates]. */
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly exit: boolean;
}

/**
 * A rectangle about all that is reached from the start without leaving and without rising more than 20 D
 * above the well, or 12 D above the lowest way to the exit: a walk is elsewhere with a chance below e⁻¹².
 * The height of that way is found on the coarse cells themselves, whatever wells and saddles it leads
 * through. Walls that reflect end the rectangle where they are.
 */
export function reachOf(problem: EscapeProblem, found: Survey): readonly [Side, Side] | string {
  const { host, spec, walls } = problem;
  const { box, minimum } = found;
  if (box.length !== 2) return found.reason ?? "there is no box to put a grid on";
  const d = meanDiffusion(problem, spec.start) ?? 0;
  const atStart = host.value(spec.start);
  const bottom = Math.min(minimum?.value ?? Infinity, atStart);
  const flood = floodOf(problem, box);
  const top = ridge(flood, atStart, atStart + 300 * d) ?? atStart;
  const { low, high } = flood(Math.max(bottom + 20 * d, top + 12 * d));
  const axis = (i: 0 | 1): Side => {
    const step = (box[i][1] - box[i][0]) / COARSE;
    const ends = [box[i][0] + low[i] * step, box[i][0] + (high[i] + 1) * step];
    // The exit must hold some cells of the coarsest grid, of which there are 16 a side.
    const margin = 0.15 * (ends[1] - ends[0]);
    const side = [ends[0] - margin, ends[1] + margin];
    for (const { coordinate, at, keeps } of walls)
      if (coordinate === i) {
        if (keeps === "above") side[0] = Math.max(side[0], at);
        else side[1] = Math.min(side[1], at);
      }
    return { low: side[0], high: side[1] };
  };
  return [axis(0), axis(1)];
}

/** The height at which the flood meets the exit, to a 4000th of the range; undefined where it does not. */
function ridge(flood: (limit: number) => Flood, low: number, high: number): number | undefined {
  if (!flood(high).exit) return undefined;
  for (let k = 0; k < 12; k++) {
    const middle = (low + high) / 2;
    if (flood(middle).exit) high = middle;
    else low = middle;
  }
  return high;
}

function floodOf({ host, spec }: EscapeProblem, box: Survey["box"]): (limit: number) => Flood {
  const step = box.map(([low, high]) => (high - low) / COARSE);
  const place = (i: number, k: number) => box[i][0] + (k + 0.5) * step[i];
  const heights = new Float64Array(COARSE * COARSE);
  const out = new Uint8Array(COARSE * COARSE);
  for (let j = 0; j < COARSE; j++)
    for (let i = 0; i < COARSE; i++) {
      const x = [place(0, i), place(1, j)];
      heights[i + COARSE * j] = host.value(x);
      out[i + COARSE * j] = host.hasLeft(x) ? 1 : 0;
    }
  const first = spec.start.map((x, i) =>
    Math.min(COARSE - 1, Math.max(0, Math.floor((x - box[i][0]) / step[i]))),
  );
  return (limit) => {
    const seen = new Uint8Array(COARSE * COARSE);
    const open = [first];
    const start = first[0] + COARSE * first[1];
    seen[start] = 1;
    const [low, high] = [[...first], [...first]];
    let exit = false;
    while (open.length > 0) {
      const [i, j] = open.pop()!;
      low[0] = Math.min(low[0], i);
      low[1] = Math.min(low[1], j);
      high[0] = Math.max(high[0], i);
      high[1] = Math.max(high[1], j);
      const cell = i + COARSE * j;
      if (out[cell] === 1 && cell !== start) exit = true;
      if (cell !== start && (out[cell] === 1 || !(heights[cell] < limit))) continue;
      for (const [di, dj] of NEIGHBOURS) {
        const [ni, nj] = [i + di, j + dj];
        if (ni < 0 || nj < 0 || ni >= COARSE || nj >= COARSE || seen[ni + COARSE * nj]) continue;
        seen[ni + COARSE * nj] = 1;
        open.push([ni, nj]);
      }
    }
    return { low, high, exit };
  };
}

const NEIGHBOURS = [
  [-1, 0],
  [1, 0],
  [0, -1],
  [0, 1],
] as const;
