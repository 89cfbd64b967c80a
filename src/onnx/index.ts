export * from "./scan.ts";
export * from "./writer.ts";
