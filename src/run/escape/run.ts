import { type EscapeRun, type Exits, joinExits } from "../../diffusion/index.ts";
import type { Json, Pool, PoolTask } from "../pool.ts";
import type { EscapePlan } from "./plan.ts";
import { type ExitsJson, exitsOfJson, type WalkersNote, walkersTaskName } from "./walkers-task.ts";

/** How far a run is. */
export interface EscapeProgress {
  /** Of the whole, 0 to 1, by steps made and to be expected. */
  readonly fraction: number;
  readonly exits: number;
  readonly done: number;
  readonly particleStepsPerSecond: number;
}

export interface RunEscapeOptions {
  /** Ends the run with what there is. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: EscapeProgress) => void;
}

/** Walkers of a task: enough to keep its loop full. */
const LEAST_WALKERS = 256;

/**
 * Run a plan's walkers on a pool. The exits are the same bits for any size of it. Where the signal stops
 * the run, walkers that have not left are censored at the step they had reached, and those that never
 * began have 0 steps.
 */
export async function runEscape(
  plan: EscapePlan,
  pool: Pool,
  { signal, onProgress }: RunEscapeOptions = {},
): Promise<EscapeRun> {
  const { problem, horizon, stepsEach } = plan;
  const { spec } = problem;
  const ranges = rangesOf(spec.walkers, pool.size);
  const tasks = ranges.map(({ from, to }): PoolTask => ({
    name: walkersTaskName,
    input: { spec, from, to, horizon } as unknown as Json,
    label: `walkers ${from} to ${to - 1}`,
  }));
  const parts = ranges.map(({ from, to }): Exits => nothing(to - from));
  const notes = ranges.map((): WalkersNote => ({ done: 0, exits: 0, steps: 0 }));
  let busy = 0;
  const began = performance.now();
  const seconds = () => Math.max((performance.now() - began) / 1000, 1e-3);
  const tell = () => {
    const [done, exits, steps] = (["done", "exits", "steps"] as const).map((key) =>
      notes.reduce((sum, note) => sum + note[key], 0),
    );
    const each = exits > 0 ? Math.min(steps / exits, horizon) : stepsEach;
    const left = (spec.walkers - done) * each;
    const fraction = done === spec.walkers ? 1 : steps / (steps + left);
    onProgress?.({ fraction, exits, done, particleStepsPerSecond: steps / seconds() });
  };
  const keep = (index: number, json: ExitsJson) => {
    const exits = exitsOfJson(json);
    parts[index] = exits;
    busy += json.seconds;
    const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);
    notes[index] = {
      done: ranges[index].to - ranges[index].from,
      exits: sum(exits.left),
      steps: sum(exits.steps),
    };
  };
  let interrupted = false;
  try {
    await pool.run(tasks, {
      ...(signal !== undefined && { signal }),
      onProgress(index, _, text) {
        if (text === undefined) return;
        const note = JSON.parse(text) as WalkersNote;
        if (note.partial === undefined) notes[index] = note;
        else keep(index, note.partial);
        tell();
      },
      onResult(index, result) {
        keep(index, result as unknown as ExitsJson);
        tell();
      },
    });
  } catch (error) {
    if (signal?.aborted !== true) throw error;
    interrupted = true;
  }
  const exits = joinExits(parts);
  const particleSteps = exits.steps.reduce((sum, steps) => sum + steps, 0);
  const processes = Math.min(pool.size, ranges.length);
  return {
    exits,
    horizon,
    interrupted,
    throughput: {
      particleSteps,
      seconds: seconds(),
      particleStepsPerSecond: (particleSteps * processes) / Math.max(busy, 1e-6),
      processes,
    },
  };
}

const nothing = (walkers: number): Exits => ({
  steps: new Float64Array(walkers),
  left: new Uint8Array(walkers),
});

/** Four ranges a process, so that none waits long for the others. */
function rangesOf(walkers: number, size: number) {
  const each = Math.max(Math.min(LEAST_WALKERS, Math.ceil(walkers / size)), Math.ceil(walkers / (4 * size))); // prettier-ignore
  return Array.from({ length: Math.ceil(walkers / each) }, (_, i) => ({
    from: i * each,
    to: Math.min((i + 1) * each, walkers),
  }));
}
