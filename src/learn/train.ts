import type { FloatArray } from "../numeric/index.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { MetricRow, Probe } from "./probe.ts";
import { scheduled } from "./schedule.ts";
import { trainer } from "./trainer.ts";
import { initialState, type Training, type TrainState } from "./training.ts";

/** What a checkpoint holds: the state of training and what each probe remembers. */
export interface Snapshot {
  readonly state: TrainState;
  readonly probes: Readonly<Record<string, Readonly<Record<string, FloatArray>>>>;
}

/** The snapshot before the first step. */
export function initialSnapshot(training: Training): Snapshot {
  return { state: initialState(training), probes: {} };
}

export interface TrainOptions {
  /** Steps in all, counted from the run's beginning. */
  readonly until: number;
  readonly probes?: readonly Probe[];
  /** Every so many steps the curvature of training's own batch is measured; 0 is never. */
  readonly stride?: number;
  /** Every so many steps `onSnapshot` is awaited; 0 is never. */
  readonly snapshotEvery?: number;
  /** Rows in order of steps, a batch at a time; awaited. */
  onRows?(rows: readonly MetricRow[]): Promise<void> | void;
  onSnapshot?(snapshot: Snapshot): Promise<void> | void;
  onProgress?(step: number): void;
  /** Asked between calls of the machine; a last snapshot is handed over before the return. */
  readonly signal?: AbortSignal;
  /** Ends training early: looks at each batch of rows. */
  stop?(rows: readonly MetricRow[], step: number): boolean;
}

export interface TrainResult {
  readonly status: "finished" | "stopped" | "cancelled" | "diverged";
  readonly snapshot: Snapshot;
  /** First step with a loss that is not finite. */
  readonly divergedAt?: number;
}

/** Aim of one call's duration, so that progress, signals and cancellation answer. */
const callMilliseconds = 100;

/**
 * Train from a snapshot's state to step `until`.
 *
 * The trajectory does not depend on how it is cut into calls, on probes, or on being stopped and
 * resumed from a snapshot. A loss that is not finite ends the run as `diverged`, with every row up
 * to it kept.
 */
export async function train(
  runtime: Runtime,
  training: Training,
  from: Snapshot,
  options: TrainOptions,
): Promise<TrainResult> {
  const { until, probes = [], stride = 0, snapshotEvery = 0, signal } = options;
  for (const probe of probes) {
    const saved = from.probes[probe.name];
    if (saved !== undefined) probe.restore?.(saved);
  }
  await using steps = trainer(runtime, training);
  let state = from.state;
  let pace = 1; // steps a call, grown until a call takes its time
  const snapshot = (): Snapshot => ({
    state,
    probes: Object.fromEntries(
      probes.flatMap((probe) => (probe.save ? [[probe.name, probe.save()]] : [])),
    ),
  });
  // Taken before the probes of its step look: a resumed run repeats them, bit for bit.
  let resumable = snapshot();
  const end = async (status: TrainResult["status"], divergedAt?: number): Promise<TrainResult> => {
    const last = resumable.state === state ? resumable : snapshot();
    if (status !== "diverged") await options.onSnapshot?.(last);
    return divergedAt === undefined
      ? { status, snapshot: last }
      : { status, snapshot: last, divergedAt };
  };

  let measuredAt = -1;
  for (;;) {
    if (signal?.aborted) return end("cancelled");
    if (measuredAt < state.step) {
      if (probes.some((probe) => probe.due(state.step))) resumable = snapshot();
      const rows = await probeAll(runtime, training, state, probes, signal);
      measuredAt = state.step;
      if (rows.length > 0) {
        await options.onRows?.(rows);
        if (options.stop?.(rows, state.step)) return end("stopped");
      }
    }
    if (signal?.aborted) return end("cancelled");
    if (state.step >= until) return end("finished");
    const limit = stepsToNextEvent(state.step, pace);
    const before = state.step;
    const started = performance.now();
    const advance = await steps.advance(state, limit, stride);
    const elapsed = performance.now() - started;
    const done = advance.state.step - before;
    if (done === pace || elapsed > 2 * callMilliseconds)
      pace = Math.max(1, Math.min(4 * pace, Math.floor((callMilliseconds * done) / elapsed)));
    if (advance.divergedAt !== undefined) {
      await options.onRows?.(advance.rows.filter((row) => row.step <= advance.divergedAt!));
      return end("diverged", advance.divergedAt);
    }
    state = advance.state;
    for (const probe of probes) probe.observe?.(advance.rows);
    await options.onRows?.(advance.rows);
    options.onProgress?.(state.step);
    if (options.stop?.(advance.rows, state.step)) return end("stopped");
    if (snapshotEvery > 0 && state.step % snapshotEvery === 0 && state.step < until)
      await options.onSnapshot?.(snapshot());
  }

  /** Steps that one call may take, at most `pace`. */
  function stepsToNextEvent(step: number, pace: number): number {
    let next = Math.min(until, step + pace);
    if (snapshotEvery > 0)
      next = Math.min(next, (Math.floor(step / snapshotEvery) + 1) * snapshotEvery);
    for (let s = step + 1; s < next; s++) if (probes.some((probe) => probe.due(s))) return s - step;
    return next - step;
  }
}

async function probeAll(
  runtime: Runtime,
  training: Training,
  state: TrainState,
  probes: readonly Probe[],
  signal: AbortSignal | undefined,
): Promise<MetricRow[]> {
  const rows: MetricRow[] = [];
  for (const probe of probes) {
    if (!probe.due(state.step) || signal?.aborted) continue;
    const measured = await probe.measure({
      training,
      runtime,
      step: state.step,
      parameters: state.parameters,
      slots: state.slots,
      buffers: state.buffers,
      learningRate: scheduled(training.learningRate, state.step),
      batchSize: Math.round(scheduled(training.batchSize, state.step)),
      ...(signal ? { signal } : {}),
    });
    for (const row of measured) rows.push({ step: state.step, ...row });
  }
  return rows;
}
