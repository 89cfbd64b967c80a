import { dot, sizeOf, type Tensor, valueAndGrad } from "../../graph/index.ts";
import type { FloatArray } from "../../numeric/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { dataSum, type DataSumOptions } from "./data-sum.ts";
import { dimension, type Problem } from "../problem/problem.ts";

export interface LossAndGradient {
  /** Σ wᵢℓᵢ / Σ wᵢ. */
  readonly loss: number;
  /** ∇L, flat, in float64 accumulation over chunks. */
  readonly gradient: Float64Array;
}

export interface GradientMeter extends AsyncDisposable {
  measure(parameters: FloatArray): Promise<LossAndGradient>;
  dispose(): Promise<void>;
}

/** Mean loss and gradient over the whole sample set, chunk by chunk. */
export async function gradientMeter(
  runtime: Runtime,
  problem: Problem,
  { chunk, byteBudget }: DataSumOptions = {},
): Promise<GradientMeter> {
  const total = await dataSum(
    runtime,
    problem,
    (at) => {
      const loss = (p: Tensor[]) => dot(problem.perSampleLoss(p, at.x, at.y), at.weights);
      const [value, gradient] = valueAndGrad(loss)(at.parameters);
      return [value, ...gradient];
    },
    [],
    { ...(chunk !== undefined && { chunk }), ...(byteBudget !== undefined && { byteBudget }) },
  );
  return {
    async measure(parameters) {
      await total.setPoint(parameters);
      const loss = new Float64Array(1);
      const gradient = new Float64Array(dimension(problem));
      let offset = 0;
      const parts = problem.parameters.map(({ shape }) =>
        gradient.subarray(offset, (offset += sizeOf(shape))),
      );
      await total.evaluate([], [loss, ...parts]);
      return { loss: loss[0], gradient };
    },
    dispose: () => total.dispose(),
    [Symbol.asyncDispose]: () => total.dispose(),
  };
}
