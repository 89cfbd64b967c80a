import {
  constantly,
  initialSnapshot,
  initialState,
  train,
  trainer,
  type Training,
  type TrainState,
} from "../../learn/index.ts";
import {
  alignmentByProbes,
  hutchinsonTrace,
  perturbationFlatness,
  type Problem,
  trainingProblem,
} from "../../measure/index.ts";
import { dot, type FloatArray, squaredNorm } from "../../numeric/index.ts";
import { stream, substream } from "../../random/index.ts";
import type { Json, TaskContext, TaskFunction } from "../../run/index.ts";
import { type AccuracyMeter, accuracyMeter } from "../accuracy.ts";
import { type Covariances, covariances, type InjectedId } from "./covariances.ts";
import { fashionData, type FashionSize, fashionTraining } from "./fashion.ts";
import { type Covariance, drawnNoise, fillNoise, traceOf } from "./noise.ts";

export type DynamicsId = "gd" | "sgd" | InjectedId;

export interface DynamicsInput extends FashionSize {
  /** Gradient descent to where all dynamics begin. */
  readonly descent: { readonly steps: number; readonly learningRate: number };
  readonly steps: number;
  readonly learningRate: number;
  /** SGD's, whose covariance gives the trace. */
  readonly batchSize: number;
  /** Steps between looks at the covariance: in between it is what it was. */
  readonly refresh: number;
  /** How often sharpness and accuracy are measured, after the start. */
  readonly looks: number;
  /** Of each coordinate of the perturbation, and pairs of them. */
  readonly delta: number;
  readonly pairs: number;
  /** For the traces at the start. */
  readonly probes: number;
  readonly dynamics: readonly DynamicsId[];
  readonly seed: string;
}

export interface Look {
  readonly step: number;
  /** E|L(θ + ν) − L(θ)|. */
  readonly sharpness: number;
  /** On images that were not trained on, all with their own labels. */
  readonly accuracy: number;
  /** On the training images. */
  readonly loss: number;
}

export interface DynamicsRun {
  readonly id: DynamicsId;
  /** The first at the start; the last at the end, with NaN where the loss was lost. */
  readonly looks: readonly Look[];
  /** Mean of ‖ε‖² over the steps, or Tr Σ_B at the start for SGD. */
  readonly trace: number;
  /** Tr(HΣ) of the noise at the start, over that of isotropic noise of its trace. */
  readonly ratio: number;
}

/** Some of the dynamics, from where gradient descent under the same seed ended. */
export const dynamicsTask: TaskFunction = async (input, context) => {
  const { runtime, signal, data } = context;
  const setting = input as unknown as DynamicsInput;
  const { seed, descent, dynamics } = setting;
  const { training: samples, tested } = await fashionData(data, setting, seed);
  const base = fashionTraining(setting, samples, seed, {
    learningRate: descent.learningRate,
    batchSize: samples.count,
  });
  const { snapshot } = await train(runtime, base, initialSnapshot(base), {
    until: descent.steps,
    signal,
    onProgress: (step) => context.progress((0.3 * step) / Math.max(1, descent.steps)),
  });
  signal.throwIfAborted();
  const start = snapshot.state.parameters;
  const problem = trainingProblem(base, new Float32Array(0));
  await using accuracy = await accuracyMeter(runtime, base.model, tested);
  await using noises = await covariances(runtime, problem, start, setting.batchSize);
  const place: Place = { context, setting, base, problem, start, accuracy, noises };
  const runs: DynamicsRun[] = [];
  for (const id of dynamics) {
    runs.push(await follow(place, id));
    context.progress(0.3 + (0.7 * runs.length) / dynamics.length, id);
  }
  return runs as unknown as Json;
};

interface Place {
  readonly context: TaskContext;
  readonly setting: DynamicsInput;
  readonly base: Training;
  readonly problem: Problem;
  readonly start: FloatArray;
  readonly accuracy: AccuracyMeter;
  readonly noises: Covariances;
}

/** The released leading noise is drawn in every tenth step only. */
const releasedEvery = 10;
const order = ["gd", "sgd", "constant", "dynamic", "dynamic-again", "diagonal", "leading", "hessian", "first-eigenvector", "constant-released", "leading-released"] as const satisfies readonly DynamicsId[]; // prettier-ignore

