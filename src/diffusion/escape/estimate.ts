// From exit steps to a mean first-passage time, with what was assumed said.
import {
  constantHazardTest,
  type Estimate,
  exponentialProfile,
  exponentialRate,
  type HazardTest,
  kaplanMeier,
  meanEstimate,
} from "../../statistics/index.ts";
import type { Exits } from "./walkers.ts";

/** A mean, or only a bound of it: null where nothing is known. */
export interface EscapeEstimate {
  readonly value: number | null;
  readonly stderr: number | null;
  readonly low: number;
  /** Null: without bound. */
  readonly high: number | null;
  readonly level: number;
  readonly samples: number;
  readonly censored: number;
  readonly method: string;
  readonly seed: string;
}

/** Kaplan and Meier's curve at so many times that it can be drawn, in the time of the equation. */
export interface SurvivalPoints {
  readonly times: readonly number[];
  readonly survival: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
  /** First time at which half have left; null where fewer have. */
  readonly median: number | null;
}

export interface EscapeStatistics {
  /** In the time of the equation. */
  readonly meanFirstPassageTime: EscapeEstimate;
  /** The same in steps. */
  readonly steps: EscapeEstimate;
  /** Escapes per time, without bias where times are exponential; null for fewer than three. */
  readonly rate: EscapeEstimate | null;
  /** Whether times are exponential; null for fewer than twenty events. */
  readonly exponential: HazardTest | null;
  readonly survival: SurvivalPoints;
}

const LEVEL = 0.95;
const MOST_POINTS = 500;

/**
 * The mean time and what goes with it. Where every walker has left it is the plain mean with Student's
 * interval, for any law; where some were given up, the exponential mean by maximum likelihood with its
 * profile interval, whose law `exponential` tests. Where none has left, −ln(1 − level)⁻¹ of the total time is
 * the lower end that an exponential law would have.
 *
 * @throws RangeError where no walker was followed.
 */
export function escapeStatistics(exits: Exits, eta: number, seed: string): EscapeStatistics {
  const began = Array.from(exits.steps.keys()).filter((i) => exits.steps[i] > 0);
  if (began.length === 0)
    throw new RangeError("walkers that were followed must be at least 1, got 0");
  const steps = Float64Array.from(began, (i) => exits.steps[i]);
  const left = Uint8Array.from(began, (i) => exits.left[i]);
  const events = left.reduce((sum, value) => sum + value, 0);
  const inSteps = meanOf(steps, left, events, seed);
  const rate = events >= 3 ? exponentialRate(steps, left, { seed, level: LEVEL }) : undefined;
  return {
    meanFirstPassageTime: scaled(inSteps, eta),
    steps: inSteps,
    rate: rate === undefined ? null : scaled({ ...rate, censored: rate.censored ?? 0 }, 1 / eta),
    exponential: events >= 20 ? constantHazardTest(steps, left) : null,
    survival: survivalPoints(steps, left, eta),
  };
}

function meanOf(
  steps: Float64Array,
  left: Uint8Array,
  events: number,
  seed: string,
): EscapeEstimate {
  const samples = steps.length;
  const censored = samples - events;
  const options = { seed, level: LEVEL };
  if (events === 0)
    return {
      value: null,
      stderr: null,
      low: steps.reduce((sum, step) => sum + step, 0) / -Math.log(1 - LEVEL),
      high: null,
      level: LEVEL,
      samples,
      censored,
      method: "lower bound: no walker has left",
      seed,
    };
  const found: Estimate =
    censored === 0 && samples > 1
      ? meanEstimate(steps, options)
      : exponentialProfile(steps, left, options);
  const { value, stderr, low, high, level, method } = found;
  return { value, stderr, low, high, level, samples, censored, method, seed };
}

function scaled(estimate: EscapeEstimate, factor: number): EscapeEstimate {
  const times = (x: number | null) => (x === null ? null : x * factor);
  return {
    ...estimate,
    value: times(estimate.value),
    stderr: times(estimate.stderr),
    low: estimate.low * factor,
    high: times(estimate.high),
  };
}

function survivalPoints(steps: Float64Array, left: Uint8Array, eta: number): SurvivalPoints {
  const curve = kaplanMeier(steps, left, LEVEL);
  const n = curve.times.length;
  const wanted = Math.min(n, MOST_POINTS);
  const picked = Array.from({ length: wanted }, (_, i) =>
    wanted === 1 ? n - 1 : Math.round((i * (n - 1)) / (wanted - 1)),
  );
  const at = (values: Float64Array) => picked.map((i) => values[i]);
  return {
    times: picked.map((i) => curve.times[i] * eta),
    survival: at(curve.survival),
    low: at(curve.low),
    high: at(curve.high),
    median: curve.median === undefined ? null : curve.median * eta,
  };
}
