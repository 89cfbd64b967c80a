import { dot } from "../../graph/index.ts";
import type { FloatArray } from "../../numeric/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { dataSum, type DataSumOptions } from "../operators/data-sum.ts";
import type { Problem } from "../problem/problem.ts";

export interface LossMeter extends AsyncDisposable {
  /** Σ wᵢℓᵢ / Σ wᵢ; whatever it is, also where it overflows. */
  at(parameters: FloatArray): Promise<number>;
  dispose(): Promise<void>;
}

/** The mean loss over the whole set, chunk by chunk, at point after point. Compiled once. */
export async function lossMeter(
  runtime: Runtime,
  problem: Problem,
  options: DataSumOptions = {},
): Promise<LossMeter> {
  const total = await dataSum(
    runtime,
    problem,
    (at) => [dot(problem.perSampleLoss(at.parameters, at.x, at.y), at.weights)],
    [],
    options,
  );
  const loss = new Float64Array(1);
  return {
    async at(parameters) {
      await total.setPoint(parameters);
      await total.evaluate([], [loss]);
      return loss[0];
    },
    dispose: () => total.dispose(),
    [Symbol.asyncDispose]: () => total.dispose(),
  };
}
