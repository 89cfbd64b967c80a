export { initialise, type Initialiser } from "./initialiser.ts";
export {
  type BufferSpec,
  type Context,
  type Layer,
  type LayerFactory,
  type ParameterSpec,
  pure,
  sequential,
} from "./layer.ts";
export * from "./layers/index.ts";
export { type Loss, losses, type LossName, weightedMean } from "./loss.ts";
export { initialParameters, type Model, model } from "./model.ts";
export * from "./models/index.ts";
export type { NoiseContext, NoiseSource } from "./noise-source.ts";
export { type Optimiser, optimiser, type OptimiserSpec } from "./optimiser.ts";
export {
  everySteps,
  type MetricRow,
  type Probe,
  type ProbePoint,
  probeSet,
  type ProbeSet,
} from "./probe.ts";
export { sampleInputs, type SampleSet, sampleSet, samplesOf } from "./sample-set.ts";
export { nextBatch, type Sampler, type SamplerPosition, samplerStart } from "./sampler.ts";
export { constantly, nextChange, type Schedule, scheduled } from "./schedule.ts";
export { type StepOutput, stepProgram, type StepProgram } from "./step-program.ts";
export {
  initialSnapshot,
  type Snapshot,
  train,
  type TrainOptions,
  type TrainResult,
} from "./train.ts";
export { type Advance, type Trainer, trainer } from "./trainer.ts";
export {
  initialState,
  joined,
  streamOf,
  type Training,
  type TrainState,
  views,
} from "./training.ts";
