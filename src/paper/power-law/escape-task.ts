import { escapeProblem, type EscapeSpec, runWalkers } from "../../diffusion/index.ts";
import { accumulate, emptyMoments, variance } from "../../statistics/index.ts";
import type { Json, TaskFunction } from "../../run/index.ts";
import type { Work } from "../paper.ts";

/** Steps until walkers left, as far as a mean goes. */
export interface EscapeTimes {
  readonly walkers: number;
  /** Those that left by the horizon. */
  readonly left: number;
  /** Steps of all over those that left; Infinity where none has. */
  readonly steps: number;
  readonly stderr: number;
}

interface EscapeInput {
  readonly spec: EscapeSpec;
  /** Steps after which a walker is given up. */
  readonly horizon: number;
}

/** Follow the walkers of `{ spec, horizon }` to their exits. */
export const escapeTask: TaskFunction = async (input, context) => {
  const { spec, horizon } = input as unknown as EscapeInput;
  const run = runWalkers(escapeProblem(spec), { from: 0, to: spec.walkers, horizon });
  let toldAt = performance.now();
  let state = run.next();
  while (state.done !== true) {
    if (performance.now() - toldAt > 200) {
      context.progress(state.value.done / spec.walkers);
      await new Promise((resolve) => setTimeout(resolve, 0)); // lets a message in
      context.signal.throwIfAborted();
      toldAt = performance.now();
    }
    state = run.next();
  }
  const { steps, left } = state.value;
  const times = emptyMoments();
  for (const step of steps) accumulate(times, step);
  const exits = left.reduce((sum, one) => sum + one, 0);
  const total = times.mean * times.count;
  const found: EscapeTimes = {
    walkers: steps.length,
    left: exits,
    steps: exits === 0 ? Infinity : total / exits,
    stderr:
      exits === steps.length
        ? Math.sqrt(variance(times) / exits)
        : exits === 0
          ? Infinity
          : total / exits ** 1.5,
  };
  return found as unknown as Json;
};

/** The work of one escape experiment; its cost from the steps that it is expected to take. */
export function escapeWork(spec: EscapeSpec, horizon: number, steps: number, label: string): Work {
  return {
    task: "power-law/escape",
    input: { spec, horizon } as unknown as Json,
    label: `${label}, seed ${spec.seed}`,
    cost: 0.2 + (spec.walkers * steps) / 6e7,
  };
}
