import { dot, grad, jvp, type Tensor, vjp } from "../../graph/index.ts";
import type { FloatArray } from "../../numeric/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import type { DataSumOptions } from "./data-sum.ts";
import { parameterOperator, type ParameterOperator } from "./parameter-operator.ts";
import type { Problem } from "../problem/problem.ts";

/**
 * The generalised Gauss–Newton matrix G = Σ wᵢ JᵢᵀAᵢJᵢ / Σ wᵢ, with Jᵢ the Jacobian of the outputs
 * of sample i and Aᵢ the Hessian of its loss in the outputs. Positive semi-definite where the loss
 * is convex in the outputs; equal to the Hessian where the outputs are linear in the parameters.
 *
 * @see Schraudolph (2002), https://doi.org/10.1162/08997660260028683
 */
export function gaussNewtonOperator(
  runtime: Runtime,
  problem: Problem,
  parameters: FloatArray,
  options: DataSumOptions = {},
): Promise<ParameterOperator> {
  const { network } = problem;
  if (network === undefined)
    throw new TypeError(
      "a Gauss–Newton matrix needs a problem that is cut at the network's outputs",
    );
  return parameterOperator(
    "gauss-newton",
    runtime,
    problem,
    parameters,
    (at, v) => {
      const outputs = (p: Tensor[]) => network.outputs(p, at.x);
      const outer = grad((o: Tensor) => dot(network.loss(o, at.y), at.weights));
      const [value, Jv] = jvp(outputs, [at.parameters], [v]);
      const AJv = jvp(outer, [value], [Jv])[1];
      return vjp(outputs, at.parameters)[1](AJv)[0];
    },
    options,
  );
}
