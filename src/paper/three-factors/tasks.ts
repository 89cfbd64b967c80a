import type { TaskTable } from "../../run/index.ts";

/** Work of this paper's experiments, each loaded when it is first asked for. */
export const tasks: TaskTable = {
  "three-factors/regression": async () => (await import("./regression-task.ts")).regressionTask,
  "three-factors/two-wells": async () => (await import("./two-wells-task.ts")).twoWellsTask,
  "three-factors/network": async () => (await import("./network-task.ts")).networkTask,
  "three-factors/interpolation": async () =>
    (await import("./interpolation-task.ts")).interpolationTask,
};
