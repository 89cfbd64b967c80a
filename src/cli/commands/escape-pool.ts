import { fileDataSource } from "../../node/datasets/index.ts";
import { nodeRuntime } from "../../node/ort/node-runtime.ts";
import { processPool } from "../../node/pool/index.ts";
import { folderStore, machineEnvironment } from "../../node/store/index.ts";
import { inlinePool, type Pool, runTasks } from "../../run/index.ts";

/** What is over sooner than processes have started is done in this one. */
const SHORT_SECONDS = 1.5;

/** Processes for a run, or this very one where it is short and nobody asked for others: the bits are the same. */
export function escapePool({
  seconds,
  processes,
  asked,
}: {
  readonly seconds: number;
  readonly processes: number;
  readonly asked: boolean;
}): Pool {
  if (asked ? processes > 1 : seconds > SHORT_SECONDS) return processPool({ size: processes });
  return inlinePool(runTasks, async () => {
    const runtime = nodeRuntime({ threads: 1 });
    const environment = machineEnvironment(runtime);
    return { runtime, data: fileDataSource, store: folderStore("runs"), environment };
  });
}
