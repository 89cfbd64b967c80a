export * from "./constant.ts";
export * from "./conv.ts";
export * from "./elementwise.ts";
export * from "./indexing.ts";
export * from "./matmul.ts";
export * from "./movement.ts";
export * from "./pool.ts";
export * from "./reduce.ts";
