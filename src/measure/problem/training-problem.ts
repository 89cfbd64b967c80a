import { constant } from "../../graph/index.ts";
import { type Training, views } from "../../learn/index.ts";
import type { FloatArray } from "../../numeric/index.ts";
import { networkProblem, type Problem } from "./problem.ts";

/**
 * What a training minimises, as something to be measured: its loss over its samples, without weight
 * decay. Stored batch statistics are constants, at the values given.
 */
export function trainingProblem(training: Training, buffers: FloatArray): Problem {
  const { model, loss, samples, precision } = training;
  const stored = views(model.buffers, buffers).map((values, i) =>
    constant(values.slice(), model.buffers[i].shape, precision),
  );
  return networkProblem(
    {
      outputs: (parameters, x) => model.apply(parameters, x, { buffers: stored }).outputs,
      loss: (outputs, y) => loss.perSample(outputs, y),
      likelihood: loss.name === "cross-entropy" ? "categorical" : "gaussian",
    },
    { parameters: model.parameters, dtype: precision, data: samples },
  );
}
