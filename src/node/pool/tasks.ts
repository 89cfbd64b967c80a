import { paperTasks } from "../../paper/tasks.ts";
import { runTasks, type TaskTable } from "../../run/index.ts";

/** Every task that the package itself brings, by name; more come from modules that a pool is given. */
export const builtinTasks: TaskTable = {
  ...runTasks,
  ...paperTasks,
};

/** The built-in tasks and those of further modules, each of which exports `tasks`. */
export async function taskTable(modules: readonly string[]): Promise<TaskTable> {
  let table = builtinTasks;
  for (const url of modules) {
    const { tasks } = (await import(url)) as { tasks?: TaskTable };
    if (tasks === undefined)
      throw new TypeError(`${url}: a table of tasks must export tasks, got none`);
    table = { ...table, ...tasks };
  }
  return table;
}
