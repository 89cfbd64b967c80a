import { firstExits, type FirstExits, graphStep } from "../../kernel/index.ts";
import { stream, type Stream, substream } from "../../random/index.ts";
import { type EscapeProblem, generatorOf, initialState } from "./problem.ts";
import type { EscapeSpec } from "./spec.ts";

/** How long walkers were followed, and which of them left then. */
export interface Exits {
  /** Steps until it left or was given up; 0 for one that never began. */
  readonly steps: Float64Array;
  /** 1 where it left. */
  readonly left: Uint8Array;
}

/** What has been done of a range of walkers. */
export interface WalkersProgress {
  /** Walkers that left or were given up. */
  readonly done: number;
  readonly exits: number;
  /** Steps of all, those that still go on included. */
  readonly steps: number;
}

export interface WalkerRange {
  readonly from: number;
  readonly to: number;
  readonly horizon: number;
  /** Runs of other names are independent of each other. */
  readonly name?: "walkers" | "pilot" | "pace";
}

/**
 * Follow walkers `from` … `to` − 1 of a problem. Walker i draws from its own stream, so that any split
 * into ranges gives the same bits. Yields after each round; the answer `"stop"` ends the run there, and
 * who has not left by then is censored at its step.
 */
export function* runWalkers(
  problem: EscapeProblem,
  { from, to, horizon, name = "walkers" }: WalkerRange,
): Generator<WalkersProgress, Exits, "stop" | undefined> {
  const { spec, process, parameters } = problem;
  const start = initialState(problem);
  const step = graphStep(process.recursion, {
    precision: spec.precision,
    generator: generatorOf(spec),
  });
  const run = firstExits({
    step,
    parameters,
    start: (_, out) => out.set(start),
    stream: streamOf(spec, name),
    from,
    to,
    horizon,
  });
  let state = run.next();
  while (state.done !== true) state = run.next(yield state.value);
  return exitsOf(state.value);
}

function streamOf({ seed, draws }: EscapeSpec, name: string): Stream {
  const own = substream(stream(seed, "escape"), name);
  return draws === undefined ? own : substream(own, draws);
}

function exitsOf({ exitSteps, followed }: FirstExits): Exits {
  const left = new Uint8Array(exitSteps.length); // Uint8Array.from would make a list of a million first
  for (let i = 0; i < left.length; i++) left[i] = exitSteps[i] > 0 ? 1 : 0;
  return { steps: followed, left };
}

/** Ranges one after the other. */
export function joinExits(parts: readonly Exits[]): Exits {
  const length = parts.reduce((sum, { steps }) => sum + steps.length, 0);
  const joined = { steps: new Float64Array(length), left: new Uint8Array(length) };
  let at = 0;
  for (const { steps, left } of parts) {
    joined.steps.set(steps, at);
    joined.left.set(left, at);
    at += steps.length;
  }
  return joined;
}
