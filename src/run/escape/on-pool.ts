import type { EscapeThroughput, Exits } from "../../diffusion/index.ts";
import type { Json, Pool, PoolTask } from "../pool.ts";

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

/** What the notes of a task's progress say, as JSON. */
export interface WalkersNote {
  readonly done: number;
  readonly exits: number;
  readonly steps: number;
  /** Of a task that was asked to stop: what it has, its walkers on their way censored. */
  readonly partial?: Json;
}

/** Numbers of walkers: from … to − 1. */
export interface WalkerSpan {
  readonly from: number;
  readonly to: number;
}

/** Walkers that tasks of a pool follow, a span each. */
export interface WalkersOnPool<T extends Exits> {
  readonly walkers: number;
  readonly spans: readonly WalkerSpan[];
  /** Steps after which a walker is given up, and those to be expected of it. */
  readonly horizon: number;
  readonly stepsEach: number;
  readonly task: (span: WalkerSpan) => PoolTask;
  /** What a task answers, and the seconds that it worked. */
  readonly read: (json: Json) => { readonly exits: T; readonly seconds: number };
  /** Of so many walkers that never began. */
  readonly none: (walkers: number) => T;
}

export interface FollowedOnPool<T extends Exits> {
  /** In the order of the spans. */
  readonly parts: readonly T[];
  readonly interrupted: boolean;
  readonly throughput: EscapeThroughput;
}

/**
 * Follow walkers on a pool. Where the signal stops the run, what the tasks have by then is kept: walkers
 * that have not left are censored at the step they had reached, those that never began have 0 steps.
 */
export async function followOnPool<T extends Exits>(
  work: WalkersOnPool<T>,
  pool: Pool,
  { signal, onProgress }: RunEscapeOptions = {},
): Promise<FollowedOnPool<T>> {
  const { walkers, spans, horizon, stepsEach } = work;
  const parts = spans.map(({ from, to }) => work.none(to - from));
  const notes = spans.map((): WalkersNote => ({ done: 0, exits: 0, steps: 0 }));
  let busy = 0;
  const began = performance.now();
  const seconds = () => Math.max((performance.now() - began) / 1000, 1e-3);
  const tell = () => {
    const [done, exits, steps] = (["done", "exits", "steps"] as const).map((key) =>
      notes.reduce((sum, note) => sum + note[key], 0),
    );
    const each = exits > 0 ? Math.min(steps / exits, horizon) : stepsEach;
    const left = (walkers - done) * each;
    const fraction = done === walkers ? 1 : steps / (steps + left);
    onProgress?.({ fraction, exits, done, particleStepsPerSecond: steps / seconds() });
  };
  const keep = (index: number, json: Json) => {
    const { exits, seconds: worked } = work.read(json);
    parts[index] = exits;
    busy += worked;
    notes[index] = {
      done: spans[index].to - spans[index].from,
      exits: exits.left.reduce((sum, value) => sum + value, 0),
      steps: exits.steps.reduce((sum, value) => sum + value, 0),
    };
  };
  let interrupted = false;
  try {
    await pool.run(spans.map(work.task), {
      ...(signal !== undefined && { signal }),
      onProgress(index, _, text) {
        if (text === undefined) return;
        const note = JSON.parse(text) as WalkersNote;
        if (note.partial === undefined) notes[index] = note;
        else keep(index, note.partial);
        tell();
      },
      onResult(index, result) {
        keep(index, result);
        tell();
      },
    });
  } catch (error) {
    if (signal?.aborted !== true) throw error;
    interrupted = true;
  }
  const particleSteps = parts.reduce((sum, { steps }) => sum + steps.reduce((a, b) => a + b, 0), 0); // prettier-ignore
  const processes = Math.min(pool.size, spans.length);
  return {
    parts,
    interrupted,
    throughput: {
      particleSteps,
      seconds: seconds(),
      particleStepsPerSecond: (particleSteps * processes) / Math.max(busy, 1e-6),
      processes,
    },
  };
}
