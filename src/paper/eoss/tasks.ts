import type { TaskTable } from "../../run/index.ts";

/** Work of this paper's experiments, each loaded when it is first asked for. */
export const tasks: TaskTable = {
  "eoss/condition": async () => (await import("./condition-task.ts")).conditionTask,
  "eoss/run": async () => (await import("./run-task.ts")).runTask,
};
