// Every law that says something of an experiment, and what it says.
import type { Barrier } from "../theory/barrier.ts";
import { ddtSgd } from "../theory/ddt-sgd.ts";
import { ddtWhiteNoise } from "../theory/ddt-white-noise.ts";
import { escapePath } from "../theory/escape-path.ts";
import { type Boundary, firstPassage } from "../theory/first-passage.ts";
import { kramers } from "../theory/kramers.ts";
import type { EscapeLaw } from "../theory/law.ts";
import { powerLaw1d } from "../theory/power-law.ts";
import { fokkerPlanckTime } from "./grid-time.ts";
import type { EscapeProblem } from "./problem.ts";
import type { Passage } from "./passages.ts";
import { survey, type Survey } from "./survey.ts";
import { entry, type TheoryEntry } from "./theory-entry.ts";

export interface Theory {
  /** By key: quadrature, fokkerPlanck, kramers, ddt, … */
  readonly entries: Readonly<Record<string, TheoryEntry>>;
  /** The key of the best one that applies. */
  readonly reference: string | undefined;
  readonly survey: Survey;
}

/** How far a walk of discrete steps overshoots a wall that it is not seen to touch: −ζ(½)/√(2π). */
const OVERSHOOT = 0.5825971579390107;

/**
 * All that theory says of a problem. Laws of escape from a well assume that nothing else happens first;
 * quadrature and Fokker–Planck assume nothing.
 *
 * Cost: some 0.1 s in one dimension, 1 s in two.
 */
export function theoryOf(problem: EscapeProblem): Theory {
  const found = survey(problem);
  const entries: Record<string, TheoryEntry> = {};
  const { noise, potential, scheme, spec } = problem;
  if (scheme.velocities)
    return { entries, reference: undefined, survey: { ...found, reason: "velocities" } };
  const gaussian = problem.host.diffusion !== undefined && noise.name !== "none";
  if (gaussian && potential.dimension === 1) {
    entries.quadrature = quadrature(problem, found, 0);
    if (!problem.process.bridged && entries.quadrature.time !== null)
      entries.quadratureShifted = quadrature(problem, found, OVERSHOOT);
  }
  if (gaussian && potential.dimension === 2)
    entries.fokkerPlanck = fokkerPlanckTime(problem, found);
  if (noise.kind === "gaussian" && noise.name === "constant") whiteNoise(problem, found, entries);
  if (spec.noise.kind === "hessian")
    hessianShaped(problem, found, entries, spec.noise.batchSize, spec.noise.floor);
  if (spec.noise.kind === "quadratic") powerLaw(problem, found, entries, spec.noise);
  if (spec.noise.kind === "sgd" && !("sum" in potential))
    hessianShaped(problem, found, entries, spec.noise.batchSize / spec.noise.variance, spec.noise.floor); // prettier-ignore
  const order = ["quadrature", "fokkerPlanck", "powerLaw", "ddtFloored", "kramers", "ddt"];
  const reference = order.find((key) => entries[key]?.applies && entries[key].time !== null);
  return { entries, reference, survey: found };
}

function quadrature(problem: EscapeProblem, found: Survey, overshoot: number): TheoryEntry {
  const { host, spec, walls } = problem;
  const [start] = spec.start;
  const diffusion = (x: number) => host.diffusion!([x])[0];
  const facts = {
    name: overshoot === 0 ? "quadrature" : "quadrature, exit shifted",
    formula: `E T = ∫G(x, y)·m(y) dy${overshoot === 0 ? "" : ", exits 0.583·√(2Dη) farther off"}`,
    source: "Gardiner, Handbook of Stochastic Methods, 5.2.7" + (overshoot === 0 ? "" : "; Broadie, Glasserman and Kou 1997"), // prettier-ignore
    convention: spec.convention,
  };
  try {
    const shift = (x: number) => overshoot * Math.sqrt(2 * diffusion(x) * spec.eta);
    const [left, right] = ([-1, 1] as const).map((sign): Boundary => {
      const wall = walls.find(({ keeps }) => keeps === (sign < 0 ? "above" : "below"));
      const exit = exitAlong(problem, sign, found, wall?.at);
      if (exit !== undefined) return { kind: "exit", at: exit + sign * shift(exit) };
      return wall === undefined ? { kind: "natural" } : { kind: "reflect", at: wall.at };
    });
    const { mean, logMean, error, status } = firstPassage(
      { gradient: (x) => host.gradient([x])[0], diffusion, convention: spec.convention },
      start,
      { left, right, tolerance: 1e-6 },
    );
    return entry(facts, spec.eta, {
      applies: status === "converged",
      why:
        status === "unbounded"
          ? "the landscape does not confine: there is no mean time"
          : status === "converged"
            ? overshoot === 0
              ? "exact for the equation"
              : "steps that are only seen at their ends cross late"
            : `relative error ${error.toPrecision(2)}`,
      logTime: logMean,
      error: error * mean,
    });
  } catch (problemMet) {
    if (!(problemMet instanceof RangeError)) throw problemMet;
    return entry(facts, spec.eta, { applies: false, why: problemMet.message, logTime: undefined });
  }
}

