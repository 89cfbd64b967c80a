// The mean exit time in two dimensions by Fokker and Planck's equation on a grid that holds what a walk sees.
import { type ExitTime, exitTime2d } from "../fokker-planck/exit-time.ts";
import type { Diffusion2d, Process2d } from "../fokker-planck/process2d.ts";
import type { EscapeProblem } from "./problem.ts";
import { reachOf } from "./grid-reach.ts";
import type { Survey } from "./survey.ts";
import { entry, type TheoryEntry } from "./theory-entry.ts";

const facts = {
  name: "Fokker–Planck",
  formula: "L u = −1 on a grid, u = 0 at the exit",
  source: "finite volumes of Scharfetter and Gummel, state reduction",
};

/** Cells a side of the finest grid, and the relative error that the next is not asked for at. */
const GRIDS = [
  [64, 0.005],
  [128, 0.02],
  [256, Infinity],
] as const;

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
    let [cells, result] = [0, undefined as ExitTime | undefined];
    for (const [size, enough] of GRIDS) {
      [cells, result] = [size, solve(size)];
      if (result.error < enough * result.value) break;
    }
    const { value, error } = result!;
    const relative = error / value;
    return entry(facts, spec.eta, {
      applies: relative < 0.05,
      why:
        relative < 0.05
          ? `the equation on ${cells} × ${cells} cells, error ${(100 * relative).toPrecision(2)} %`
          : `the grid is too coarse: error ${(100 * relative).toPrecision(2)} %`,
      logTime: Math.log(value),
      error,
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
