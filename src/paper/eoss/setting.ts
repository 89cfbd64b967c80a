import {
  corruptLabels,
  type DataSource,
  sampleCount,
  scaleImages,
  toPrecision,
} from "../../data/index.ts";
import {
  cnn,
  constantly,
  losses,
  mlp,
  type NoiseSource,
  type SampleSet,
  sampleSet,
  type Training,
} from "../../learn/index.ts";
import { stream } from "../../random/index.ts";
import type { Condition, Scale } from "./scales.ts";

/** The samples of a condition. Which labels are random depends on the seed alone, so that conditions pair. */
export async function eossSamples(
  scale: Scale,
  labels: Condition["labels"],
  seed: string,
  source: DataSource,
  dataDir?: string,
): Promise<SampleSet> {
  const loaded = await source.load({
    name: scale.dataset,
    count: scale.samples,
    ...(dataDir !== undefined && { dataDir }),
  });
  const scaled = scaleImages(toPrecision(loaded, "float32"), { over: "global" }).dataset;
  const dataset =
    labels === "noisy"
      ? corruptLabels(scaled, scale.labelNoise, stream(seed, "label-noise")).dataset
      : scaled;
  const count = sampleCount(dataset);
  return sampleSet({
    name: `${dataset.name} × ${count}, ${labels === "noisy" ? `${100 * scale.labelNoise} % random labels` : "clean labels"}`,
    count,
    inputs: dataset.inputs.data,
    inputShape: dataset.inputs.shape.slice(1),
    targets: dataset.labels!,
    targetShape: [],
  });
}

/** SGD on squared error, batches without replacement, Kaiming initialisation scaled down as in C.5. */
export function eossTraining(
  scale: Scale,
  samples: SampleSet,
  setting: {
    readonly batchSize: number;
    readonly learningRate: number;
    readonly seed: string;
    readonly orderSeed?: string;
    readonly noise?: NoiseSource;
  },
): Training {
  const { batchSize, learningRate, seed, orderSeed = seed, noise } = setting;
  const init = { kind: "kaiming-normal", scale: scale.initScale } as const;
  const { model: shape, activation } = scale;
  const model =
    shape.kind === "mlp"
      ? mlp(samples.inputShape, 10, { hidden: shape.hidden, init, activation })
      : cnn(samples.inputShape, 10, { init, activation });
  return {
    model,
    loss: losses["squared-error"],
    optimiser: { kind: "sgd" },
    samples,
    sampler: { kind: "without-replacement" },
    learningRate: constantly(learningRate),
    batchSize: constantly(batchSize),
    precision: "float32",
    seed,
    orderSeed,
    ...(noise && { noise }),
  };
}
