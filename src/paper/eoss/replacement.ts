import { probeSet, train, type Training, type TrainState } from "../../learn/index.ts";
import {
  isotropicNoise,
  diagonalNoise,
  resamplingNoise,
  sdeNoise,
} from "../../measure/noise-sources/index.ts";
import { batchSharpnessProbe, fullLossProbe, lambdaMaxProbe } from "../../measure/probes/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { restarted } from "./measure-point.ts";
import type { Condition, NoiseKind, Protocol } from "./setting.ts";
import { type RunSeries, toSeries } from "./series.ts";
import { eossTraining } from "./training.ts";
import type { MetricRow } from "../../learn/index.ts";

/** A run that goes on from a checkpoint with mini-batches replaced by injected noise. */
export interface Replacement {
  readonly kind: NoiseKind;
  readonly atStep: number;
  readonly series: RunSeries;
  /** Mean trace of the injected covariance, per step. */
  readonly trace: number;
}

/** Sub-steps of the SDE baseline in one step of SGD. */
const sdeSubSteps = 10;

/**
 * Go on from a checkpoint with the full gradient and noise of a chosen law in place of sampling;
 * batch sharpness keeps the batch size of the condition. The SDE takes several small steps for one.
 */
export async function replaceNoise(
  runtime: Runtime,
  setting: Protocol,
  condition: Condition,
  seed: string,
  parent: Training,
  state: TrainState,
  kind: NoiseKind,
): Promise<Replacement> {
  const slow = kind === "sde" ? sdeSubSteps : 1;
  const { learningRate, batchSize } = condition;
  const sources = {
    isotropic: () => isotropicNoise,
    diagonal: () => diagonalNoise,
    resampling: () => resamplingNoise,
    sde: () => sdeNoise(learningRate),
  };
  const training = eossTraining(setting, parent.samples, {
    batchSize,
    learningRate: learningRate / slow,
    seed,
    noise: sources[kind](),
  });
  const steps = setting.replacementSteps * slow;
  const every = Math.max(1, Math.floor(steps / 10));
  const due = (step: number) => step % every === 0;
  const rows: MetricRow[] = [];
  const traces: number[] = [];
  await using probes = probeSet(
    fullLossProbe({ due }),
    lambdaMaxProbe({ due, seed, tolerance: 0.01, samples: setting.curvatureSamples }),
    batchSharpnessProbe({ due, seed, relativeStderr: 0.03, maxSamples: 256 }),
  );
  await train(
    runtime,
    training,
    { state: restarted(training, state), probes: {} },
    {
      until: steps,
      probes,
      onRows(batch) {
        for (const row of batch)
          if (row.name === "noise-trace") traces.push(row.value);
          else rows.push(row);
      },
    },
  );
  const trace = traces.reduce((sum, value) => sum + value, 0) / traces.length;
  return { kind, atStep: state.step, series: toSeries(rows), trace };
}
