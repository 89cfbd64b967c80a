// The mean exit time in two dimensions by Fokker and Planck's equation on a grid that holds what a walk sees.
import { exitTime2d } from "../fokker-planck/exit-time.ts";
import type { Axis } from "../fokker-planck/grid.ts";
import type { Diffusion2d, Process2d } from "../fokker-planck/process2d.ts";
import type { EscapeProblem } from "./problem.ts";
import { meanDiffusion, type Survey } from "./survey.ts";
import { entry, type TheoryEntry } from "./theory-entry.ts";

const facts = {
  name: "Fokker–Planck",
  formula: "L u = −1 on a grid, u = 0 at the exit",
  source: "finite volumes of Scharfetter and Gummel, state reduction",
};

/** Coarse cells a side that the reach of a walk is looked for on. */
const COARSE = 160;

/** Cells a side of the finest grid; more where the first are not enough. */
const CELLS = [64, 128];

/** Relative error that is good enough. */
const WANTED = 0.005;

type Side = Pick<Axis, "low" | "high">;

/** As a row of the theory table; where the grid is refused, why. */
export function fokkerPlanckTime(problem: EscapeProblem, found: Survey): TheoryEntry {
  const { spec, host } = problem;
  try {
    const reach = reachOf(problem, found);
    if (typeof reach === "string")
      return entry(facts, spec.eta, { applies: false, why: reach, logTime: undefined });
    const process = processOf(problem);
    const solve = (cells: number) =>
      exitTime2d(process, {
        x: { ...reach[0], cells },
        y: { ...reach[1], cells },
        exit: (x, y) => (host.hasLeft([x, y]) ? 1 : -1),
        start: [spec.start[0], spec.start[1]],
      });
    let cells = CELLS[0];
    let result = solve(cells);
    if (!(result.error < WANTED * result.value)) result = solve((cells = CELLS[1]));
    const relative = result.error / result.value;
    return entry(facts, spec.eta, {
      applies: relative < 0.05,
      why:
        relative < 0.05
          ? `the equation on ${cells} × ${cells} cells, error ${(100 * relative).toPrecision(2)} %`
          : `the grid is too coarse: error ${(100 * relative).toPrecision(2)} %`,
      logTime: Math.log(result.value),
      error: result.error,
      convention: spec.convention,
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return entry(facts, spec.eta, { applies: false, why: error.message, logTime: undefined });
  }
}

function processOf({ host, noise, spec }: EscapeProblem): Process2d {
  const at = (x: number, y: number): readonly [number, number, number] => {
    const [dxx, dxy, , dyy] = host.diffusion!([x, y]);
    return [dxx, dxy, dyy];
  };
  const constant = noise.kind === "gaussian" && !noise.stateDependent;
  const [dxx, dxy, dyy] = at(spec.start[0], spec.start[1]);
  const isotropic = noise.name === "constant" || noise.name === "isotropic";
  const diffusion: Diffusion2d = isotropic
    ? constant
      ? dxx
      : (x, y) => at(x, y)[0]
    : constant && dxy === 0
      ? { kind: "diagonal", at: () => [dxx, dyy] }
      : { kind: "matrix", at };
  return {
    gradient(x, y) {
      const [gx, gy] = host.gradient([x, y]);
      return [gx, gy];
    },
    diffusion,
    convention: spec.convention,
  };
}

/**
 * A rectangle about all that is reached from the start without leaving and without rising more than 20 D
 * above the well, or 12 D above the highest passage: a walk is elsewhere with a chance below e⁻¹². Walls
 * that reflect end it where they are.
 */
function reachOf(problem: EscapeProblem, found: Survey): readonly [Side, Side] | string {
  const { host, spec, walls } = problem;
  const { box, minimum, passages } = found;
  if (box.length !== 2) return found.reason ?? "there is no box to put a grid on";
  const d = meanDiffusion(problem, spec.start) ?? 0;
  const bottom = Math.min(minimum?.value ?? Infinity, host.value(spec.start));
  const top = Math.max(...passages.map(({ saddle }) => saddle.value), host.value(spec.start));
  const limit = Math.max(bottom + 20 * d, top + 12 * d);
  const step = box.map(([low, high]) => (high - low) / COARSE);
  const place = (i: number, k: number) => box[i][0] + (k + 0.5) * step[i];
  const cell = spec.start.map((x, i) =>
    Math.min(COARSE - 1, Math.max(0, Math.floor((x - box[i][0]) / step[i]))),
  );
  const seen = new Uint8Array(COARSE * COARSE);
  const open = [cell];
  seen[cell[0] + COARSE * cell[1]] = 1;
  const [low, high] = [[...cell], [...cell]];
  while (open.length > 0) {
    const [i, j] = open.pop()!;
    [low[0], low[1]] = [Math.min(low[0], i), Math.min(low[1], j)];
    [high[0], high[1]] = [Math.max(high[0], i), Math.max(high[1], j)];
    const x = [place(0, i), place(1, j)];
    const first = i === cell[0] && j === cell[1];
    if (!first && (host.hasLeft(x) || !(host.value(x) < limit))) continue;
    for (const [di, dj] of [
      [-1, 0],
      [1, 0],
      [0, -1],
      [0, 1],
    ]) {
      // prettier-ignore
      const [ni, nj] = [i + di, j + dj];
      if (ni < 0 || nj < 0 || ni >= COARSE || nj >= COARSE || seen[ni + COARSE * nj]) continue;
      seen[ni + COARSE * nj] = 1;
      open.push([ni, nj]);
    }
  }
  const axis = (i: 0 | 1): Side => {
    const ends = [box[i][0] + low[i] * step[i], box[i][0] + (high[i] + 1) * step[i]];
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
