import { escapeProblem, type EscapeSpec, type Exits, runWalkers, type WalkerRange } from "../../diffusion/index.ts"; // prettier-ignore
import type { Json, TaskFunction } from "../pool.ts";
import type { WalkersNote } from "./on-pool.ts";

/** The name that the task is registered by. */
export const walkersTaskName = "escape/walkers";

/** What the task is told. */
export interface WalkersInput extends WalkerRange {
  readonly spec: EscapeSpec;
}

export interface ExitsJson {
  /** How long the work took. */
  readonly seconds: number;
  readonly steps: readonly number[];
  /** Numbers of those that left, from 0 in the range. */
  readonly left: readonly number[];
}

/** Between two looks at the signal, and two notes. */
const EVERY = 100;

/**
 * Follow a range of walkers: `{ spec, from, to, horizon }` to their exit steps. Asked to stop, it tells
 * what it has in a last note and rejects.
 */
export const walkersTask: TaskFunction = async (input, context) => {
  const { spec, ...range } = input as unknown as WalkersInput;
  const run = runWalkers(escapeProblem(spec), range);
  const walkers = range.to - range.from;
  const tell = (note: WalkersNote) => context.progress(note.done / walkers, JSON.stringify(note));
  const began = performance.now();
  let toldAt = began;
  let last: WalkersNote = { done: 0, exits: 0, steps: 0 };
  let state = run.next();
  while (state.done !== true) {
    last = state.value;
    if (performance.now() - toldAt > EVERY) {
      tell(last);
      await new Promise((resolve) => setTimeout(resolve, 0)); // lets a message in
      toldAt = performance.now();
    }
    state = run.next(context.signal.aborted ? "stop" : undefined);
  }
  if (context.signal.aborted) {
    tell({ ...last, partial: exitsJson(state.value, began) as unknown as Json });
    context.signal.throwIfAborted();
  }
  return exitsJson(state.value, began) as unknown as Json;
};

function exitsJson({ steps, left }: Exits, began: number): ExitsJson {
  return {
    seconds: (performance.now() - began) / 1000,
    steps: Array.from(steps),
    left: Array.from(left.keys()).filter((i) => left[i] !== 0),
  };
}

/** The way back. */
export function exitsOfJson({ steps, left }: Pick<ExitsJson, "steps" | "left">): Exits {
  const mask = new Uint8Array(steps.length);
  for (const i of left) mask[i] = 1;
  return { steps: Float64Array.from(steps), left: mask };
}
