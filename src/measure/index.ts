export * from "./batch-hessian.ts";
export {
  type BatchDirection,
  type BatchQuadratics,
  batchQuadratics,
  type Quadratics,
} from "./batch-quadratics.ts";
export * from "./batch-sharpness.ts";
export * from "./batch-sharpness-ratio.ts";
export * from "./batches.ts";
export * from "./data-sum.ts";
export * from "./exhaustive.ts";
export * from "./gauss-newton.ts";
export * from "./gni.ts";
export * from "./gradient.ts";
export * from "./hessian.ts";
export { type LanczosTridiagonal, lanczosTridiagonal } from "./krylov.ts";
export * from "./lanczos.ts";
export * from "./mini-batch-sharpness.ts";
export * from "./noise-sources/index.ts";
export * from "./operator.ts";
export * from "./optimizer-sharpness.ts";
export * from "./parameter-operator.ts";
export * from "./probes/index.ts";
export {
  dimension,
  type Network,
  networkProblem,
  type ParameterShape,
  type Problem,
} from "./problem.ts";
export type { BatchEstimate, StopRule } from "./sequential.ts";
export * from "./thresholds.ts";
export * from "./tracker.ts";
export { trainingProblem } from "./training-problem.ts";
export * from "./problem-subset.ts";
export * from "./tracking-plan.ts";
