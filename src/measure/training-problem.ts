import { type FloatArray as LearnFloats, type Training, views } from "../learn/index.ts";
import { constant } from "../graph/index.ts";
import { networkProblem, type Problem } from "./problem.ts";

/**
 * What a training minimises, as something to be measured: its loss over its samples, without weight
 * decay. Stored batch statistics are constants, at the values given.
 */
export function trainingProblem(training: Training, buffers: LearnFloats): Problem {
  const { model, loss, samples, precision } = training;
  const { inputs } = samples;
  if (inputs instanceof Int32Array)
    throw new TypeError(`${samples.name}: inputs must be floats to be measured, got int32`);
  const stored = views(model.buffers, buffers).map((values, i) =>
    constant(values.slice(), model.buffers[i].shape, precision),
  );
  return networkProblem(
    {
      outputs: (parameters, x) => model.apply(parameters, x, { buffers: stored }).outputs,
      loss: (outputs, y) => loss.perSample(outputs, y),
    },
    {
      parameters: model.parameters,
      dtype: precision,
      data: { ...samples, inputs },
    },
  );
}
