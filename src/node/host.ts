import { availableParallelism } from "node:os";
import type { Host } from "../run/index.ts";
import { fileDataSource } from "./datasets/index.ts";
import { createDocument } from "./dom/index.ts";
import { nodeRuntime } from "./ort/node-runtime.ts";
import { processPool } from "./pool/index.ts";
import { folderStore, machineEnvironment } from "./store/index.ts";

export interface NodeHostOptions {
  /** Folder of the runs; default: `runs`. */
  readonly runs?: string;
  /** Processes of the pool; default: one for each core. */
  readonly jobs?: number;
  /** Threads of the runtime in this process; default: one for each core. */
  readonly threads?: number;
  readonly progress?: (fraction: number, note?: string) => void;
  readonly signal?: AbortSignal;
}

/** What a reproduction needs, on this machine. Disposing it ends the pool's processes. */
export function nodeHost(options: NodeHostOptions = {}): Host & AsyncDisposable {
  const { runs = "runs", jobs, threads = availableParallelism() } = options;
  const { signal = new AbortController().signal, progress = () => undefined } = options;
  const runtime = nodeRuntime({ threads });
  const pool = processPool({ runs, ...(jobs !== undefined && { size: jobs }) });
  return {
    runtime,
    data: fileDataSource,
    store: folderStore(runs),
    pool,
    environment: machineEnvironment(runtime),
    document: createDocument(),
    progress,
    signal,
    async [Symbol.asyncDispose]() {
      await pool.close();
      await runtime.dispose();
    },
  };
}
