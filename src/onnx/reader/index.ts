export { defaultLimits, type Limits } from "./decode.ts";
export type { ExternalData } from "./external.ts";
export * from "./foreign.ts";
export type { ModelOptions } from "./model-options.ts";
export type { Note } from "./notes.ts";
export type { Parameter as ForeignParameter } from "./parameters.ts";
export {
  type FunctionOptions,
  type ReadFunction,
  readFunction,
  type ReadOptions,
} from "./reader.ts";
export { OnnxError } from "./refuse.ts";
export type { Trailing } from "./trailing.ts";
