export { abortable } from "./abortable.ts";
export { type Context, type InspectSettings, inspectContext, observesSamples } from "./context.ts";
export { inItsBatches, modelForLoss, outputRows } from "./foreign-model.ts";
export { type ForeignOptions, type ForeignProblem, foreignProblem } from "./foreign-problem.ts";
export type { ForeignSamples } from "./foreign-samples.ts";
export { type PlanCost, planCost } from "./foresee.ts";
export { type Inspected, inspect, type InspectOptions } from "./inspect.ts";
export type { Argument, Cost, Measurement, Part } from "./measurement.ts";
export {
  type OptimizerState,
  holdsOptimizerState,
  optimizerState,
  type OptimizerStateOptions,
} from "./optimizer-state.ts";
export { type Observed, pairedDifference } from "./paired.ts";
export { type Plan, planOf, type PlanStep, usualMeasures } from "./plan.ts";
export { measurements } from "./registry.ts";
export * from "./result.ts";
export {
  asParameter,
  type StoredName,
  storedName,
  transposeHint,
  withModules,
} from "./stored-name.ts";
export { eigenvectorFile } from "./vectors.ts";
