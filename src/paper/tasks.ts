import type { TaskTable } from "../run/index.ts";

/** Tasks of the reproductions, by name; each is loaded when it is first asked for. */
export const paperTasks: TaskTable = {
  "eoss/condition": async () => (await import("./eoss/condition-task.ts")).conditionTask,
};
