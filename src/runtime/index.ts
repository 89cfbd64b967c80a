export * from "./flops.ts";
export * from "./ort-runtime.ts";
export * from "./runtime.ts";
export * from "./signature.ts";