async function follow(place: Place, id: DynamicsId): Promise<DynamicsRun> {
  const { context, setting, base, start, noises } = place;
  const { seed, steps, looks: count, refresh, learningRate } = setting;
  const injected = id === "gd" || id === "sgd" ? undefined : id;
  const covarianceAt =
    injected && noises.following(injected, substream(stream(seed, "noise-eigenvectors"), id));
  let covariance: Covariance = { kind: "none" };
  const every = id === "leading-released" ? releasedEvery : 1;
  const training: Training = {
    ...base,
    learningRate: constantly(learningRate),
    ...(id === "sgd" && { batchSize: constantly(setting.batchSize) }),
    // Another order seed for each: no two dynamics share their draws.
    orderSeed: String(BigInt(seed) * 100n + BigInt(order.indexOf(id))),
    ...(injected && {
      noise: drawnNoise((draws, step, out) =>
        step % every === 0 ? fillNoise(covariance, substream(draws, step), out) : out.fill(0),
      ),
    }),
  };
  let state: TrainState = { ...initialState(training), parameters: start };
  const looks = [await lookAt(place, state)];
  let ratio = id === "sgd" ? await ratioOfSgd(place) : 0;
  let [squares, drawn] = [0, 0];
  await using machine = trainer(context.runtime, training);
  while (state.step < steps) {
    context.signal.throwIfAborted();
    if (covarianceAt && state.step % refresh === 0) {
      covariance = await covarianceAt(state.parameters);
      if (state.step === 0) ratio = await ratioOf(place, covariance);
    }
    const next = Math.ceil((count * (state.step + 1)) / steps);
    const nextLook = Math.round((next * steps) / count);
    const nextRefresh = (Math.floor(state.step / refresh) + 1) * refresh;
    const advance = await machine.advance(state, Math.min(nextLook, nextRefresh) - state.step);
    ({ state } = advance);
    for (const { name, value } of advance.rows)
      if (name === "noise-trace") [squares, drawn] = [squares + value, drawn + 1];
    if (advance.divergedAt !== undefined) {
      looks.push({ step: state.step, sharpness: NaN, accuracy: NaN, loss: NaN });
      break;
    }
    if (state.step === nextLook) looks.push(await lookAt(place, state));
  }
  const trace = id === "sgd" ? await noises.trace(start) : drawn === 0 ? 0 : squares / drawn;
  return { id, looks, trace, ratio };
}

async function lookAt(
  { context, problem, setting, accuracy }: Place,
  { step, parameters }: TrainState,
): Promise<Look> {
  const { delta, pairs, seed } = setting;
  // The same perturbations everywhere, so that differences are those of the points.
  const { absolute, loss } = await perturbationFlatness(
    context.runtime,
    problem,
    parameters,
    stream(seed, "perturbations"),
    { sigma: delta, relativeStderr: 0, minSamples: pairs, maxSamples: pairs },
  );
  return {
    step,
    sharpness: absolute?.value ?? NaN,
    accuracy: await accuracy.at(parameters),
    loss,
  };
}

const trH = async ({ noises: { hessian }, start, setting: { seed, probes } }: Place) => {
  await hessian.setPoint(start);
  const fixed = { relativeStderr: 0, minSamples: probes, maxSamples: probes };
  return (await hutchinsonTrace(hessian, stream(seed, "trace-at-start"), fixed)).value;
};

async function ratioOfSgd(place: Place): Promise<number> {
  const { noises, start, setting } = place;
  const { seed, probes } = setting;
  await noises.hessian.setPoint(start);
  await noises.sigma.setPoint(start);
  const draws = stream(seed, "alignment-at-start");
  const found = await alignmentByProbes(noises.hessian, noises.sigma, draws, { probes });
  return found.ratio?.value ?? NaN;
}

/** Exactly for columns and isotropic noise but for Tr H, by draws for a diagonal. */
async function ratioOf(place: Place, covariance: Covariance): Promise<number> {
  const { noises, start, setting } = place;
  if (covariance.kind === "isotropic") return 1;
  const mean = (await trH(place)) / start.length; // moves the Hessian to the start
  const vectors =
    covariance.kind === "columns"
      ? covariance.columns
      : Array.from({ length: setting.probes }, (_, i) => {
          const draw = start.slice();
          fillNoise(covariance, substream(stream(setting.seed, "noise-at-start"), i), draw);
          return draw;
        });
  const product = start.slice();
  let [curved, total] = [0, 0];
  for (const v of vectors) {
    await noises.hessian.apply(v, product);
    curved += dot(v, product);
    total += squaredNorm(v);
  }
  const trace = covariance.kind === "columns" ? traceOf(covariance, start.length) : total;
  return curved / trace / mean;
}
