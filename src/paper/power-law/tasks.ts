import type { TaskTable } from "../../run/index.ts";

/** The paper's work, by name. */
export const powerLawTasks: TaskTable = {
  "power-law/escape": async () => (await import("./escape-task.ts")).escapeTask,
  "power-law/stationary": async () => (await import("./stationary-task.ts")).stationaryTask,
  "power-law/network": async () => (await import("./network-task.ts")).networkTask,
  "power-law/large-batch": async () => (await import("./large-batch-task.ts")).largeBatchTask,
  "power-law/sgd": async () => (await import("./sgd-task.ts")).sgdTask,
  "power-law/two-d": async () => (await import("./two-d-task.ts")).twoDTask,
};
