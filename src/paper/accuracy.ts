import { argMax, cast, input } from "../graph/index.ts";
import { type Model, sampleInputs, type SampleSet, views } from "../learn/index.ts";
import type { FloatArray } from "../numeric/index.ts";
import type { Runtime } from "../runtime/index.ts";

export interface AccuracyMeter extends AsyncDisposable {
  /** Share of the samples whose largest output is at their label. */
  at(parameters: FloatArray): Promise<number>;
}

/** Accuracy of a model without buffers on labelled samples, all in one call. */
export async function accuracyMeter(
  runtime: Runtime,
  model: Model,
  samples: SampleSet,
): Promise<AccuracyMeter> {
  const { x } = sampleInputs(samples);
  const parameters = model.parameters.map(({ shape, name }) => input(shape, "float32", name));
  const { outputs } = model.apply(parameters, x);
  const call = await runtime.compile(
    { inputs: [...parameters, x], outputs: [cast(argMax(outputs), "int32")] },
    { label: "accuracy" },
  );
  return {
    async at(point) {
      const [classes] = await call.run([...views(model.parameters, point), samples.inputs]);
      let right = 0;
      for (let i = 0; i < samples.count; i++) if (classes[i] === samples.targets[i]) right++;
      return right / samples.count;
    },
    [Symbol.asyncDispose]: () => call.dispose(),
  };
}
