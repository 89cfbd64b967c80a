import { execute } from "./execute.ts";
import { settled } from "./foreign-model.ts";
import { parseTraining } from "./config/index.ts";
import type { Json, TaskFunction, TaskTable } from "./pool.ts";

/** Train `{ config }` as a run of the store, and say where it ended: `{ run, state, step }`. */
export const trainTask: TaskFunction = async (input, context) => {
  const { config: raw } = input as { readonly config: Json };
  const config = await settled(parseTraining(raw), context.data);
  const run = await context.store.create(config, context.environment);
  const outcome = await execute(run, context, {
    onProgress: (step) => context.progress(step / config.steps, `step ${step}`),
  });
  if (outcome.state === "interrupted") context.signal.throwIfAborted();
  return { run: run.id, ...outcome };
};

export const runTasks: TaskTable = {
  train: async () => trainTask,
  "escape/walkers": async () => (await import("./escape/walkers-task.ts")).walkersTask,
  "escape/replicas": async () => (await import("./escape/replicas-task.ts")).replicasTask,
};
