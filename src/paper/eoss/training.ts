import {
  averagePooled,
  corruptLabels,
  type DataSource,
  sampleCount,
  scaleImages,
  toPrecision,
} from "../../data/index.ts";
import type { Shape } from "../../graph/index.ts";
import {
  type Activation,
  cnn,
  constantly,
  type Initialiser,
  losses,
  mlp,
  type Model,
  type NoiseSource,
  resnet8,
  type SampleSet,
  samplesOf,
  type Training,
} from "../../learn/index.ts";
import { stream } from "../../random/index.ts";
import type { Condition, Network } from "./setting.ts";

/** The samples of a condition. Which labels are random depends on the seed alone, so that conditions pair. */
export async function eossSamples(
  setting: Network,
  labels: Condition["labels"],
  seed: string,
  source: DataSource,
  dataDir?: string,
): Promise<SampleSet> {
  const { pool = 1 } = setting;
  const loaded = await source.load({
    name: setting.dataset,
    count: setting.samples,
    ...(dataDir !== undefined && { dataDir }),
  });
  const pooled = averagePooled(toPrecision(loaded, "float32"), pool);
  const scaled = scaleImages(pooled, { over: "global" }).dataset;
  const dataset =
    labels === "noisy"
      ? corruptLabels(scaled, setting.labelNoise, stream(seed, "label-noise")).dataset
      : scaled;
  return samplesOf(
    dataset,
    `${dataset.name} × ${sampleCount(dataset)}${pool === 1 ? "" : `, averaged over ${pool} × ${pool} pixels`}, ${labels === "noisy" ? `${100 * setting.labelNoise} % random labels` : "clean labels"}`,
  );
}

/** SGD on squared error, batches without replacement, Kaiming initialisation scaled down as in C.5. */
export function eossTraining(
  setting: Network,
  samples: SampleSet,
  choice: {
    readonly batchSize: number;
    readonly learningRate: number;
    readonly seed: string;
    readonly orderSeed?: string;
    readonly noise?: NoiseSource;
  },
): Training {
  const { batchSize, learningRate, seed, orderSeed = seed, noise } = choice;
  const init = { kind: "kaiming-normal", scale: setting.initScale } as const;
  const { model: shape, activation } = setting;
  return {
    model: modelOf(shape, samples.inputShape, init, activation),
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

function modelOf(
  shape: Network["model"],
  inputShape: Shape,
  init: Initialiser & { readonly kind: "kaiming-normal" },
  activation: Activation,
): Model {
  switch (shape.kind) {
    case "mlp":
      return mlp(inputShape, 10, { hidden: shape.hidden, init, activation });
    case "cnn":
      return cnn(inputShape, 10, { widths: shape.widths, init, activation });
    case "resnet8":
      return resnet8(inputShape, 10, { widths: shape.widths, init: { ...init, fan: "out" } });
  }
}
