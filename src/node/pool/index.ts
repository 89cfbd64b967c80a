export { processPool, type ProcessPoolOptions } from "./process-pool.ts";
export { builtinTasks } from "./tasks.ts";
