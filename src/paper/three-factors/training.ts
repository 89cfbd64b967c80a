import {
  averagePooled,
  corruptLabels,
  type DataSource,
  scaleImages,
  subset,
  toPrecision,
} from "../../data/index.ts";
import {
  constantly,
  losses,
  mlp,
  type Model,
  resnet8,
  type SampleSet,
  samplesOf,
  type Training,
  vgg11,
} from "../../learn/index.ts";
import { stream } from "../../random/index.ts";
import type { NetworkSetting } from "./setting.ts";

export interface SplitSamples {
  readonly train: SampleSet;
  /** With clean labels. */
  readonly validation: SampleSet;
  /** Of the training samples, rising: those whose label was drawn at random. */
  readonly corrupted: Int32Array;
}

/** What is trained on and what validates. Which labels are random depends on the seed alone, so that conditions pair. */
export async function splitSamples(
  setting: NetworkSetting,
  seed: string,
  source: DataSource,
  dataDir?: string,
): Promise<SplitSamples> {
  const { samples, validation, labelNoise, pool } = setting;
  const loaded = await source.load({
    name: setting.dataset,
    count: samples + validation,
    ...(dataDir !== undefined && { dataDir }),
  });
  const pooled = averagePooled(toPrecision(loaded, "float32"), pool);
  const { dataset } = scaleImages(pooled, { over: "global" });
  const clean = subset(dataset, samples);
  const rest = subset(
    dataset,
    Int32Array.from({ length: validation }, (_, i) => samples + i),
  );
  const noisy = corruptLabels(clean, labelNoise, stream(seed, "label-noise"));
  const pixels = pool === 1 ? "" : `, averaged over ${pool} × ${pool} pixels`;
  return {
    train: samplesOf(noisy.dataset, `${dataset.name} × ${samples}${pixels}, ${100 * labelNoise} % random labels`), // prettier-ignore
    validation: samplesOf(rest, `${dataset.name} ${samples} … ${samples + validation - 1}${pixels}`), // prettier-ignore
    corrupted: noisy.corrupted,
  };
}

/** SGD with batches drawn without replacement; learning rate and batch size are those of a phase. */
export function trainingOf(
  setting: NetworkSetting,
  samples: SampleSet,
  seed: string,
  phase: { readonly learningRate: number; readonly batchSize: number },
): Training {
  return {
    model: modelOf(setting.model, samples),
    loss: losses[setting.loss],
    optimiser: { kind: "sgd" },
    samples,
    sampler: { kind: "without-replacement" },
    learningRate: constantly(phase.learningRate),
    batchSize: constantly(phase.batchSize),
    precision: "float32",
    seed,
  };
}

const classes = 10;

function modelOf(shape: NetworkSetting["model"], { inputShape }: SampleSet): Model {
  const init = { kind: "kaiming-normal", scale: 1 } as const;
  switch (shape.kind) {
    case "mlp":
      return mlp(inputShape, classes, { hidden: shape.hidden, activation: "relu", init });
    case "resnet8":
      return resnet8(inputShape, classes, { widths: shape.widths, init: { ...init, fan: "out" } });
    case "vgg11":
      return vgg11(inputShape, classes, { shrink: shape.shrink });
  }
}
