import type { DataSource, ModelBytes } from "../data/index.ts";
import { sizeOf } from "../graph/index.ts";
import type { LossName, Model, SampleSet } from "../learn/index.ts";
import { inItsBatches, modelForLoss, outputRows } from "../measure/index.ts";
import { ConfigError, type OnnxModelConfig, type TrainingConfig } from "./config/index.ts";

/** The config with its model's file put on record by its sha256, where the model is a file. */
export async function settled(config: TrainingConfig, data: DataSource): Promise<TrainingConfig> {
  if (config.model.kind !== "onnx") return config;
  const { sha256 } = await fileOf(config.model, data);
  return { ...config, model: { ...config.model, sha256 } };
}

/**
 * A model of an ONNX file to be trained on these samples: the file's parameters by their own names
 * and with their own values, its constants and BatchNormalization's statistics held. A Softmax that
 * the loss brings along is left out.
 *
 * @throws ConfigError where the file has changed since the run began, or model, loss and data do not
 * fit each other; OnnxError for what the reader refuses.
 */
export async function foreignModel(
  config: OnnxModelConfig,
  loss: LossName,
  { inputShape, targetShape }: SampleSet,
  outputs: number,
  data: DataSource,
): Promise<{ readonly model: Model; readonly notes: readonly string[] }> {
  const { bytes, externalData } = await fileOf(config, data);
  const { model, measured, sigmoid } = modelForLoss(bytes, loss, {
    sample: inputShape,
    batchNorm: "stored",
    ...(externalData && { externalData }),
    ...(config.output !== undefined && { output: config.output }),
  });
  const { file } = config;
  if (model.parameters.length === 0)
    throw new ConfigError(`model.file: ${file} must have a parameter to train, got none`);
  const own = model.output.sample.filter((size) => size !== 1);
  const width = sigmoid ? 2 : sizeOf(own);
  const labels = targetShape.length === 0 && loss === "cross-entropy";
  if (own.length > 1 || width !== outputs || (labels && width < 2))
    throw new ConfigError(
      `model.file: outputs [N${model.output.sample.map((n) => `, ${n}`).join("")}] of ${file} must match the ${outputs} ${labels ? "classes" : "outputs"} of the data`,
    );
  const parameters = model.parameters.map(({ name, shape, data: values }) => ({
    name,
    shape,
    fanIn: 1,
    fanOut: 1,
    init: { kind: "values" as const, values },
  }));
  const name = file.split(/[/\\]/).at(-1)!;
  return {
    model: {
      name,
      inputShape,
      outputShape: [width],
      parameters,
      buffers: [],
      parameterCount: parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
      apply: (values, x) => ({
        outputs: outputRows(inItsBatches(model, values, x), [width]),
        updated: [],
      }),
    },
    notes: [
      ...measured,
      ...(model.batch === "open"
        ? []
        : [
            `The file takes ${model.batch.fixed} samples at a time: batches run in parts of that size.`,
          ]),
      ...model.notes.filter(({ kind }) => kind !== "constants").map(({ text }) => `${text}.`),
    ],
  };
}

async function fileOf({ file, sha256 }: OnnxModelConfig, data: DataSource): Promise<ModelBytes> {
  if (!data.model) throw new ConfigError(`model.file: ${file} cannot be read here`);
  const found = await data.model(file);
  if (sha256 !== undefined && found.sha256 !== sha256)
    throw new ConfigError(
      `model.file: ${file} must be the file of sha256 ${sha256}, got ${found.sha256}`,
    );
  return found;
}
