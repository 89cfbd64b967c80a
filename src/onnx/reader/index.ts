export { defaultLimits, type Limits } from "./decode.ts";
export * from "./reader.ts";
export { OnnxError } from "./refuse.ts";
