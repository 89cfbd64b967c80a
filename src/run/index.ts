export * from "./config/index.ts";
export { differences, type Environment } from "./environment.ts";
export { type EscapePlan, planEscape } from "./escape/plan.ts";
export type { EscapeProgress, RunEscapeOptions } from "./escape/on-pool.ts";
export { planReplicas, type ReplicaPlan } from "./escape/replicas-plan.ts";
export { runReplicas } from "./escape/replicas-run.ts";
export { replicaSubject, type ReplicaSubject } from "./escape/replica-subject.ts";
export { runEscape } from "./escape/run.ts";
export { execute, type RunObserver, type RunOutcome, type Workplace } from "./execute.ts";
export { fork } from "./fork.ts";
export type { Host } from "./host.ts";
export {
  inlinePool,
  type Json,
  type Pool,
  type PoolOptions,
  type PoolTask,
  type TaskContext,
  taskFunction,
  type TaskFunction,
  type TaskTable,
} from "./pool.ts";
export { foreignModel, settled } from "./foreign-model.ts";
export { prepare, type Prepared } from "./prepare.ts";
export { readSnapshot, writeSnapshot } from "./snapshot-file.ts";
export type {
  Damage,
  Restored,
  Run,
  RunEnd,
  RunOrigin,
  RunState,
  RunStatus,
  RunStore,
} from "./store.ts";
export { stateAt } from "./state-at.ts";
export { runTasks, trainTask } from "./tasks.ts";
