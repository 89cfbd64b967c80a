export * from "./datasets/index.ts";
export * from "./dom/index.ts";
export * from "./files/index.ts";
export { nodeHost, type NodeHostOptions } from "./host.ts";
export { nodeRuntime, type NodeRuntimeOptions } from "./ort/node-runtime.ts";
export * from "./pool/index.ts";
export * from "./store/index.ts";
