export { ConfigError } from "./config-error.ts";
export { type EscapeFlags, escapeSpec, parseEscape, parseSweep } from "./escape.ts";
export { parseRunEscape, type RunEscapeFlags, type RunEscapeInput } from "./escape-run.ts";
export { escapeJsonSchema, escapeResultSchema } from "./escape-result.ts";
export {
  type InspectConfig,
  inspectConfig,
  parseInspect,
  parseMemory,
  parseOptimizer,
  parseUntil,
} from "./inspect.ts";
export { parseClassWeights, parseNames } from "./json-files.ts";
export { buildModel, modelConfig, type ModelConfig, type OnnxModelConfig } from "./model.ts";
export { buildNoise, noiseConfig, type NoiseConfig } from "./noise.ts";
export { applyOverrides, type Override, parseOverride } from "./override.ts";
export { buildProbes, probeConfig, type ProbeConfig } from "./probe.ts";
export { type Problem, problemsOf } from "./problems.ts";
export { type ConfigText, readConfigText } from "./text.ts";
export {
  parseTraining,
  type TrainingConfig,
  type TrainingInput,
  trainingJsonSchema,
  trainingSchema,
} from "./training-config.ts";
