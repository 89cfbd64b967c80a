export { folderStore } from "./folder-store.ts";
export { machineEnvironment, packageVersion } from "./machine.ts";
export { readMetrics, writeMetrics } from "./parquet.ts";
