import {
  corruptLabels,
  type Dataset,
  type DataSource,
  knownDatasets,
  scaleImages,
  standardise,
  toPrecision,
} from "../data/index.ts";
import {
  constantly,
  losses,
  type OptimiserSpec,
  type ProbeSet,
  samplesOf,
  type Schedule,
  type Training,
} from "../learn/index.ts";
import { stream } from "../random/index.ts";
import {
  buildModel,
  buildNoise,
  buildProbes,
  ConfigError,
  type TrainingConfig,
} from "./config/index.ts";
import { foreignModel } from "./foreign-model.ts";

/** A config made ready to train. */
export interface Prepared {
  readonly training: Training;
  readonly probes: ProbeSet;
  /** Every so many steps training measures its own batch; 0 is never. */
  readonly stride: number;
  readonly dataset: Dataset;
  /** What must be said once of the function that is trained, a sentence each. */
  readonly notes: readonly string[];
}

/**
 * Load the data of a config and build its training.
 *
 * @throws DataError for data that is missing or damaged; ConfigError where model, loss and data do
 * not fit each other.
 */
export async function prepare(config: TrainingConfig, data: DataSource): Promise<Prepared> {
  const dataset = await loaded(config, data);
  const outputs = outputsOf(dataset, config);
  const samples = samplesOf(dataset);
  const { model, notes } =
    config.model.kind === "onnx"
      ? await foreignModel(config.model, config.loss, samples, outputs, data)
      : { model: builtModel(config.model, samples.inputShape, outputs), notes: [] };
  const { learningRate, ...rule } = config.optimizer;
  const training: Training = {
    model,
    loss: losses[config.loss],
    optimiser: rule satisfies OptimiserSpec,
    samples,
    sampler: config.sampler,
    learningRate: scheduleOf(learningRate),
    batchSize: scheduleOf(config.batchSize),
    precision: config.precision,
    seed: config.seed,
    orderSeed: config.orderSeed,
    ...(config.noise && { noise: buildNoise(config.noise) }),
  };
  const { stop, probes: asked } = config;
  const watched = asked.some(({ kind }) => kind === "full-loss");
  const all =
    stop && !watched ? [...asked, { kind: "full-loss" as const, every: stop.every }] : asked;
  return { training, dataset, notes, ...buildProbes(all, config.seed) };
}

/** A model for the data's inputs, which may be too small for it. */
function builtModel(
  config: Parameters<typeof buildModel>[0],
  inputShape: readonly number[],
  outputs: number,
) {
  try {
    return buildModel(config, inputShape, outputs);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ConfigError(
      `model.kind: ${config.kind} must fit inputs of [${inputShape.join(", ")}]: ${error.message}`,
    );
  }
}

async function loaded(config: TrainingConfig, source: DataSource): Promise<Dataset> {
  const { standardise: how, labelNoise, ...request } = config.data;
  const exact = toPrecision(await source.load(request), config.precision);
  const noisy = labelNoise
    ? corruptLabels(exact, labelNoise.fraction, stream(labelNoise.seed, "label-noise")).dataset
    : exact;
  if (how === "none") return noisy;
  if (how === "unit" || Object.hasOwn(knownDatasets, request.name))
    return scaleImages(noisy, { over: how }).dataset;
  return standardise(noisy, { over: how }).dataset;
}

/** Classes, or the width of real targets. */
function outputsOf({ name, classes, labels, targets }: Dataset, { loss }: TrainingConfig): number {
  if (labels) return classes!;
  if (targets === undefined)
    throw new ConfigError(`data.name: ${name} must have labels or targets, got neither`);
  if (loss === "cross-entropy")
    throw new ConfigError(`loss: cross-entropy needs labels, got real targets in ${name}`);
  return targets.shape.slice(1).reduce((product, n) => product * n, 1);
}

const scheduleOf = (value: number | Schedule): Schedule =>
  typeof value === "number" ? constantly(value) : value;
