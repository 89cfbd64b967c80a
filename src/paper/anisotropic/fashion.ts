// Fashion-MNIST with some labels at random, and the networks that are trained on it.
import {
  corruptLabels,
  type DataSource,
  type Dataset,
  scaleImages,
  subset,
  toPrecision,
} from "../../data/index.ts";
import type { Shape } from "../../graph/index.ts";
import {
  activation,
  averagePooling,
  constantly,
  convolution,
  flatten,
  linear,
  losses,
  maxPooling,
  model,
  type Model,
  samplesOf,
  type SampleSet,
  sequential,
  type Training,
} from "../../learn/index.ts";
import { permutation, stream } from "../../random/index.ts";

export interface FashionSize {
  /** `pooled`: 4 × 4 means of the pixels, a hidden layer of `hidden` units. `convnet`: the paper's, 11,330 parameters. */
  readonly network: "pooled" | "convnet";
  readonly hidden: number;
  /** Training images with their own labels, and with labels drawn at random. */
  readonly clean: number;
  readonly corrupted: number;
  /** Images whose labels are only tested. */
  readonly tested: number;
  readonly dataDir?: string;
}

export interface FashionData {
  readonly training: SampleSet;
  readonly tested: SampleSet;
}

/** Which images are which, and the random labels, are the seed's. */
export async function fashionData(
  source: DataSource,
  { clean, corrupted, tested, dataDir }: FashionSize,
  seed: string,
): Promise<FashionData> {
  const count = clean + corrupted;
  const loaded = await source.load({
    name: "fashion-mnist",
    count: count + tested,
    ...(dataDir !== undefined && { dataDir }),
  });
  const { dataset } = scaleImages(toPrecision(loaded, "float32"), { over: "global" });
  const order = permutation(stream(seed, "fashion-split"), 0, count + tested);
  const part = (from: number, to: number): Dataset => subset(dataset, order.subarray(from, to));
  const noisy = corruptLabels(part(0, count), corrupted / count, stream(seed, "label-noise"));
  return {
    training: samplesOf(
      noisy.dataset,
      `${dataset.name} × ${count}, ${corrupted} of them with random labels`,
    ),
    tested: samplesOf(part(count, count + tested)),
  };
}

export function fashionModel({ network, hidden }: FashionSize, inputShape: Shape): Model {
  const init = { kind: "kaiming-normal" } as const;
  const factory =
    network === "pooled"
      ? sequential(
          ["pool", averagePooling(4)],
          ["flatten", flatten],
          ["fc1", linear(hidden, { init })],
          ["relu1", activation("relu")],
          ["fc2", linear(10, { init })],
        )
      : sequential(
          ["conv1", convolution(10, 5, { init })],
          ["pool1", maxPooling(2)],
          ["relu1", activation("relu")],
          ["conv2", convolution(10, 5, { init })],
          ["pool2", maxPooling(2)],
          ["relu2", activation("relu")],
          ["flatten", flatten],
          ["fc1", linear(50, { init })],
          ["relu3", activation("relu")],
          ["fc2", linear(10, { init })],
        );
  return model(network, factory, inputShape);
}

/** Cross-entropy by SGD, or by full gradients where the batch is everything. */
export function fashionTraining(
  size: FashionSize,
  samples: SampleSet,
  seed: string,
  { learningRate, batchSize }: { readonly learningRate: number; readonly batchSize: number },
): Training {
  return {
    model: fashionModel(size, samples.inputShape),
    loss: losses["cross-entropy"],
    optimiser: { kind: "sgd" },
    samples,
    sampler: { kind: "without-replacement" },
    learningRate: constantly(learningRate),
    batchSize: constantly(Math.min(batchSize, samples.count)),
    precision: "float32",
    seed,
  };
}
