import { joinReplicaExits, type ReplicaExits, type ReplicaRun } from "../../diffusion/index.ts";
import type { Json, Pool } from "../pool.ts";
import { followOnPool, type RunEscapeOptions, type WalkerSpan } from "./on-pool.ts";
import type { ReplicaPlan } from "./replicas-plan.ts";
import {
  encoded,
  type ReplicasInput,
  type ReplicasJson,
  replicasOfJson,
  replicasTaskName,
} from "./replicas-task.ts";

/** Ways that are kept for pictures. */
const TRACKS = 4;

/**
 * Run a plan's replicas on a pool, a span of them on each of its processes. `bytes` is the checkpoint
 * where the run has none at that step.
 */
export async function runReplicas(
  plan: ReplicaPlan,
  { place, bytes }: { readonly place: string; readonly bytes?: Uint8Array | undefined },
  pool: Pool,
  options: RunEscapeOptions = {},
): Promise<ReplicaRun> {
  const { subject, horizon, stepsEach, processes } = plan;
  const { spec } = subject;
  const snapshot = bytes === undefined ? {} : { bytes: encoded(bytes) };
  const { parts, ...rest } = await followOnPool(
    {
      walkers: spec.walkers,
      spans: spansOf(spec.walkers, processes),
      horizon,
      stepsEach,
      task: ({ from, to }) => {
        const input: ReplicasInput = {
          place,
          spec,
          horizon,
          from,
          to,
          tracks: TRACKS,
          ...snapshot,
        };
        return {
          name: replicasTaskName,
          input: input as unknown as Json,
          label: `replicas ${from} to ${to - 1}`,
        };
      },
      read: (json) => {
        const found = json as unknown as ReplicasJson;
        return { exits: replicasOfJson(found), seconds: found.seconds };
      },
      none: nothing,
    },
    pool,
    options,
  );
  return { exits: joinReplicaExits(parts), horizon, ...rest };
}

const nothing = (walkers: number): ReplicaExits => ({
  steps: new Float64Array(walkers),
  left: new Uint8Array(walkers),
  diverged: 0,
  tracks: [],
});

/** One span a process: each compiles its own. */
function spansOf(walkers: number, processes: number): WalkerSpan[] {
  const each = Math.ceil(walkers / processes);
  return Array.from({ length: Math.ceil(walkers / each) }, (_, i) => ({
    from: i * each,
    to: Math.min((i + 1) * each, walkers),
  }));
}
