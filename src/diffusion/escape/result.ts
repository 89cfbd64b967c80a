// What an escape experiment found: everything that a file keeps and a report draws, as plain JSON.
import type { Convention } from "../theory/convention.ts";
import { type EscapeStatistics, escapeStatistics } from "./estimate.ts";
import { type EscapePathSample, samplePaths } from "./paths.ts";
import { type EscapeProblem, seesCrossings } from "./problem.ts";
import type { EscapeSpec } from "./spec.ts";
import type { Theory } from "./theory.ts";
import type { TheoryEntry } from "./theory-entry.ts";
import type { Exits } from "./walkers.ts";

export const escapeSchema = "thalweg/escape@1";

export interface EscapeThroughput {
  /** Steps of all walkers together. */
  readonly particleSteps: number;
  /** Of the run, with the start of its processes. */
  readonly seconds: number;
  /** While its processes were at work. */
  readonly particleStepsPerSecond: number;
  readonly processes: number;
}

export interface EscapeResult extends EscapeStatistics {
  readonly schema: typeof escapeSchema;
  readonly spec: EscapeSpec;
  /** What the estimate is of: the equation, or the recursion as it is. */
  readonly target: "continuous" | "discrete";
  readonly potential: Described;
  readonly noise: Described;
  readonly scheme: string;
  readonly convention: Convention;
  readonly exit: {
    readonly text: string;
    readonly kind: "half-space" | "ball" | "level" | "predicate";
    /** Whether crossings between the steps are drawn. */
    readonly bridged: boolean;
  };
  readonly eta: number;
  /** Steps after which a walker was given up. */
  readonly horizon: number;
  readonly theory: Readonly<Record<string, TheoryEntry>>;
  /** Key of the theory to hold the estimate against first; null where none applies. */
  readonly reference: string | null;
  readonly paths: readonly EscapePathSample[];
  readonly landscape: SurveyedLandscape;
  /** What a reader must know. */
  readonly notes: readonly string[];
  readonly interrupted: boolean;
  readonly throughput: EscapeThroughput;
}

interface Described {
  readonly name: string;
  readonly formula: string;
  readonly parameters: Readonly<Record<string, number>>;
}

/** Where to draw, and what is there. */
export interface SurveyedLandscape {
  /** [coordinates][low, high]; empty where nothing was looked for. */
  readonly box: readonly (readonly [number, number])[];
  readonly minimum: PlacedValue | null;
  readonly saddles: readonly PlacedValue[];
}

interface PlacedValue {
  readonly at: readonly number[];
  readonly value: number;
}

export interface EscapeRun {
  readonly exits: Exits;
  readonly horizon: number;
  readonly interrupted: boolean;
  readonly throughput: EscapeThroughput;
}

/** Steps that all paths of pictures together may take. */
const PATH_STEPS = 400_000;

/**
 * The result of a run. `paths` particles are followed once more for pictures, 8 at most.
 *
 * @throws RangeError where no walker was followed.
 */
export function escapeResult(
  problem: EscapeProblem,
  theory: Theory,
  { exits, horizon, interrupted, throughput }: EscapeRun,
  { paths = 4 }: { readonly paths?: number } = {},
): EscapeResult {
  const { spec, potential, noise, scheme, exit, process } = problem;
  const statistics = escapeStatistics(exits, spec.eta, spec.seed);
  const described = ({ name, formula, parameters }: Described): Described => ({
    name,
    formula,
    parameters,
  });
  const { minimum, passages, box } = theory.survey;
  const placed = ({ at, value }: PlacedValue): PlacedValue => ({ at, value });
  const shown = Math.min(paths, 8);
  return {
    schema: escapeSchema,
    spec,
    target: spec.target,
    potential: described(potential),
    noise: described(noise),
    scheme: scheme.name,
    convention: spec.convention,
    exit: { text: spec.exit, kind: exit.kind, bridged: process.bridged },
    eta: spec.eta,
    horizon,
    ...statistics,
    theory: theory.entries,
    reference: theory.reference ?? null,
    paths:
      shown === 0
        ? []
        : samplePaths(problem, {
            count: shown,
            steps: Math.min(horizon, Math.floor(PATH_STEPS / shown)),
          }),
    landscape: {
      box,
      minimum: minimum === undefined ? null : placed(minimum),
      saddles: passages.map(({ saddle }) => placed(saddle)),
    },
    notes: notesOf(problem, statistics, interrupted),
    interrupted,
    throughput,
  };
}

/** Below this chance exponential times would hardly look so. */
const DOUBT = 0.001;

function notesOf(
  problem: EscapeProblem,
  { steps, exponential }: EscapeStatistics,
  interrupted: boolean,
): string[] {
  const { spec, noise } = problem;
  const notes: string[] = [];
  if (spec.target === "discrete")
    notes.push("the times are those of the recursion itself, which is only where its steps end");
  else if (!seesCrossings(problem))
    notes.push(
      noise.kind === "levy"
        ? "crossings between steps are not seen: times are too long by a bias that vanishes with eta"
        : "crossings between steps are not seen: times are too long by a bias of order √eta (--etas measures it)",
    );
  if (interrupted)
    notes.push("interrupted: walkers still on their way count as censored at the step they had reached"); // prettier-ignore
  if (steps.censored > 0 && exponential !== null && exponential.pValue < DOUBT)
    notes.push(
      "the times are not exponential, which the estimate from censored times takes for granted: follow all walkers to their exit with a longer --horizon",
    );
  return notes;
}
