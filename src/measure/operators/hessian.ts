import { dot, hvp, type Tensor } from "../../graph/index.ts";
import type { FloatArray } from "../../numeric/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import type { DataSumOptions } from "./data-sum.ts";
import { parameterOperator, type ParameterOperator } from "./parameter-operator.ts";
import type { Problem } from "../problem/problem.ts";

/**
 * The Hessian H = ∇²L of the mean loss L = Σ wᵢℓᵢ / Σ wᵢ over the problem's samples.
 *
 * A product is exact (forward over reverse). What does not depend on the vector, activations and
 * back-propagated signals, is computed once per point and kept while `byteBudget` lasts: a product
 * then costs about two thirds of a fused one.
 *
 * @see Pearlmutter (1994), https://doi.org/10.1162/neco.1994.6.1.147
 */
export function hessianOperator(
  runtime: Runtime,
  problem: Problem,
  parameters: FloatArray,
  options: DataSumOptions = {},
): Promise<ParameterOperator> {
  return parameterOperator(
    "hessian",
    runtime,
    problem,
    parameters,
    (at, v) => {
      const loss = (p: Tensor[]) => dot(problem.perSampleLoss(p, at.x, at.y), at.weights);
      return hvp(loss)(at.parameters, v);
    },
    options,
  );
}
