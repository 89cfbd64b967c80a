import type { Runtime } from "../runtime/index.ts";
import type { DataSource } from "../data/index.ts";
import type { Environment } from "./environment.ts";
import type { RunStore } from "./store.ts";

/** What goes to a task and comes back: plain data, the numbers NaN and ±Infinity included. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/** Work for a pool: the name of a registered function and its input, never a closure. */
export interface PoolTask {
  readonly name: string;
  readonly input: Json;
  /** Said in messages; default: the name. */
  readonly label?: string;
}

/** What a task finds where it runs. Nothing in it is shared with other tasks. */
export interface TaskContext {
  /** Its own, with one thread; everything compiled is freed after the task. */
  readonly runtime: Runtime;
  readonly data: DataSource;
  readonly store: RunStore;
  readonly environment: Environment;
  /** Asks the task to stop: reject with its reason. */
  readonly signal: AbortSignal;
  /** Of the whole task, 0 to 1. */
  progress(fraction: number, note?: string): void;
}

export type TaskFunction = (input: Json, context: TaskContext) => Promise<Json>;

/** Registered tasks by name, each loaded when it is first asked for. */
export type TaskTable = Readonly<Record<string, () => Promise<TaskFunction>>>;

export interface PoolOptions {
  /** Asks the tasks under way to stop; `run` then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Of the task with this index. */
  onProgress?(index: number, fraction: number, note?: string): void;
  /** `seconds` of one core went into it: processor time where a task has a process of its own, else by the clock. */
  onResult?(index: number, result: Json, seconds: number): void;
}

/** Runs independent tasks side by side. */
export interface Pool extends AsyncDisposable {
  /** Tasks at once. */
  readonly size: number;
  /**
   * The results in the order of the tasks, whatever the size. The first failure asks the others to
   * stop and rejects with an error that names the task.
   */
  run(tasks: readonly PoolTask[], options?: PoolOptions): Promise<Json[]>;
  close(): Promise<void>;
}

/** The function of a task. Throws RangeError naming the known ones for a name that is not registered. */
export async function taskFunction(table: TaskTable, name: string): Promise<TaskFunction> {
  if (!Object.hasOwn(table, name))
    throw new RangeError(
      `a task must be one of ${Object.keys(table).join(", ") || "none"}, got ${name}`,
    );
  return table[name]();
}

/** A pool of one in this very process, for hosts without processes. */
export function inlinePool(
  table: TaskTable,
  workplace: () => Promise<Omit<TaskContext, "signal" | "progress">>,
): Pool {
  return {
    size: 1,
    async run(tasks, options = {}) {
      const { signal = new AbortController().signal } = options;
      const results: Json[] = [];
      for (const [index, { name, input, label = name }] of tasks.entries()) {
        signal.throwIfAborted();
        const work = await taskFunction(table, name);
        const place = await workplace();
        const began = performance.now();
        try {
          const progress = (fraction: number, note?: string) =>
            options.onProgress?.(index, fraction, note);
          results.push(await work(input, { ...place, signal, progress }));
        } catch (error) {
          signal.throwIfAborted();
          throw new Error(
            `task ${label}: ${error instanceof Error ? error.message : String(error)}`,
            {
              cause: error,
            },
          );
        } finally {
          await place.runtime.dispose();
        }
        options.onResult?.(index, results[index], (performance.now() - began) / 1000);
      }
      return results;
    },
    async close() {},
    async [Symbol.asyncDispose]() {},
  };
}
