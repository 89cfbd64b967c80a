import { constant } from "../../graph/index.ts";
import { type Training, views } from "../../learn/index.ts";
import type { FloatArray } from "../../numeric/index.ts";
import { networkProblem, type Problem } from "./problem.ts";

/**
 * What a training minimises, as something to be measured: its loss over its samples, without weight
 * decay. Batch statistics are the stored ones, constants at the values given, unless `batchNorm` is
 * `batch`: then they are those of whatever batch is measured, and the samples mix.
 */
export function trainingProblem(
  training: Training,
  buffers: FloatArray,
  { batchNorm = "stored" }: { readonly batchNorm?: "stored" | "batch" } = {},
): Problem {
  const { model, loss, samples, precision } = training;
  const stored = views(model.buffers, buffers).map((values, i) =>
    constant(values.slice(), model.buffers[i].shape, precision),
  );
  return networkProblem(
    {
      outputs: (parameters, x) =>
        model.apply(parameters, x, { mode: batchNorm, buffers: stored }).outputs,
      loss: (outputs, y) => loss.perSample(outputs, y),
      likelihood: loss.name === "cross-entropy" ? "categorical" : "gaussian",
    },
    {
      parameters: model.parameters,
      dtype: precision,
      data: samples,
      ...(batchNorm === "batch" && model.buffers.length > 0 && { mixesSamples: true as const }),
    },
  );
}
