import { initialSnapshot, type Snapshot, train } from "../learn/index.ts";
import { ConfigError } from "./config/index.ts";
import type { RunObserver, Workplace } from "./execute.ts";
import { prepare } from "./prepare.ts";
import { readSnapshot, writeSnapshot } from "./snapshot-file.ts";
import type { Run } from "./store.ts";

/**
 * A run's checkpoint at a step, as bytes. Where none lies there, the run is repeated up to it from the
 * one before, bit for bit.
 *
 * @throws ConfigError where a fork has lost the checkpoint that it began from.
 */
export async function stateAt(
  run: Run,
  at: number,
  { runtime, data, signal }: Workplace,
  observer: RunObserver,
): Promise<Uint8Array> {
  const { checkpoint, damage } = await run.restore(at);
  for (const { file, reason } of damage) observer.onWarning?.(`${file}: ${reason}`);
  if (checkpoint?.step === at) return checkpoint.bytes;
  const prepared = await prepare(run.config, data);
  const { training, stride } = prepared;
  await using probes = prepared.probes;
  const from: Snapshot = checkpoint
    ? readSnapshot(checkpoint.bytes, training, checkpoint.file)
    : initialSnapshot(training);
  if (!checkpoint && run.origin)
    throw new ConfigError(`${run.id}: no undamaged checkpoint lies at or before step ${at}`);
  let before: Snapshot | undefined;
  const result = await train(runtime, training, from, {
    until: at,
    probes,
    stride,
    onSnapshot: (snapshot) => {
      before = snapshot;
    },
    onProgress: (step) => observer.onProgress?.(step),
    ...(signal && { signal }),
  });
  if (result.status !== "finished") signal?.throwIfAborted();
  return writeSnapshot(before ?? result.snapshot, training);
}
