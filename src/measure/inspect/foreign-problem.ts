// A foreign model and samples as a problem.
import { isFloat } from "../../graph/index.ts";
import { joined } from "../../learn/index.ts";
import type { FloatArray } from "../../numeric/index.ts";
import type { ForeignModel, ModelOptions } from "../../onnx/reader/index.ts";
import { networkProblem, type Problem } from "../problem/problem.ts";
import { inItsBatches, modelForLoss, outputRows } from "./foreign-model.ts";
import { floatsAs, type ForeignSamples, inputsAs } from "./foreign-samples.ts";
import { aimsOf, type TargetOptions } from "./foreign-targets.ts";

export interface ForeignOptions
  extends Omit<ModelOptions, "sample" | "beforeTrailing">, TargetOptions {}

export interface ForeignProblem {
  readonly model: ForeignModel;
  readonly problem: Problem;
  /** The file's own parameters, flat. */
  readonly point: FloatArray;
  /** Under cross-entropy: of how many a label is one. */
  readonly classes?: number;
  /** Which function is measured, a sentence each. */
  readonly measured: readonly string[];
}

/**
 * The loss of a model over samples, as a function of its parameters.
 *
 * @throws OnnxError for what the reader refuses, RangeError where outputs, targets and loss do not fit.
 */
export function foreignProblem(
  bytes: Uint8Array,
  samples: ForeignSamples,
  options: ForeignOptions,
): ForeignProblem {
  const { loss, precision, classWeights, ignoreIndex } = options;
  const reading = { ...options, sample: samples.inputShape };
  const { model, measured, sigmoid } = modelForLoss(bytes, loss, reading);
  if (model.parameters.length === 0)
    throw new RangeError(
      `at least one parameter must be measured, got none of ${model.frozen.map(({ name }) => name).join(", ")}`,
    );
  const wanted = model.input.dtype;
  const inputs = inputsAs(samples, isFloat(wanted) ? precision : "int32", model.input.name);
  const aims = aimsOf(model, samples, options, sigmoid);
  const problem = networkProblem(
    {
      outputs: (parameters, x) => outputRows(inItsBatches(model, parameters, x), aims.outputs),
      loss: aims.loss,
      likelihood: loss === "cross-entropy" ? "categorical" : "gaussian",
    },
    {
      parameters: model.parameters,
      dtype: precision,
      data: {
        name: samples.name,
        count: samples.count,
        inputs,
        inputShape: samples.inputShape,
        targets: aims.targets,
        targetShape: aims.targetShape,
        ...(aims.weights && { weights: floatsAs(aims.weights, precision) }),
      },
      ...(model.couplesSamples && { mixesSamples: true as const }),
    },
  );
  const weighted = classWeights ? ["Classes are weighted as given."] : [];
  const encoded =
    loss !== "cross-entropy" && aims.targets instanceof Int32Array
      ? [`Labels stand for one-hot rows, which ${loss} compares with the outputs.`]
      : [];
  const ignored = ignoreIndex === undefined ? [] : [`Targets ${ignoreIndex} are left out.`];
  return {
    model,
    problem,
    point: joined(
      model.parameters.map(({ data }) => data),
      precision,
    ),
    ...(loss === "cross-entropy" && { classes: aims.outputs[aims.outputs.length - 1] }),
    measured: [
      ...(weighted.length > 0 || aims.weights
        ? [`Measured is the weighted mean of the ${loss} loss over the samples.`]
        : []),
      ...(aims.tokens ? ["A sample is a sequence, its loss the mean over its tokens."] : []),
      ...measured,
      ...model.notes.filter(({ kind }) => kind !== "constants").map(({ text }) => `${text}.`),
      ...encoded,
      ...weighted,
      ...ignored,
    ],
  };
}
