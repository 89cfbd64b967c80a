import type { TaskTable } from "../../run/index.ts";

/** The paper's work, by name. */
export const anisotropicTasks: TaskTable = {
  "anisotropic/one-hidden": async () => (await import("./one-hidden-task.ts")).oneHiddenTask,
  "anisotropic/well-conditioned": async () =>
    (await import("./well-conditioned.ts")).wellConditionedTask,
  "anisotropic/training": async () => (await import("./training-task.ts")).trainingTask,
  "anisotropic/ou": async () => (await import("./ou-task.ts")).ouTask,
  "anisotropic/escape": async () => (await import("./escape-task.ts")).escapeTask,
  "anisotropic/toy": async () => (await import("./toy-task.ts")).toyTask,
  "anisotropic/dynamics": async () => (await import("./dynamics-task.ts")).dynamicsTask,
};
