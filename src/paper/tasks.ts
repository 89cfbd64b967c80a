import type { TaskTable } from "../run/index.ts";
import { anisotropicTasks } from "./anisotropic/tasks.ts";
import { powerLawTasks } from "./power-law/tasks.ts";
import { tasks as ddt } from "./ddt/tasks.ts";
import { tasks as eoss } from "./eoss/tasks.ts";
import { tasks as threeFactors } from "./three-factors/tasks.ts";

/** Tasks of the reproductions, by name; each is loaded when it is first asked for. */
export const paperTasks: TaskTable = {
  ...ddt,
  ...eoss,
  ...anisotropicTasks,
  ...powerLawTasks,
  ...threeFactors,
};
