import { type Data, gather, input, type Tensor, dot } from "../graph/index.ts";
import {
  everySteps,
  type FloatArray,
  type Probe,
  type ProbePoint,
  sampleInputs,
  views,
} from "../learn/index.ts";
import { chunkRows, type Executable, planChunks } from "../runtime/index.ts";

/** Rows of one call: a few dozen milliseconds of a small network. */
const rowsOfCall = 1024;

/**
 * The mean loss over all samples, as `full-loss`: exact, so without a standard error. Batch norm uses
 * its stored statistics. One forward pass over the data.
 */
export function fullLossProbe({ every }: { readonly every: number }): Probe {
  let held: { for: ProbePoint["training"]; run: Executable } | undefined;
  return {
    name: "full-loss",
    due: everySteps(every),
    async measure(point) {
      const { model, samples, precision } = point.training;
      const plan = planChunks(samples.count, { bytesPerRow: 1, budget: rowsOfCall });
      if (held?.for !== point.training) {
        await held?.run.dispose();
        const run = await point.runtime.compile(chunkLoss(point, plan.size), {
          label: "full loss",
        });
        held = { for: point.training, run };
      }
      let [sum, total] = [0, 0];
      for (const chunk of plan.chunks) {
        point.signal?.throwIfAborted();
        const { indices, weights } = chunkRows(plan, chunk);
        const w = weights.map((one, i) => one * (samples.weights?.[indices[i]] ?? 1));
        const typed: FloatArray = precision === "float32" ? Float32Array.from(w) : w;
        const [loss] = await held.run.run([
          ...views(model.parameters, point.parameters),
          ...views(model.buffers, point.buffers),
          samples.inputs,
          samples.targets,
          indices,
          typed,
        ] as Data[]);
        sum += Number(loss[0]);
        for (const one of w) total += one;
      }
      return [{ name: "full-loss", value: sum / total }];
    },
    async dispose() {
      await held?.run.dispose();
      held = undefined;
    },
  };
}

/** Σᵢ wᵢℓᵢ of the samples at the given indices. */
function chunkLoss({ training }: ProbePoint, rows: number) {
  const { model, loss, samples, precision } = training;
  const variable = (spec: { readonly shape: readonly number[]; readonly name: string }): Tensor =>
    input(spec.shape, precision, spec.name);
  const [parameters, buffers] = [model.parameters.map(variable), model.buffers.map(variable)];
  const { x, y } = sampleInputs(samples);
  const [indices, weights] = [
    input([rows], "int32", "indices"),
    input([rows], precision, "weights"),
  ];
  const { outputs } = model.apply(parameters, gather(x, indices), { buffers });
  const losses = loss.perSample(outputs, gather(y, indices));
  return {
    inputs: [...parameters, ...buffers, x, y, indices, weights],
    outputs: [dot(losses, weights)],
  };
}
