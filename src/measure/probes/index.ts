export {
  type BatchProbeOptions,
  batchSharpnessProbe,
  gniProbe,
  miniBatchSharpnessProbe,
  optimizerSharpnessProbe,
} from "./batch-probes.ts";
export { fullLossProbe } from "./full-loss.ts";
export { lambdaMaxProbe, type LambdaMaxOptions } from "./lambda-max.ts";
export type { ProbeOptions } from "./probe-kit.ts";
export { streamingBatchSharpnessProbe, type StreamingOptions } from "./streaming.ts";
