import { jvp, mul, type Tensor, vjp } from "../../graph/index.ts";
import type { FloatArray } from "../../numeric/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { type Problem, requireSeparable } from "../problem/problem.ts";
import type { DataSumOptions } from "./data-sum.ts";
import { parameterOperator, type ParameterOperator } from "./parameter-operator.ts";

/**
 * The uncentred second moment M = Σ wᵢ gᵢgᵢᵀ / Σ wᵢ of the gradients gᵢ of single samples, also called
 * the empirical Fisher matrix. Positive semi-definite, of rank at most the number of samples.
 *
 * Matrix-free: gᵢ·v of all samples is one jvp of the per-sample losses, and Σ wᵢ(gᵢ·v)gᵢ one vjp. A
 * product costs about as much as one with the Gauss–Newton matrix.
 *
 * @throws TypeError where batch statistics mix samples.
 */
export async function secondMomentOperator(
  runtime: Runtime,
  problem: Problem,
  parameters: FloatArray,
  options: DataSumOptions = {},
  name = "second moment",
): Promise<ParameterOperator> {
  requireSeparable(problem, "per-sample gradients and their second moment");
  return parameterOperator(
    name,
    runtime,
    problem,
    parameters,
    (at, v) => {
      const losses = (p: Tensor[]) => problem.perSampleLoss(p, at.x, at.y);
      const slopes = jvp(losses, [at.parameters], [v])[1];
      return vjp(losses, at.parameters)[1](mul(slopes, at.weights))[0];
    },
    options,
  );
}
