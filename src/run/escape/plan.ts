// What a run of walkers will take, before it starts: a horizon, a pace, a time.
import {
  type EscapeProblem,
  runWalkers,
  type Theory,
  theoryOf,
  type WalkerRange,
} from "../../diffusion/index.ts";
import { ConfigError } from "../config/config-error.ts";

export interface EscapePlan {
  readonly problem: EscapeProblem;
  readonly theory: Theory;
  /** Steps after which a walker is given up. */
  readonly horizon: number;
  /** Expected steps of a walker. */
  readonly stepsEach: number;
  /** Particle-steps a second of one process, measured. */
  readonly pace: number;
  /** Expected seconds on `processes`. */
  readonly seconds: number;
  readonly processes: number;
}

/** A walker that takes longer than so many mean times is one in 5·10⁸, for exponential times. */
const PATIENCE = 20;

/** Pilots follow this many walkers for as many steps in all, the second only where the first saw nothing. */
const PILOT_WALKERS = 128;
const PILOT_STEPS = [2e7, 2e8];
/** A first look at the pace, and a longer one where much hangs on it. */
const PACE_MILLISECONDS = [150, 1500];
const LONG_SECONDS = 60;

/**
 * Plan a run: the horizon is the spec's, or twenty times the mean time by the theory that applies, or by a
 * pilot of 128 walkers of their own, which ends after a number of steps and not of seconds: the plan is the
 * same everywhere but for its pace.
 *
 * @throws ConfigError where no horizon is given and no pilot leaves.
 */
export function planEscape(problem: EscapeProblem, processes: number): EscapePlan {
  const theory = theoryOf(problem);
  const { spec } = problem;
  const known = theory.reference === undefined ? null : theory.entries[theory.reference].steps;
  const mean = known ?? pilot(problem, spec.horizon);
  if (mean === undefined && spec.horizon === undefined)
    throw new ConfigError(
      `none of ${PILOT_WALKERS} walkers left within ${Math.floor(PILOT_STEPS[1] / PILOT_WALKERS)} steps, and no theory says how long it takes: --horizon says when to give up`,
    );
  const horizon = spec.horizon ?? Math.max(100, Math.ceil(PATIENCE * mean!));
  const stepsEach = mean === undefined ? horizon : mean * -Math.expm1(-horizon / mean);
  const steps = spec.walkers * stepsEach;
  const secondsAt = (rate: number) => steps / (rate * processes);
  const side = Math.min(1024, Math.ceil(spec.walkers / processes));
  const look = (milliseconds: number) => pace(problem, { walkers: side, steps, horizon, milliseconds }); // prettier-ignore
  let rate = look(PACE_MILLISECONDS[0]);
  if (secondsAt(rate) > LONG_SECONDS) rate = look(PACE_MILLISECONDS[1]);
  const seconds = secondsAt(rate);
  return { problem, theory, horizon, stepsEach, pace: rate, seconds, processes };
}

/** Mean steps by an exponential law from the first of a few walkers to leave. */
function pilot(problem: EscapeProblem, horizon = Infinity): number | undefined {
  for (const steps of PILOT_STEPS) {
    const limit = Math.min(horizon, Math.floor(steps / PILOT_WALKERS));
    const found = follow(
      problem,
      { from: 0, to: PILOT_WALKERS, horizon: limit, name: "pilot" },
      ({ exits }) => exits >= PILOT_WALKERS / 2,
    );
    if (found.exits > 0) return found.steps / found.exits;
    if (limit === horizon) return undefined;
  }
  return undefined;
}

/** Particle-steps a second, from some time of work or as many steps as there will be. */
function pace(
  problem: EscapeProblem,
  limits: {
    readonly walkers: number;
    readonly steps: number;
    readonly horizon: number;
    readonly milliseconds: number;
  },
): number {
  const { walkers, steps: enough, horizon, milliseconds } = limits;
  const range: WalkerRange = { from: 0, to: walkers, horizon, name: "pace" };
  // The clock starts when all is compiled, and starts again half-way, when it is compiled well.
  let [began, half] = [
    { steps: 0, at: 0 },
    { steps: 0, at: 0 },
  ];
  const { steps } = follow(problem, range, (progress) => {
    const now = { steps: progress.steps, at: performance.now() };
    if (began.at === 0) began = half = now;
    else if (half === began && now.at - began.at > milliseconds / 2) half = now;
    return now.at - began.at > milliseconds || now.steps > enough;
  });
  const now = performance.now();
  const from = steps > half.steps ? half : { steps: 0, at: half.at - 1 };
  return (1000 * (steps - from.steps)) / Math.max(now - from.at, 0.01);
}

interface Progress {
  readonly done: number;
  readonly exits: number;
  readonly steps: number;
}

function follow(
  problem: EscapeProblem,
  range: WalkerRange,
  enough: (progress: Progress) => boolean,
): Progress {
  const run = runWalkers(problem, range);
  let last: Progress = { done: 0, exits: 0, steps: 0 };
  let state = run.next();
  while (state.done !== true) {
    last = state.value;
    state = run.next(enough(last) ? "stop" : undefined);
  }
  return last;
}
