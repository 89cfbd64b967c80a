import { DataError } from "../../data/index.ts";
import { initialState, type TrainState } from "../../learn/index.ts";
import { hessianOperator, trainingProblem } from "../../measure/index.ts";
import { stream, substream } from "../../random/index.ts";
import type { Json, TaskContext, TaskFunction } from "../../run/index.ts";
import { traceMeter } from "../trace-meter.ts";
import { type Sharpness, sharpness } from "./curvature.ts";
import { fitMeter } from "./fit-meter.ts";
import { phaseRunner } from "./run-phases.ts";
import type { NetworkSetting, Phase } from "./setting.ts";
import { splitSamples, trainingOf } from "./training.ts";

export interface NetworkInput extends NetworkSetting {
  readonly phases: readonly Phase[];
  /** Looks at losses and answers, evenly in time η·k. */
  readonly looks: number;
  /** The last so many looks are averaged. */
  readonly window: number;
  /** Of those, so many are also cooled, and so many measured for curvature and noise. */
  readonly coolings: number;
  readonly deep: number;
  /** Full gradient after a look: η·k and η. What the loss then loses was kept up by noise. */
  readonly cooling: { readonly time: number; readonly learningRate: number };
  readonly dataDir?: string;
  readonly seed: string;
}

/** One look. */
export interface Look {
  /** η·k. */
  readonly time: number;
  /** Over all training samples. */
  readonly loss: number;
  /** Shares of right answers: on the labels trained on that are true, on those drawn at random, on validation. */
  readonly clean: number;
  readonly random: number;
  readonly validation: number;
}

export interface NetworkResult extends Sharpness {
  /** `absent`: there is no such data here. Numbers are NaN where training did not finish. */
  readonly status: "finished" | "diverged" | "absent";
  readonly looks: readonly Look[];
  /** Mean over the window. */
  readonly loss: number;
  /** Loss less that after cooling, mean over the looks that were cooled: what noise keeps up. */
  readonly excess: number;
  /** Tr C of one sample's gradient. */
  readonly trace: number;
  readonly sampleSet: string;
  readonly parameterCount: number;
}

/** Train through the phases and measure what noise does at the end. */
export const networkTask: TaskFunction = async (input, context) => {
  const setting = input as unknown as NetworkInput;
  try {
    return (await trained(setting, context)) as unknown as Json;
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return { ...nothing, status: "absent", looks: [], sampleSet: error.message, parameterCount: 0 };
  }
};

const nothing = {
  lambdaMax: NaN,
  frobenius: NaN,
  loss: NaN,
  excess: NaN,
  trace: NaN,
};

async function trained(setting: NetworkInput, context: TaskContext): Promise<NetworkResult> {
  const { seed, phases, cooling, window } = setting;
  const { runtime, signal } = context;
  const split = await splitSamples(setting, seed, context.data, setting.dataDir);
  const { train, validation, corrupted } = split;
  const at = (phase: Pick<Phase, "learningRate" | "batchSize">) =>
    trainingOf(setting, train, seed, phase);
  const training = at(phases[0]);
  const start = initialState(training);
  const problem = trainingProblem(training, start.buffers);
  await using own = await fitMeter(runtime, problem);
  await using others = await fitMeter(runtime, trainingProblem({ ...training, samples: validation }, start.buffers)); // prettier-ignore
  await using runner = phaseRunner(runtime, at);
  await using noise = await traceMeter(runtime, problem);
  await using hessian = await hessianOperator(runtime, problem, start.parameters);
  const isRandom = new Uint8Array(train.count);
  for (const i of corrupted) isRandom[i] = 1;

  const looks: Look[] = [];
  const excess: number[] = [];
  const deepLooks: (Sharpness & Pick<NetworkResult, "trace">)[] = [];
  const draws = stream(seed, "three-factors-curvature");
  /** Whether a look is one of `count` in the window, evenly about its middle. */
  const isOneOf = (count: number, look: number) => {
    const [toCome, apart] = [setting.looks - look, Math.floor(window / count)];
    return toCome < apart * count && toCome % apart === Math.floor(apart / 2);
  };
  const cool = async (from: TrainState) => {
    const steps = Math.round(cooling.time / cooling.learningRate);
    const phase = { learningRate: cooling.learningRate, batchSize: train.count, steps };
    const { state, diverged } = await runner.run(from, [phase], { signal });
    return diverged ? NaN : (await own.at(state.parameters)).loss;
  };
  const { state, diverged } = await runner.run(start, phases, {
    looks: setting.looks,
    async onLook(now, time, look) {
      const { parameters } = now;
      const fit = await own.at(parameters);
      const answers = await others.at(parameters);
      const share = (wanted: 0 | 1) => {
        const all = train.count - corrupted.length;
        const right = fit.correct.reduce((n, ok, i) => n + (isRandom[i] === wanted ? ok : 0), 0);
        return right / (wanted === 1 ? corrupted.length : all);
      };
      looks.push({
        time,
        loss: fit.loss,
        clean: share(0),
        random: share(1),
        validation: answers.correct.reduce((n, ok) => n + ok, 0) / validation.count,
      });
      if (isOneOf(setting.coolings, look)) excess.push(fit.loss - (await cool(now)));
      if (!isOneOf(setting.deep, look)) return;
      const { trace } = await noise.at(parameters);
      const curvature = await sharpness(hessian, parameters, substream(draws, look));
      deepLooks.push({ ...curvature, trace });
    },
    signal,
    onProgress: (done) => context.progress(done),
  });
  const about = { looks, sampleSet: train.name, parameterCount: training.model.parameterCount };
  if (diverged || !state.parameters.every(Number.isFinite))
    return { ...nothing, ...about, status: "diverged" };
  return {
    ...about,
    status: "finished",
    loss: mean(looks.slice(-window).map(({ loss }) => loss)),
    excess: mean(excess),
    trace: mean(deepLooks.map(({ trace }) => trace)),
    lambdaMax: mean(deepLooks.map(({ lambdaMax }) => lambdaMax)),
    frobenius: mean(deepLooks.map(({ frobenius }) => frobenius)),
  };
}

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Seconds of a step, of a sample in it, of a look, and of curvature for each sample, about. */
const costs = {
  mlp: { step: 6e-5, sample: 1e-6, look: 0.005, deep: 3e-4 },
  resnet8: { step: 1e-3, sample: 3e-4, look: 0.18, deep: 0.012 },
  vgg11: { step: 1e-3, sample: 2e-4, look: 0.18, deep: 0.012 },
};

/** Seconds on one core, about. */
export const networkCost = (input: Omit<NetworkInput, "seed">): number => {
  const { phases, looks, coolings, cooling, deep, samples, model } = input;
  const cost = costs[model.kind];
  const cooled = { steps: (coolings * cooling.time) / cooling.learningRate, batchSize: samples };
  const training = [...phases, cooled].reduce((sum, p) => sum + p.steps * (cost.step + cost.sample * p.batchSize), 0); // prettier-ignore
  return 0.3 + training + cost.look * looks + deep * samples * cost.deep;
};
