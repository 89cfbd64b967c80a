export * from "./reader/index.ts";
export * from "./scan.ts";
export * from "./writer.ts";
