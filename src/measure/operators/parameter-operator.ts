import type { FloatArray } from "../../numeric/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { dataSum, type DataSumOptions, type DataSumPlan, type Summand } from "./data-sum.ts";
import type { SymmetricOperator } from "./operator.ts";
import { dimension, parameterViews, type Problem } from "../problem/problem.ts";

/** A curvature matrix of a problem at a parameter point that can be moved. */
export interface ParameterOperator extends SymmetricOperator, AsyncDisposable {
  readonly plan: DataSumPlan;
  /** Move to another parameter point; nothing is compiled again. The vector is copied. */
  setPoint(parameters: FloatArray): Promise<void>;
  dispose(): Promise<void>;
}

/** The operator v ↦ Σᵢ wᵢ·summand(v) / Σᵢ wᵢ; the summand maps tensors like the parameters to such. */
export async function parameterOperator(
  name: string,
  runtime: Runtime,
  problem: Problem,
  parameters: FloatArray,
  summand: Summand,
  options: DataSumOptions = {},
): Promise<ParameterOperator> {
  const shapes = problem.parameters.map((p) => ({ name: `v.${p.name}`, shape: p.shape }));
  const sum = await dataSum(runtime, problem, summand, shapes, options);
  await sum.setPoint(parameters);
  let products = 0;
  return {
    name,
    dim: dimension(problem),
    dtype: problem.dtype,
    plan: sum.plan,
    get products() {
      return products;
    },
    setPoint: (next) => sum.setPoint(next),
    async apply(v, out) {
      const given = parameterViews(problem, v, "vector");
      const parts = parameterViews(problem, out, "product");
      products++;
      await sum.evaluate(given, parts);
    },
    dispose: () => sum.dispose(),
    [Symbol.asyncDispose]: () => sum.dispose(),
  };
}
