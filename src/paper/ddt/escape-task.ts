import { diffusionProcess, firstPassage } from "../../diffusion/index.ts";
import { firstExits, graphStep, xoshiro128 } from "../../kernel/index.ts";
import { stream } from "../../random/index.ts";
import type { Json, TaskContext, TaskFunction } from "../../run/index.ts";
import { exponentialProfile, meanEstimate } from "../../statistics/index.ts";
import { type EscapeLandscape, landscapeOf, type LandscapeSpec } from "../landscape.ts";
import { drivenBy, type NoiseSpec, processOf } from "./noise.ts";

/** Walkers out of the right valley of a landscape of one coordinate. */
export interface EscapeInput {
  readonly landscape: LandscapeSpec;
  readonly noise: NoiseSpec;
  /** Length of a step. */
  readonly eta: number;
  readonly walkers: number;
  /** Steps after which a walker is given up. */
  readonly horizon: number;
  readonly seed: string;
}

/** τ of the walkers: its logarithm with the error of that. */
export interface EscapePoint {
  /** ln τ, τ in the time of the equation: steps × η. */
  readonly logTime: number;
  readonly stderr: number;
  readonly walkers: number;
  readonly censored: number;
}

/**
 * The mean time until walkers are out. Where all have left, their mean; where some were given up, the
 * exponential mean of all the time at risk.
 */
export const escapeTask: TaskFunction = async (input, context) => {
  const { landscape, noise, eta, walkers, horizon, seed } = input as unknown as EscapeInput;
  const place = landscapeOf(landscape);
  const driven = drivenBy(noise, place, seed);
  const process = diffusionProcess({
    ...driven,
    exit: { kind: "half-space", normal: [-1], offset: -place.out },
  });
  const run = firstExits({
    step: graphStep(process.recursion, { precision: "f32", generator: xoshiro128 }),
    parameters: process.parameterNames.map((name, i) => (name === "eta" ? eta : process.defaults[i])), // prettier-ignore
    start: (_, out) => out.set([place.start]),
    stream: stream(seed, "walkers"),
    from: 0,
    to: walkers,
    horizon,
  });
  return pointOf(await followed(run, walkers, context), eta, seed) as unknown as Json;
};

type Run = ReturnType<typeof firstExits>;

/** Run to the end, letting messages in between rounds. */
export async function followed(
  run: Run,
  walkers: number,
  context: Pick<TaskContext, "signal" | "progress">,
) {
  let state = run.next();
  let told = performance.now();
  while (state.done !== true) {
    if (performance.now() - told > 200) {
      context.progress(state.value.done / walkers);
      await new Promise((resolve) => setTimeout(resolve, 0));
      told = performance.now();
    }
    context.signal.throwIfAborted();
    state = run.next();
  }
  return state.value;
}

/** ln τ from exit steps, 0 for who was given up. */
export function pointOf(
  exits: { readonly exitSteps: Float64Array; readonly followed: Float64Array },
  eta: number,
  seed: string,
): EscapePoint {
  const left = exits.exitSteps.map((step) => (step > 0 ? 1 : 0));
  const walkers = left.length;
  const events = left.reduce((sum, one) => sum + one, 0);
  if (events < 3)
    return { logTime: Infinity, stderr: Infinity, walkers, censored: walkers - events };
  const { value, stderr } =
    events === walkers
      ? meanEstimate(exits.followed, { seed })
      : exponentialProfile(exits.followed, left, { seed });
  return {
    logTime: Math.log(value * eta),
    stderr: stderr / value,
    walkers,
    censored: walkers - events,
  };
}

/** ln τ of the continuous process by quadrature; NaN where it has none. */
export function exactLogTime(noise: NoiseSpec, place: EscapeLandscape, eta: number): number {
  const process = processOf(noise, place, eta);
  if (process === undefined) return NaN;
  return firstPassage(process, place.start, {
    left: { kind: "exit", at: place.out },
    right: { kind: "natural" },
  }).logMean;
}
