import {
  losses,
  initialSnapshot,
  type LossName,
  type MetricRow,
  type OptimiserSpec,
  type Probe,
  probeSet,
  train,
} from "../../learn/index.ts";
import {
  batchSharpnessProbe,
  fullLossProbe,
  lambdaMaxProbe,
  optimizerSharpnessProbe,
} from "../../measure/probes/index.ts";
import type { Json, TaskFunction } from "../../run/index.ts";
import type { Network } from "./setting.ts";
import { type RunSeries, toSeries } from "./series.ts";
import { eossSamples, eossTraining } from "./training.ts";
import { lossWindow, plateauWindow, type Window } from "./window.ts";

export type RunMeasure = "lambda-max" | "batch-sharpness" | "optimizer-sharpness";

/** One training with any optimiser and loss, followed by the sharpness family. */
export interface RunInput extends Network {
  readonly labels: "noisy" | "clean";
  readonly loss: LossName;
  readonly optimiser: OptimiserSpec;
  readonly learningRate: number;
  readonly batchSize: number;
  /** Taken all, unless the loss window ends before and `toWindow` is set. */
  readonly steps: number;
  readonly toWindow: boolean;
  /** Looks at the full loss and at these, evenly. */
  readonly measurements: number;
  readonly measures: readonly RunMeasure[];
  readonly dataDir?: string;
  /** Of the batches' order. */
  readonly seed: string;
  /** Of labels and weights: shared by all runs of a seed. */
  readonly dataSeed: string;
}

export interface RunResult {
  readonly status: "finished" | "stopped" | "cancelled" | "diverged";
  readonly series: RunSeries;
  readonly window?: Window;
  readonly sampleSet: string;
  readonly parameterCount: number;
}

export const runTask: TaskFunction = async (input, context) => {
  const setting = input as unknown as RunInput;
  const { labels, steps, measurements, seed, dataSeed, dataDir, toWindow } = setting;
  const { runtime, signal, data } = context;
  const samples = await eossSamples(setting, labels, dataSeed, data, dataDir);
  const { batchSize, learningRate, optimiser } = setting;
  const training = {
    ...eossTraining(setting, samples, { batchSize, learningRate, seed: dataSeed, orderSeed: seed }),
    loss: losses[setting.loss],
    optimiser,
  };
  const every = Math.max(1, Math.floor(steps / measurements));
  const due = (step: number) => step % every === 0;
  const rows: MetricRow[] = [];
  let [first, last] = [NaN, NaN];
  const rule = { due, seed, relativeStderr: 0.05, maxSamples: 256 };
  const probeOf: Readonly<Record<RunMeasure, () => Probe>> = {
    "lambda-max": () =>
      lambdaMaxProbe({ due, seed, tolerance: 0.01, samples: setting.curvatureSamples }),
    "batch-sharpness": () => batchSharpnessProbe(rule),
    "optimizer-sharpness": () => optimizerSharpnessProbe(rule),
  };
  await using probes = probeSet(
    fullLossProbe({ due }),
    ...setting.measures.map((measure) => probeOf[measure]()),
  );
  const { status } = await train(runtime, training, initialSnapshot(training), {
    until: steps,
    probes,
    signal,
    onRows(batch) {
      for (const row of batch) {
        if (row.name === "loss") continue;
        if (row.name === "full-loss") {
          if (row.step === 0) first = row.value;
          last = row.value;
        }
        rows.push(row);
      }
    },
    onProgress: (step) => context.progress(step / steps),
    stop: () => toWindow && last < lossWindow.to * first,
  });
  signal.throwIfAborted();
  const series = toSeries(rows);
  const window = plateauWindow(series.steps, series.columns["full-loss"] as number[]);
  const result: RunResult = {
    status,
    series,
    ...(window && { window }),
    sampleSet: samples.name,
    parameterCount: training.model.parameterCount,
  };
  return result as unknown as Json;
};
