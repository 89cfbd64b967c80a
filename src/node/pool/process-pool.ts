import { availableParallelism } from "node:os";
import type { Json, Pool, PoolOptions, PoolTask } from "../../run/index.ts";
import { type Child, ChildDeath, startChild, type Worked } from "./child.ts";
import type { ChildSettings } from "./protocol.ts";

export interface ProcessPoolOptions {
  /** Tasks at once; default: one for each core. */
  readonly size?: number;
  /** Folder of the runs; default: `runs`. */
  readonly runs?: string;
  /** Modules that export `tasks`, besides the built-in ones. */
  readonly tables?: readonly URL[];
  /** How often a task is tried again whose process died; default 0. A task that throws is not. */
  readonly retries?: number;
  /** How long a task that was asked to stop may take; default 10 s. Then its process is killed. */
  readonly graceMs?: number;
  /** Module that the children run. */
  readonly entry?: URL;
}

/**
 * Tasks in child processes, each with a runtime of its own on one thread, so that a machine in the
 * middle of a call can be given up without harm to this process. Children start with the first tasks,
 * are kept for later ones, and end with this process in whatever way it ends.
 */
export function processPool(options: ProcessPoolOptions = {}): Pool {
  const {
    size = availableParallelism(),
    runs = "runs",
    tables = [],
    retries = 0,
    graceMs = 10_000,
    entry = new URL("./worker.js", import.meta.url),
  } = options;
  if (!(Number.isInteger(size) && size >= 1))
    throw new RangeError(`a pool must have a whole number of processes from 1, got ${size}`);
  const settings: ChildSettings = { runs, tables: tables.map(String) };
  const all = new Set<Child>();
  const idle: Child[] = [];
  let closed = false;

  const hire = (): Child => {
    for (let child = idle.pop(); child; child = idle.pop()) {
      if (child.usable()) return child;
      all.delete(child);
    }
    const child = startChild(entry, settings);
    all.add(child);
    return child;
  };

  async function run(tasks: readonly PoolTask[], poolOptions: PoolOptions = {}): Promise<Json[]> {
    const { signal } = poolOptions;
    if (closed) throw new Error("a pool that has been closed takes no tasks");
    signal?.throwIfAborted();
    const results: Json[] = Array.from({ length: tasks.length }, () => null);
    const busy = new Set<Child>();
    let next = 0;
    let failure: { readonly error: unknown } | undefined;
    const over = () => failure !== undefined || signal?.aborted === true;
    const stop = (reason: string) => {
      for (const child of busy) child.cancel(reason, graceMs);
    };

    const attempt = async (index: number): Promise<Worked> => {
      const { name, input } = tasks[index];
      for (let tries = 0; ; tries++) {
        const child = hire();
        busy.add(child);
        try {
          const worked = await child.work({ name, input }, (fraction, note) =>
            poolOptions.onProgress?.(index, fraction, note),
          );
          idle.push(child);
          return worked;
        } catch (error) {
          const died = error instanceof ChildDeath;
          if (died) {
            all.delete(child);
            void child.close();
          } else idle.push(child);
          if (died && tries < retries && !over()) continue;
          throw error;
        } finally {
          busy.delete(child);
        }
      }
    };
    const lane = async (): Promise<void> => {
      while (next < tasks.length && !over()) {
        const index = next++;
        try {
          const { result, seconds } = await attempt(index);
          results[index] = result;
          if (!over()) poolOptions.onResult?.(index, result, seconds);
        } catch (error) {
          if (over()) return;
          failure = { error: told(tasks[index], index, error) };
          stop("another task of the pool has failed");
        }
      }
    };

    const onAbort = () => stop("the pool was asked to stop");
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      await Promise.all(Array.from({ length: Math.min(size, tasks.length) }, lane));
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
    signal?.throwIfAborted();
    if (failure) throw failure.error;
    return results;
  }

  async function close(): Promise<void> {
    closed = true;
    idle.length = 0;
    await Promise.all([...all].map((child) => child.close()));
    all.clear();
  }

  return { size, run, close, [Symbol.asyncDispose]: close };
}

function told({ name, label = name }: PoolTask, index: number, error: unknown): Error {
  const message = error instanceof Error ? error.message : String(error);
  return new Error(`task ${label} (number ${index + 1}): ${message}`, { cause: error });
}
