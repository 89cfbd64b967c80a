import { probeSet, train, type Training, type TrainState } from "../../learn/index.ts";
import {
  batchSharpnessProbe,
  fullLossProbe,
  lambdaMaxProbe,
  miniBatchSharpnessProbe,
} from "../../measure/probes/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { measurePoint, type PointMeasures, restarted } from "./measure-point.ts";
import { type Condition, forkFactors, type Protocol } from "./setting.ts";
import { eossTraining } from "./training.ts";

/** A fork catapults where its full loss exceeds this multiple of the checkpoint's. */
export const catapultRatio = 20;

/** One run that left the checkpoint with one setting changed. */
export interface ForkRun {
  readonly label: string;
  /** Of the learning rate. */
  readonly factor: number;
  readonly batchSize: number;
  readonly order: number;
  readonly steps: readonly number[];
  readonly losses: readonly number[];
  /** Largest full loss over that of the checkpoint; Infinity where training diverged. */
  readonly peak: number;
}

export interface Forked {
  readonly atStep: number;
  readonly atLoss: number;
  readonly measures: PointMeasures;
  readonly runs: readonly ForkRun[];
}

/**
 * Interventions: from one checkpoint, the control, each factor on η, and smaller batches at the same
 * η, with several data orders each. A fork ends early once it has catapulted.
 */
export async function forkFrom(
  runtime: Runtime,
  setting: Protocol,
  condition: Condition,
  seed: string,
  training: Training,
  state: TrainState,
  onFork: (done: number) => void,
  signal: AbortSignal,
): Promise<Forked> {
  const always = { due: () => true, seed };
  const measures = await measurePoint(
    runtime,
    training,
    state,
    condition.learningRate,
    condition.batchSize,
    [
      fullLossProbe({ ...always, samples: setting.curvatureSamples }),
      lambdaMaxProbe({ ...always, samples: setting.curvatureSamples }),
      batchSharpnessProbe({ ...always, relativeStderr: 0.01, maxSamples: 1024 }),
      miniBatchSharpnessProbe({ ...always, relativeStderr: 0.03, minSamples: 16, maxSamples: 32 }),
    ],
  );
  const changes = [
    { label: "control", factor: 1, batchSize: condition.batchSize },
    ...forkFactors.map((factor) => ({
      label: `η × ${factor}`,
      factor,
      batchSize: condition.batchSize,
    })),
    ...[2, 4].map((shrink) => ({
      label: `b = ${condition.batchSize / shrink}`,
      factor: 1,
      batchSize: condition.batchSize / shrink,
    })),
  ];
  const runs: ForkRun[] = [];
  const total = changes.length * setting.forkOrders;
  for (const change of changes)
    for (let order = 0; order < setting.forkOrders; order++) {
      signal.throwIfAborted();
      runs.push({
        ...change,
        order,
        ...(await oneFork(runtime, setting, condition, seed, training, state, change, order)),
      });
      onFork(runs.length / total);
    }
  return { atStep: state.step, atLoss: measures["full-loss"], measures, runs };
}

async function oneFork(
  runtime: Runtime,
  setting: Protocol,
  condition: Condition,
  seed: string,
  parent: Training,
  state: TrainState,
  { factor, batchSize }: { readonly factor: number; readonly batchSize: number },
  order: number,
): Promise<Pick<ForkRun, "steps" | "losses" | "peak">> {
  const training = eossTraining(setting, parent.samples, {
    batchSize,
    learningRate: condition.learningRate * factor,
    seed,
    orderSeed: String(BigInt(seed) * 1000n + BigInt(order) + 1n),
  });
  const [steps, losses]: number[][] = [[], []];
  await using probes = probeSet(
    fullLossProbe({
      due: (step) => step % 20 === 0,
      samples: setting.curvatureSamples,
    }),
  );
  const { status } = await train(
    runtime,
    training,
    { state: restarted(training, state), probes: {} },
    {
      until: setting.forkSteps,
      probes,
      onRows(rows) {
        for (const { name, step, value } of rows)
          if (name === "full-loss") {
            steps.push(step);
            losses.push(value);
          }
      },
      stop: () => losses.length > 0 && !(losses.at(-1)! < 2 * catapultRatio * losses[0]),
    },
  );
  const peak = status === "diverged" ? Infinity : Math.max(...losses) / losses[0];
  return { steps, losses, peak: Number.isNaN(peak) ? Infinity : peak };
}

/** The critical factor on η between the last that stays and the first that catapults; censored at the ends. */
export interface Critical {
  readonly factor: number;
  readonly censored?: "above" | "below";
}

/** f*: the geometric mean of the neighbouring factors; a factor counts as catapulting where the median of its orders does. */
export function criticalFactor(runs: readonly ForkRun[], batchSize: number): Critical {
  const tried = [1, ...forkFactors];
  const catapults = tried.map((factor) => {
    const peaks = runs
      .filter((run) => run.factor === factor && run.batchSize === batchSize)
      .map((run) => run.peak)
      .sort((a, b) => a - b);
    return peaks[Math.floor((peaks.length - 1) / 2)] > catapultRatio;
  });
  const first = catapults.indexOf(true);
  if (first < 0) return { factor: tried.at(-1)!, censored: "above" };
  if (first === 0) return { factor: 1, censored: "below" };
  return { factor: Math.sqrt(tried[first - 1] * tried[first]) };
}
