import {
  initialSnapshot,
  type MetricRow,
  type Probe,
  type Snapshot,
  train,
} from "../../learn/index.ts";
import { partitionSharpness } from "./partition.ts";
import {
  batchSharpnessProbe,
  fullLossProbe,
  gniProbe,
  lambdaMaxProbe,
  miniBatchSharpnessProbe,
} from "../../measure/probes/index.ts";
import type { Json, TaskFunction } from "../../run/index.ts";
import { type Forked, forkFrom } from "./forks.ts";
import { type Replacement, replaceNoise } from "./replacement.ts";
import type { Condition, Protocol } from "./setting.ts";
import { type RunSeries, toSeries } from "./series.ts";
import { eossSamples, eossTraining } from "./training.ts";
import { lossWindow, plateauWindow, type Window } from "./window.ts";

/** What one condition gave under one seed. */
export interface ConditionResult {
  readonly setting: string;
  readonly condition: string;
  readonly seed: string;
  readonly status: "finished" | "stopped" | "cancelled" | "diverged";
  readonly series: RunSeries;
  readonly window?: Window;
  readonly forked?: Forked;
  readonly replacements: readonly Replacement[];
  /** λmax, and the mean of λmax(H_B) over a partition into equal batches, at the end of the window. */
  readonly partition?: { readonly lambdaMax: number; readonly miniBatch: number };
  readonly parameterCount: number;
  readonly sampleSet: string;
  readonly seconds: number;
}

export interface ConditionInput {
  readonly setting: Protocol;
  readonly condition: Condition;
  readonly seed: string;
  readonly dataDir?: string;
}

/** Train one condition under one seed, measure along the way, then intervene. */
export const conditionTask: TaskFunction = async (input, context) => {
  const { setting, condition, seed, dataDir } = input as unknown as ConditionInput;
  const started = performance.now();
  const { runtime, signal, data } = context;
  const samples = await eossSamples(setting, condition.labels, seed, data, dataDir);
  const training = eossTraining(setting, samples, { ...condition, seed });
  const start = initialSnapshot(training);

  const rows: MetricRow[] = [];
  const kept: { middle?: Snapshot; end?: Snapshot } = {};
  let startLoss = NaN;
  const intervenes = condition.forks || condition.replacements || condition.miniBatch;
  const probes = probesOf(setting, condition, seed);
  const every = cadence(condition.steps, setting.measurements);
  const result = await train(runtime, training, start, {
    until: 2 * condition.steps,
    probes,
    // A snapshot at each measurement, of which only two are kept: the middle of the window and its end.
    snapshotEvery: intervenes ? every : 0,
    signal,
    onSnapshot(snapshot) {
      const loss = latest(rows, "full-loss") / startLoss;
      if (loss < Math.sqrt(lossWindow.from * lossWindow.to)) kept.middle ??= snapshot;
      if (loss < lossWindow.to) kept.end ??= snapshot;
    },
    onRows(batch) {
      for (const row of batch) {
        if (row.name === "loss") continue;
        if (row.name === "full-loss" && row.step === 0) startLoss = row.value;
        rows.push(row);
      }
    },
    onProgress: (step) =>
      context.progress((intervenes ? 0.5 : 1) * Math.min(1, step / condition.steps)),
    // Beyond the window nothing is averaged.
    stop: () => latest(rows, "full-loss") < lossWindow.to * startLoss,
  });
  for (const probe of probes) await probe.dispose?.();
  signal.throwIfAborted();

  const series = toSeries(rows);
  const losses = series.columns["full-loss"] as number[];
  const window = plateauWindow(series.steps, losses);
  const endState = (kept.end ?? result.snapshot).state;
  const middle = (kept.middle ?? result.snapshot).state;
  const usable = result.status !== "diverged";
  const forked =
    condition.forks && usable
      ? await forkFrom(
          runtime,
          setting,
          condition,
          seed,
          training,
          endState,
          (done) => context.progress(0.5 + 0.25 * done, "forks"),
          signal,
        )
      : undefined;
  const replacements: Replacement[] = [];
  for (const kind of usable ? (condition.replacements ?? []) : []) {
    replacements.push(
      await replaceNoise(runtime, setting, condition, seed, training, middle, kind),
    );
    context.progress(0.75 + (0.2 * replacements.length) / condition.replacements!.length, kind);
  }
  const partition =
    condition.miniBatch && usable
      ? await partitionSharpness(
          runtime,
          training,
          endState,
          condition.batchSize,
          seed,
          setting.curvatureSamples,
        )
      : undefined;
  const found: ConditionResult = {
    setting: setting.id,
    condition: condition.id,
    seed,
    status: result.status,
    series,
    replacements,
    ...(window && { window }),
    ...(forked && { forked }),
    ...(partition && { partition }),
    parameterCount: training.model.parameterCount,
    sampleSet: samples.name,
    seconds: (performance.now() - started) / 1000,
  };
  return found as unknown as Json;
};

/** Steps between measurements; a divisor of the early, denser cadence. */
function cadence(steps: number, measurements: number): number {
  return Math.max(4, 4 * Math.floor(steps / measurements / 4));
}

function probesOf(setting: Protocol, condition: Condition, seed: string): Probe[] {
  const every = cadence(condition.steps, setting.measurements);
  const early = every / 4;
  const sparse = (step: number) => step > 0 && step % (4 * every) === 0;
  // Denser in the first tenth, where the order in which quantities rise is decided.
  const rising = (step: number) => step % early === 0 && step <= condition.steps / 10;
  const due = (step: number) => step % every === 0 || (condition.gni === true && rising(step));
  return [
    fullLossProbe({ due }),
    lambdaMaxProbe({ due, seed, tolerance: 0.01, samples: setting.curvatureSamples }),
    batchSharpnessProbe({ due, seed, relativeStderr: 0.05, maxSamples: 256 }),
    ...(condition.gni
      ? [
          gniProbe({
            due: (step) => rising(step) || sparse(step),
            seed,
            relativeStderr: 0.15,
            maxSamples: 64,
          }),
        ]
      : []),
    ...(condition.miniBatch
      ? [
          miniBatchSharpnessProbe({
            due: sparse,
            seed,
            relativeStderr: 0.05,
            minSamples: 8,
            maxSamples: 16,
          }),
        ]
      : []),
  ];
}

function latest(rows: readonly MetricRow[], name: string): number {
  for (let i = rows.length - 1; i >= 0; i--) if (rows[i].name === name) return rows[i].value;
  return NaN;
}
