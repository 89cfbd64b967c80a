import { grad, squeeze, type Tensor } from "../../graph/index.ts";
import { sampleInputs } from "../../learn/index.ts";
import type { FloatArray } from "../../numeric/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import {
  dimension,
  gatherSamples,
  parameterInputs,
  parameterViews,
  type Problem,
  zeros,
} from "../problem/problem.ts";

export interface SampleGradient extends AsyncDisposable {
  /** ∇ℓᵢ of row i, without its weight. A new vector each time. */
  of(row: number): Promise<FloatArray>;
}

/** Gradients of single samples, one at a time, at a fixed point. */
export async function sampleGradient(
  runtime: Runtime,
  problem: Problem,
  point: FloatArray,
): Promise<SampleGradient> {
  const { x, y } = sampleInputs(problem.data, 1);
  const parameters = parameterInputs(problem);
  const loss = (p: Tensor[]) => squeeze(problem.perSampleLoss(p, x, y), 0);
  const call = await runtime.compile(
    { inputs: [...parameters, x, y], outputs: grad(loss)(parameters) },
    { label: "gradient of a sample" },
  );
  const views = parameterViews(problem, point);
  return {
    async of(row) {
      const sample = gatherSamples(problem, [row]);
      const parts = await call.run([...views, sample.x, sample.y]);
      const gradient = zeros(problem.dtype, dimension(problem));
      parameterViews(problem, gradient).forEach((part, k) => part.set(parts[k] as FloatArray));
      return gradient;
    },
    [Symbol.asyncDispose]: () => call.dispose(),
  };
}
