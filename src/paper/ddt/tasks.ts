import type { TaskTable } from "../../run/index.ts";

/** Work of this paper's experiments, each loaded when it is first asked for. */
export const tasks: TaskTable = {
  "ddt/escape": async () => (await import("./escape-task.ts")).escapeTask,
  "ddt/occupancy": async () => (await import("./occupancy-task.ts")).occupancyTask,
  "ddt/logistic-escape": async () => (await import("./logistic-escape-task.ts")).logisticEscapeTask,
  "ddt/network-escape": async () => (await import("./network-escape-task.ts")).networkEscapeTask,
  "ddt/logistic-covariance": async () => (await import("./covariance-task.ts")).logisticTask,
  "ddt/network-covariance": async () => (await import("./covariance-task.ts")).networkTask,
};