/** The first place to the left or right of the start where the exit holds; undefined where there is none in reach. */
function exitAlong(
  { host, exit, spec }: EscapeProblem,
  sign: -1 | 1,
  { box }: Survey,
  wall: number | undefined,
): number | undefined {
  const [start] = spec.start;
  if (exit.kind === "half-space") {
    const at = exit.offset / exit.normal[0];
    return Math.sign(at - start) === sign ? at : undefined;
  }
  const [low, high] = box.length > 0 ? box[0] : [start - 10, start + 10];
  const end = wall ?? (sign < 0 ? Math.min(low, start - 1) : Math.max(high, start + 1));
  const SCAN = 4000;
  let inside = start;
  for (let k = 1; k <= SCAN; k++) {
    const x = start + ((end - start) * k) / SCAN;
    if (host.hasLeft([x])) {
      let out = x;
      for (let i = 0; i < 60; i++) {
        const middle = (inside + out) / 2;
        if (host.hasLeft([middle])) out = middle;
        else inside = middle;
      }
      return out;
    }
    inside = x;
  }
  return undefined;
}

function whiteNoise(
  problem: EscapeProblem,
  found: Survey,
  entries: Record<string, TheoryEntry>,
): void {
  const diffusion = problem.noise.parameters.diffusion;
  entries.kramers = overPassages(problem, found, "kramers", (barrier, exitSurface) =>
    kramers(barrier, diffusion, { exitSurface }),
  );
  entries.ddt = overPassages(problem, found, "ddt-white-noise-along-path", (barrier, exitSurface) =>
    ddtWhiteNoise(barrier, diffusion, { exitSurface, form: "along-path" }),
  );
}

function hessianShaped(
  problem: EscapeProblem,
  found: Survey,
  entries: Record<string, TheoryEntry>,
  batch: number,
  epsilon: number,
): void {
  const { eta, convention } = problem.spec;
  const laws = (passage: Passage) => {
    // Straight to the saddle: in one dimension the only path.
    const straight = problem.potential.dimension === 1 && epsilon > 0;
    const path = straight
      ? escapePath(found.calculus, [found.minimum!.at, passage.saddle.at])
      : undefined;
    return ddtSgd(
      passage.barrier,
      { eta, batch },
      {
        exitSurface: passage.exitSurface,
        convention,
        ...(path === undefined ? {} : { floor: { path, epsilon } }),
      },
    );
  };
  const pick = (key: "low" | "high" | "flooredIntegral", name: string) =>
    overPassages(problem, found, name, (_, __, passage) => laws(passage)[key]);
  entries.ddtLow = pick("low", "ddt-sgd-low");
  entries.ddtHigh = pick("high", "ddt-sgd-high");
  if (epsilon > 0 && problem.potential.dimension === 1)
    entries.ddtFloored = pick("flooredIntegral", "ddt-sgd-floored");
}

function powerLaw(
  problem: EscapeProblem,
  found: Survey,
  entries: Record<string, TheoryEntry>,
  { sigmaG, sigmaH, rho, center }: { sigmaG: number; sigmaH: number; rho: number; center: number },
): void {
  const { eta, convention } = problem.spec;
  entries.powerLaw = overPassages(problem, found, "power-law", (barrier, exitSurface) => {
    if (!(sigmaG > 0 && sigmaH > 0)) return undefined;
    const kappa = barrier.minimumCurvature / (eta * sigmaH);
    const law = powerLaw1d(barrier, { eta, sigmaG, kappa }, { convention, exitSurface });
    // C grows with the distance, the law's with the loss: the same in a parabola about the minimum only.
    const off = Math.abs(center - found.minimum!.at[0]);
    if (rho !== 0 || off > 1e-6)
      return { ...law, applies: false, why: "the noise is not least at the minimum" };
    return { ...law, applies: false, why: `C grows with the distance here, with the loss in the law${law.applies ? "" : `; ${law.why}`}` }; // prettier-ignore
  });
}

/** The law over all passages: rates add up. The conditions are those of the lowest. */
function overPassages(
  problem: EscapeProblem,
  found: Survey,
  name: string,
  lawOver: (
    barrier: Barrier,
    exitSurface: Passage["exitSurface"],
    passage: Passage,
  ) => EscapeLaw | undefined,
): TheoryEntry {
  const { eta } = problem.spec;
  const facts = { name, formula: "", source: "" };
  const laws: EscapeLaw[] = [];
  try {
    for (const passage of found.passages) {
      const own = lawOver(passage.barrier, passage.exitSurface, passage);
      if (own !== undefined) laws.push(own);
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return entry(facts, eta, { applies: false, why: error.message, logTime: undefined });
  }
  if (laws.length === 0)
    return entry(facts, eta, {
      applies: false,
      why: found.reason ?? "the noise has no such law",
      logTime: undefined,
    });
  const [first] = laws;
  const least = Math.min(...laws.map(({ logTime }) => logTime));
  const rates = laws.reduce((sum, { logTime }) => sum + Math.exp(least - logTime), 0);
  const place = between(found.passages[0]);
  return entry(first, eta, {
    applies: first.applies && place === undefined,
    why: place ?? (laws.length > 1 ? `${first.why}; over ${laws.length} saddles` : first.why),
    logTime: least - Math.log(rates),
    exitSurface: found.passages[0].exitSurface,
    convention: first.convention,
  });
}

/** Laws speak of an exit at the saddle or well past it. */
function between({ beyond }: Passage): string | undefined {
  if (beyond >= 2 || Math.abs(beyond) <= 0.15) return undefined;
  return beyond < 0
    ? `the exit comes before the saddle, by ${(-beyond).toPrecision(2)} widths of the noise`
    : `the exit is neither at the saddle nor well past it: ${beyond.toPrecision(2)} widths of the noise`;
}
