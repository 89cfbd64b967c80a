import { followReplicas, replicaExit } from "../../diffusion/index.ts";
import { constantly, initialSnapshot, losses, mlp, train, type Training, type TrainState } from "../../learn/index.ts"; // prettier-ignore
import { gradientMeter, hessianOperator, lanczos, trainingProblem } from "../../measure/index.ts";
import { axpy, norm } from "../../numeric/index.ts";
import { stream } from "../../random/index.ts";
import type { Json, TaskContext, TaskFunction } from "../../run/index.ts";
import { type EscapePoint, pointOf } from "./escape-task.ts";
import { type TwoClassData, twoClasses } from "./two-classes.ts";

/** SGD's walkers out of the minimum of a small network: out at the distance `radius` from it. */
export interface NetworkEscapeInput {
  readonly data: TwoClassData;
  readonly samples: number;
  readonly hidden: readonly number[];
  /** λ of ½λ‖θ‖², without which labels that a network can learn leave no minimum. */
  readonly weightDecay: number;
  readonly batchSize: number;
  readonly eta: number;
  readonly radius: number;
  readonly walkers: number;
  readonly horizon: number;
  readonly dataDir?: string;
  /** Of the data and of the minimum, which all conditions share. */
  readonly dataSeed: string;
  readonly seed: string;
}

export interface NetworkEscapeResult extends EscapePoint {
  /** Where the walkers begin, ½λ‖θ‖² counted. */
  readonly minimum: {
    readonly loss: number;
    readonly gradientNorm: number;
    readonly lambdaMax: number;
    readonly parameters: number;
  };
  readonly sampleSet: string;
}

/** Steps of Adam, whose rate falls to nothing, and of the full gradient after them. */
const search = { steps: 1500, learningRate: 0.02, settling: 1500, rate: 0.2 };
/** Trained side by side: more fill no more of a core. */
const slots = 64;

/** Find the minimum, and follow SGD's walkers out of it. */
export const networkEscapeTask: TaskFunction = async (input, context) => {
  const setting = input as unknown as NetworkEscapeInput;
  const { batchSize, eta, radius, walkers, horizon, seed, dataSeed, dataDir, weightDecay } =
    setting;
  const samples = await twoClasses(setting.data, {
    samples: setting.samples,
    seed: dataSeed,
    source: context.data,
    ...(dataDir !== undefined && { dataDir }),
  });
  const training: Training = {
    model: mlp(samples.inputShape, 2, {
      hidden: setting.hidden,
      activation: "tanh",
      init: { kind: "xavier-uniform" },
    }),
    loss: losses["cross-entropy"],
    optimiser: { kind: "sgd", weightDecay },
    samples,
    sampler: { kind: "with-replacement" },
    learningRate: constantly(eta),
    batchSize: constantly(batchSize),
    precision: "float32",
    seed: dataSeed,
  };
  const checkpoint = await minimumOf(training, weightDecay, context);
  const numbers = await atMinimum(training, checkpoint, weightDecay, context);
  const run = followReplicas(context.runtime, {
    training,
    checkpoint,
    exit: replicaExit(`r > ${radius}`, numbers.loss),
    seed,
    from: 0,
    to: walkers,
    replicas: Math.min(slots, walkers),
    every: 1,
    samples: setting.samples,
    horizon,
    tracks: 0,
  });
  let next = await run.next();
  while (next.done !== true) {
    context.signal.throwIfAborted();
    context.progress(0.1 + (0.9 * next.value.done) / walkers);
    next = await run.next();
  }
  const { steps, left } = next.value;
  const exitSteps = steps.map((step, i) => (left[i] === 1 ? step : 0));
  const result: NetworkEscapeResult = {
    ...pointOf({ exitSteps, followed: steps }, eta, seed),
    minimum: { ...numbers, parameters: training.model.parameterCount },
    sampleSet: samples.name,
  };
  return result as unknown as Json;
};

/** Adam and then the full gradient, from the initial weights of `training`. */
async function minimumOf(
  training: Training,
  weightDecay: number,
  { runtime, signal, progress }: Pick<TaskContext, "runtime" | "signal" | "progress">,
): Promise<TrainState> {
  const whole = { ...training, sampler: { kind: "without-replacement" }, batchSize: constantly(training.samples.count) } as const; // prettier-ignore
  const { steps, learningRate, settling, rate } = search;
  const adam: Training = {
    ...whole,
    optimiser: { kind: "adam", weightDecay },
    learningRate: { kind: "cosine", value: learningRate, final: 0, steps },
  };
  const near = await train(runtime, adam, initialSnapshot(adam), {
    until: steps,
    signal,
    onProgress: (step) => progress((0.05 * step) / steps),
  });
  signal.throwIfAborted();
  const descent: Training = { ...whole, learningRate: constantly(rate) };
  const start = initialSnapshot(descent);
  const { parameters } = near.snapshot.state;
  const settled = await train(
    runtime,
    descent,
    { ...start, state: { ...start.state, parameters } },
    { until: settling, signal, onProgress: (step) => progress(0.05 + (0.05 * step) / settling) },
  );
  signal.throwIfAborted();
  const origin = initialSnapshot(training);
  return { ...origin.state, parameters: settled.snapshot.state.parameters };
}

/** What the minimum is like, ½λ‖θ‖² counted. */
async function atMinimum(
  training: Training,
  { parameters, buffers }: TrainState,
  weightDecay: number,
  { runtime }: Pick<TaskContext, "runtime">,
) {
  const problem = trainingProblem(training, buffers);
  await using meter = await gradientMeter(runtime, problem);
  const { loss, gradient } = await meter.measure(parameters);
  const whole = gradient.slice();
  axpy(weightDecay, parameters, whole);
  await using hessian = await hessianOperator(runtime, problem, parameters);
  const { pairs } = await lanczos(hessian, stream(training.seed, "minimum"), { tolerance: 1e-3 });
  return {
    loss: loss + 0.5 * weightDecay * norm(parameters) ** 2,
    gradientNorm: norm(whole),
    lambdaMax: pairs[0].value + weightDecay,
  };
}
