export { abortable } from "./abortable.ts";
export { type Context, type InspectSettings, inspectContext } from "./context.ts";
export {
  type ForeignOptions,
  type ForeignProblem,
  foreignProblem,
  readFor as modelForLoss,
  inItsBatches,
  rows as outputRows,
  type ForeignSamples,
} from "./foreign-problem.ts";
export { type Inspected, inspect, type InspectOptions, planCost } from "./inspect.ts";
export type { Argument, Cost, Measurement, Part } from "./measurement.ts";
export {
  type OptimizerState,
  optimizerState,
  type OptimizerStateOptions,
} from "./optimizer-state.ts";
export { type Observed, pairedDifference } from "./paired.ts";
export { type Plan, planOf, type PlanStep, usualMeasures } from "./plan.ts";
export { measurements } from "./registry.ts";
export * from "./result.ts";
export { eigenvectorFile } from "./vectors.ts";
