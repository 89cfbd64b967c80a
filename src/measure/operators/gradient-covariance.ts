import { jvp, mul, sub, sum, type Tensor, vjp } from "../../graph/index.ts";
import { axpy, dot, type FloatArray } from "../../numeric/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import {
  dimension,
  parameterViews,
  type Problem,
  requireSeparable,
  zeros,
} from "../problem/problem.ts";
import { dataSum, type DataSumOptions } from "./data-sum.ts";
import { gradientMeter } from "./gradient.ts";
import type { ParameterOperator } from "./parameter-operator.ts";

/**
 * The covariance Σ = Σ wᵢ (gᵢ − ḡ)(gᵢ − ḡ)ᵀ / Σ wᵢ of the gradients of single samples, divided by N
 * and not N − 1; ḡ is the gradient of the mean loss.
 *
 * Matrix-free: gᵢ·v of all samples is one jvp of the per-sample losses, less ḡ·v, and their sum back
 * one vjp. Taking ḡ·v off each, rather than ḡḡᵀ off the whole, loses no digits where ‖ḡ‖² is much
 * larger than Σ. `setPoint` also computes ḡ, one gradient.
 *
 * @throws TypeError where batch statistics mix samples.
 */
export async function gradientCovarianceOperator(
  runtime: Runtime,
  problem: Problem,
  parameters: FloatArray,
  options: DataSumOptions = {},
): Promise<ParameterOperator> {
  requireSeparable(problem, "per-sample gradients and their covariance");
  const { dtype } = problem;
  const dim = dimension(problem);
  const meter = await gradientMeter(runtime, problem, options);
  const total = await dataSum(
    runtime,
    problem,
    (at, given) => {
      const [v, meanSlope] = [given.slice(0, -1), given.at(-1)!];
      const losses = (p: Tensor[]) => problem.perSampleLoss(p, at.x, at.y);
      const slopes = jvp(losses, [at.parameters], [v])[1];
      const deviations = mul(sub(slopes, meanSlope), at.weights);
      // Their sum is 0 but for the rounding of ḡ·v: handed out, and taken off again with ḡ.
      return [...vjp(losses, at.parameters)[1](deviations)[0], sum(deviations)];
    },
    [
      ...problem.parameters.map((p) => ({ name: `v.${p.name}`, shape: p.shape })),
      { name: "mean slope", shape: [] },
    ],
    options,
  );
  let mean: Float64Array = new Float64Array(dim);
  const setPoint = async (next: FloatArray) => {
    mean = (await meter.measure(next)).gradient;
    await total.setPoint(next);
  };
  await setPoint(parameters);

  let products = 0;
  const applyAll = async (vectors: readonly FloatArray[], outs: readonly FloatArray[]) => {
    const given = vectors.map((v) => {
      const pieces = parameterViews(problem, v, "vector");
      const slope = zeros(dtype, 1);
      slope[0] = dot(mean, v);
      return [...pieces, slope];
    });
    const rests = outs.map(() => new Float64Array(1));
    const parts = outs.map((out, j) => [...parameterViews(problem, out, "product"), rests[j]]);
    products += vectors.length;
    await total.evaluateBlock(given, parts);
    outs.forEach((out, j) => axpy(-rests[j][0], mean, out));
  };
  const dispose = async () => {
    await Promise.all([meter.dispose(), total.dispose()]);
  };
  return {
    name: "gradient covariance",
    dim,
    dtype,
    plan: total.plan,
    get products() {
      return products;
    },
    setPoint,
    apply: (v, out) => applyAll([v], [out]),
    applyBlock: applyAll,
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}
