import { corruptLabels, scaleImages, toPrecision } from "../../data/index.ts";
import {
  constantly,
  initialSnapshot,
  losses,
  mlp,
  samplesOf,
  train,
  type Training,
} from "../../learn/index.ts";
import {
  eigenpairs,
  hessianOperator,
  perSampleCurvatures,
  trainingProblem,
} from "../../measure/index.ts";
import { axpy, type FloatArray, norm, scale } from "../../numeric/index.ts";
import { fillNormal, stream, substream } from "../../random/index.ts";
import type { Json, TaskFunction } from "../../run/index.ts";
import { type TraceMeter, traceMeter } from "../trace-meter.ts";

export interface NetworkInput {
  /** Of Fashion-MNIST, a tenth of the labels at random. */
  readonly samples: number;
  readonly hidden: readonly number[];
  /** Steps of SGD at η and b; none measures the initial network. */
  readonly steps: number;
  readonly learningRate: number;
  readonly batchSize: number;
  /** Steps of full gradient after them, at η, towards the minimum. */
  readonly settling: number;
  /** Random directions, and as many first eigenvectors, along which the covariance is followed. */
  readonly directions: number;
  readonly dataDir?: string;
  readonly seed: string;
}

/** Tr C at w* ± r·d, mean of both sides, over that at w*. */
export interface Growth {
  readonly kind: "random" | "eigenvector";
  readonly distances: readonly number[];
  readonly ratios: readonly number[];
}

export interface NetworkResult {
  readonly loss: number;
  readonly gradientNorm: number;
  /** Tr C of one sample's gradient. */
  readonly trace: number;
  readonly growths: readonly Growth[];
  /** uᵀHu along the first eigenvector, and the variance of uᵀHᵢu over the samples. */
  readonly curvature: number;
  readonly curvatureVariance: number;
  readonly sampleSet: string;
}

/** Ratios of Tr C between which its growth is followed. */
const greatest = 20;
const points = 7;
/** From the smallest distance to the largest: 3.5 e-folds of what grows with their square. */
const span = Math.exp(1.75);

/** Train a network and follow the trace of its gradient covariance away from where it ended. */
export const networkTask: TaskFunction = async (input, context) => {
  const setting = input as unknown as NetworkInput;
  const { seed, dataDir } = setting;
  const { runtime, signal } = context;
  const loaded = await context.data.load({
    name: "fashion-mnist",
    count: setting.samples,
    ...(dataDir !== undefined && { dataDir }),
  });
  const { dataset } = scaleImages(toPrecision(loaded, "float32"), { over: "global" });
  const noisy = corruptLabels(dataset, 0.1, stream(seed, "label-noise")).dataset;
  const samples = samplesOf(noisy, `${noisy.name} × ${setting.samples}, 10 % random labels`);
  const { batchSize } = setting;
  const training: Training = {
    model: mlp(samples.inputShape, 10, {
      hidden: setting.hidden,
      activation: "tanh",
      init: { kind: "xavier-uniform" },
    }),
    loss: losses["squared-error"],
    optimiser: { kind: "sgd" },
    samples,
    sampler: { kind: "without-replacement" },
    learningRate: constantly(setting.learningRate),
    batchSize: {
      kind: "step",
      value: batchSize,
      factor: setting.samples / batchSize,
      boundaries: [setting.steps],
    },
    precision: "float32",
    seed,
  };
  const until = setting.steps === 0 ? 0 : setting.steps + setting.settling;
  const { snapshot, status } = await train(runtime, training, initialSnapshot(training), {
    until,
    signal,
    onProgress: (step) => context.progress((0.5 * step) / Math.max(1, until)),
  });
  signal.throwIfAborted();
  if (status === "diverged")
    throw new RangeError(
      `training must not diverge, got a loss that is not finite at η = ${setting.learningRate}, b = ${batchSize}, seed ${seed}`,
    );
  const { parameters, buffers } = snapshot.state;
  const problem = trainingProblem(training, buffers);
  await using hessian = await hessianOperator(runtime, problem, parameters);
  const { top } = await eigenpairs(hessian, stream(seed, "eigenvectors"), {
    top: Math.max(1, setting.directions),
    tolerance: 1e-2,
    verify: false,
  });
  const curvatures = await perSampleCurvatures(runtime, problem, parameters, top[0].vector);
  await using meter = await traceMeter(runtime, problem);
  const centre = await meter.at(parameters);
  const growths: Growth[] = [];
  const lines = Array.from({ length: setting.directions }, (_, k) => [
    { kind: "random" as const, vector: randomUnit(seed, k, parameters) },
    { kind: "eigenvector" as const, vector: top[k].vector },
  ]).flat();
  for (const { kind, vector } of lines) {
    signal.throwIfAborted();
    growths.push({ kind, ...(await follow(meter.at, parameters, vector, centre.trace)) });
    context.progress(0.5 + (0.5 * growths.length) / lines.length);
  }
  const mean = curvatures.reduce((sum, h) => sum + h, 0) / curvatures.length;
  const found: NetworkResult = {
    loss: centre.loss,
    gradientNorm: centre.gradientNorm,
    trace: centre.trace,
    growths,
    curvature: mean,
    curvatureVariance: curvatures.reduce((sum, h) => sum + (h - mean) ** 2, 0) / curvatures.length,
    sampleSet: samples.name,
  };
  return found as unknown as Json;
};

/** Ratios of the trace on the way out, both sides in the mean, to where it has grown `greatest`-fold. */
async function follow(
  at: TraceMeter["at"],
  centre: FloatArray,
  direction: FloatArray,
  trace: number,
): Promise<Omit<Growth, "kind">> {
  const ratio = async (r: number) => {
    const sides = [];
    for (const sign of [1, -1]) {
      const place = centre.slice();
      axpy(sign * r, direction, place);
      sides.push((await at(place)).trace);
    }
    return (sides[0] + sides[1]) / (2 * trace);
  };
  let [low, high] = [0, 0.01];
  while (high < 1e4 && (await ratio(high)) < greatest) [low, high] = [high, 2 * high];
  for (let i = 0; i < 5; i++) {
    const middle = (low + high) / 2;
    if ((await ratio(middle)) < greatest) low = middle;
    else high = middle;
  }
  const distances = Array.from({ length: points }, (_, i) => high * span ** (i / (points - 1) - 1));
  const ratios: number[] = [];
  for (const r of distances) ratios.push(await ratio(r));
  return { distances, ratios };
}

function randomUnit(seed: string, index: number, like: FloatArray): FloatArray {
  const vector = like.slice();
  fillNormal(substream(stream(seed, "power-law-directions"), index), 0, vector);
  scale(1 / norm(vector), vector);
  return vector;
}
