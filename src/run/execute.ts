import type { DataSource } from "../data/index.ts";
import { initialSnapshot, type MetricRow, type Snapshot, train } from "../learn/index.ts";
import type { Runtime } from "../runtime/index.ts";
import { differences, type Environment } from "./environment.ts";
import { prepare, type Prepared } from "./prepare.ts";
import { readSnapshot, writeSnapshot } from "./snapshot-file.ts";
import type { Run, RunState } from "./store.ts";

/** What a training needs from where it runs. */
export interface Workplace {
  readonly runtime: Runtime;
  readonly data: DataSource;
  readonly environment: Environment;
  readonly signal?: AbortSignal;
}

/** Told while a run is at work. */
export interface RunObserver {
  /** Data and model are ready; the run goes on from `step`. */
  onStart?(prepared: Prepared, step: number): void;
  onRows?(rows: readonly MetricRow[]): void;
  onProgress?(step: number): void;
  onCheckpoint?(step: number): void;
  /** One line about something that was got over: a damaged checkpoint, another machine. */
  onWarning?(message: string): void;
}

export interface RunOutcome {
  readonly state: Exclude<RunState, "running" | "failed">;
  readonly step: number;
  readonly divergedAt?: number;
}

/**
 * Train a run to its end, from its newest undamaged checkpoint or from the beginning.
 *
 * What is on record at any moment is enough to go on bit for bit. At the signal a checkpoint is
 * written and the run is `interrupted`. An error puts the run on record as `failed`, where that can
 * still be written, and is thrown on.
 */
export async function execute(
  run: Run,
  { runtime, data, environment, signal }: Workplace,
  observer: RunObserver = {},
): Promise<RunOutcome> {
  let prepared: Prepared | undefined;
  let step = run.status().step;
  try {
    prepared = await prepare(run.config, data);
    const { training, probes, stride } = prepared;
    for (const difference of differences(run.environment, environment))
      observer.onWarning?.(`results may differ in their last bits: ${difference}`);
    for (const note of prepared.notes) observer.onWarning?.(note);
    const from = await beginning(run, prepared, observer);
    step = from.state.step;
    await run.begin(step);
    const record = async (snapshot: Snapshot) => {
      step = snapshot.state.step;
      if (run.checkpoints().includes(step)) return;
      await run.checkpoint(step, writeSnapshot(snapshot, training));
      observer.onCheckpoint?.(step);
    };
    await record(from);
    observer.onStart?.(prepared, step);
    const { stop } = run.config;
    const result = await train(runtime, training, from, {
      until: run.config.steps,
      probes,
      stride,
      snapshotEvery: run.config.checkpointEvery,
      onRows(rows) {
        run.append(rows);
        observer.onRows?.(rows);
      },
      onSnapshot: record,
      onProgress: (at) => observer.onProgress?.(at),
      ...(signal && { signal }),
      ...(stop && {
        stop: (rows) => rows.some((r) => r.name === "full-loss" && r.value < stop.lossBelow),
      }),
    });
    const { divergedAt } = result;
    // A signal during the last step's probes has cut them short: a resumed run repeats them.
    const cut = result.status === "finished" && signal?.aborted;
    const state = result.status === "cancelled" || cut ? "interrupted" : result.status;
    const at = divergedAt ?? result.snapshot.state.step;
    const about = { step: at, ...(divergedAt !== undefined && { divergedAt }) };
    await run.end(state, about);
    return { state, ...about };
  } catch (error) {
    if (signal?.aborted && isAbort(error, signal)) {
      await run.end("interrupted", { step });
      return { state: "interrupted", step };
    }
    // The disk may be why: the first error is the one to tell.
    await run.end("failed", { step, error: messageOf(error) }).catch(() => undefined);
    throw error;
  } finally {
    await prepared?.probes[Symbol.asyncDispose]();
  }
}

async function beginning(
  run: Run,
  { training }: Prepared,
  observer: RunObserver,
): Promise<Snapshot> {
  const { checkpoint, damage } = await run.restore();
  for (const { file, reason } of damage)
    observer.onWarning?.(
      `${file}: ${reason}; going back to ${checkpoint ? `step ${checkpoint.step}` : "the beginning"}`,
    );
  if (checkpoint) return readSnapshot(checkpoint.bytes, training, checkpoint.file);
  if (run.origin)
    throw new Error(
      `${run.id}: a fork needs a checkpoint to begin from, got none undamaged; fork ${run.origin.run} again at step ${run.origin.step}`,
    );
  return initialSnapshot(training);
}

function isAbort(error: unknown, signal: AbortSignal): boolean {
  return error === signal.reason || (error instanceof Error && error.name === "AbortError");
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
