import { grad, hvp, input } from "../../graph/index.ts";
import { sampleInputs } from "../../learn/index.ts";
import type { FloatArray } from "../../numeric/index.ts";
import { compilePartial, type Runtime } from "../../runtime/index.ts";
import { batchLoss, batchScales } from "../sharpness/batch-quadratics.ts";
import type { SymmetricOperator } from "./operator.ts";
import {
  dimension,
  gatherSamples,
  parameterInputs,
  parameterViews,
  type Problem,
  requireSamples,
  zeros,
} from "../problem/problem.ts";

/** Gradient and Hessian of one mini-batch's loss. */
export interface BatchAt {
  readonly gradient: FloatArray;
  /** H_B. Valid until the parameters it was made with change. */
  readonly hessian: SymmetricOperator;
}

export interface BatchHessian extends AsyncDisposable {
  readonly problem: Problem;
  readonly batchSize: number;
  at(parameters: FloatArray, rows: Int32Array): Promise<BatchAt>;
  dispose(): Promise<void>;
}

/** Compile g_B and H_B for batches of one size; L_B as in `batchQuadratics`. */
export async function batchHessian(
  runtime: Runtime,
  problem: Problem,
  batchSize: number,
): Promise<BatchHessian> {
  requireSamples(problem);
  const { dtype } = problem;
  const parameters = parameterInputs(problem);
  const { x, y } = sampleInputs(problem.data, batchSize);
  const c = input([batchSize], dtype, "scales");
  const v = parameterInputs(problem, "v.");
  const loss = batchLoss(problem, x, y, c);
  const fixed = [...parameters, x, y, c];
  const gradients = await runtime.compile(
    { inputs: fixed, outputs: grad(loss)(parameters) },
    { label: "batch gradient" },
  );
  const products = await compilePartial(
    runtime,
    { inputs: [...fixed, ...v], outputs: hvp(loss)(parameters, v) },
    v,
    { label: "batch Hessian" },
  );
  const scales = batchScales(problem);
  const dim = dimension(problem);
  const dispose = async () => {
    await Promise.all([gradients.dispose(), products.dispose()]);
  };
  return {
    problem,
    batchSize,
    async at(point, rows) {
      const samples = gatherSamples(problem, rows);
      const own = zeros(dtype, batchSize);
      rows.forEach((row, i) => (own[i] = scales[row]));
      const given = [...parameterViews(problem, point), samples.x, samples.y, own];
      const gradient = zeros(dtype, dim);
      const parts = await gradients.run(given);
      parameterViews(problem, gradient).forEach((part, k) => part.set(parts[k] as FloatArray));
      const prepared = await products.prepare(given);
      let count = 0;
      return {
        gradient,
        hessian: {
          name: "batch hessian",
          dim,
          dtype,
          get products() {
            return count;
          },
          async apply(vector, out) {
            count++;
            const result = await products.apply(
              prepared,
              parameterViews(problem, vector, "vector"),
            );
            parameterViews(problem, out, "product").forEach((part, k) =>
              part.set(result[k] as FloatArray),
            );
          },
        },
      };
    },
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}
