import { scaleImages, subset, toPrecision } from "../../data/index.ts";
import { initialParameters, mlp, type SampleSet, samplesOf } from "../../learn/index.ts";
import { fillNormal, stream, substream } from "../../random/index.ts";
import type { Json, TaskFunction } from "../../run/index.ts";
import { accuracyMeter } from "../accuracy.ts";
import { type NoiseShape, type NoisyDescent, noisyDescent } from "./noisy-descent.ts";

export interface LargeBatchInput {
  /** Of Fashion-MNIST, from its front: to train on, to choose by, to judge by. */
  readonly counts: { readonly train: number; readonly validation: number; readonly test: number };
  readonly hidden: readonly number[];
  readonly batchSize: number;
  readonly steps: number;
  /** Rates that each arm may choose from, and levels λ₂ of the noisy arms; as many trials each. */
  readonly learningRates: readonly number[];
  readonly noisyRates: readonly number[];
  readonly levels: readonly number[];
  /** λ₁. */
  readonly growth: number;
  readonly dataDir?: string;
  readonly seed: string;
}

export type Arm = "plain" | NoiseShape;

/** The setting that was best on the validation images, and what it does on the test images, which are read once. */
export interface ArmResult {
  readonly setting: NoisyDescent;
  readonly validation: number;
  readonly test: number;
  readonly loss: number;
  readonly trace: number;
}

export interface LargeBatchResult {
  readonly arms: Readonly<Record<Arm, ArmResult>>;
  /** λ₁ = 0 at the chosen setting of the state-dependent arm, on the test images: isotropic by another name. */
  readonly constant: { readonly stateDependent: number; readonly isotropic: number };
  readonly sampleSet: string;
}

/** Train every arm from the same weights, with the same batches and normals; choose; judge. */
export const largeBatchTask: TaskFunction = async (input, context) => {
  const setting = input as unknown as LargeBatchInput;
  const { seed, counts, dataDir, batchSize, steps, growth } = setting;
  const { runtime, signal } = context;
  const [train, validation, test] = await splits(setting, context.data, dataDir);
  const model = mlp(train.inputShape, 10, {
    hidden: setting.hidden,
    activation: "relu",
    init: { kind: "kaiming-normal" },
  });
  const draws = stream(seed, "large-batch");
  const start = initialParameters(model, "float32", substream(draws, "weights"));
  const normals = new Float32Array(steps * model.parameterCount);
  fillNormal(substream(draws, "normals"), 0, normals);
  const common = { model, samples: train, start, batchSize, steps, normals, batches: substream(draws, "batches") }; // prettier-ignore
  await using dependent = await noisyDescent(runtime, { ...common, shape: "state-dependent" });
  await using isotropic = await noisyDescent(runtime, { ...common, shape: "isotropic" });
  await using chooser = await accuracyMeter(runtime, model, validation);
  await using judge = await accuracyMeter(runtime, model, test);
  const noisy = setting.noisyRates.flatMap((learningRate) =>
    setting.levels.map((level) => ({ learningRate, level, growth })),
  );
  const plain = setting.learningRates.map((learningRate) => ({
    learningRate,
    level: 0,
    growth: 0,
  }));
  const all = plain.length + 2 * noisy.length + 2;
  let done = 0;
  const trial = async (machine: typeof dependent, how: NoisyDescent) => {
    signal.throwIfAborted();
    const found = await machine.run(how);
    context.progress(++done / all);
    return found;
  };
  const arm = async (machine: typeof dependent, candidates: readonly NoisyDescent[]) => {
    let best: (Omit<ArmResult, "test"> & { readonly parameters: Float32Array }) | undefined;
    for (const how of candidates) {
      const { parameters, loss, trace } = await trial(machine, how);
      const accuracy = await chooser.at(parameters);
      if (best === undefined || accuracy > best.validation)
        best = { setting: how, validation: accuracy, loss, trace, parameters: parameters as Float32Array }; // prettier-ignore
    }
    const { parameters, ...rest } = best!;
    return { ...rest, test: await judge.at(parameters) };
  };
  const arms = {
    plain: await arm(isotropic, plain),
    isotropic: await arm(isotropic, noisy),
    "state-dependent": await arm(dependent, noisy),
  };
  const flat = { ...arms["state-dependent"].setting, growth: 0 };
  const constant = {
    stateDependent: await judge.at((await trial(dependent, flat)).parameters),
    isotropic: await judge.at((await trial(isotropic, flat)).parameters),
  };
  const result: LargeBatchResult = {
    arms,
    constant,
    sampleSet: `Fashion-MNIST, ${counts.train} to train, ${counts.validation} to choose, ${counts.test} to judge`,
  };
  return result as unknown as Json;
};

async function splits(
  { counts }: LargeBatchInput,
  source: Parameters<TaskFunction>[1]["data"],
  dataDir: string | undefined,
): Promise<SampleSet[]> {
  const { train, validation, test } = counts;
  const loaded = await source.load({
    name: "fashion-mnist",
    split: "test",
    count: train + validation + test,
    ...(dataDir !== undefined && { dataDir }),
  });
  const { dataset } = scaleImages(toPrecision(loaded, "float32"), { over: "global" });
  const ends = [0, train, train + validation, train + validation + test];
  return [0, 1, 2].map((i) =>
    samplesOf(
      subset(
        dataset,
        Int32Array.from({ length: ends[i + 1] - ends[i] }, (_, k) => ends[i] + k),
      ),
    ),
  );
}
