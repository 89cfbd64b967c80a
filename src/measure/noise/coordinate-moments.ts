import {
  expandDims,
  grad,
  mul,
  reshape,
  square,
  squeeze,
  sum,
  type Tensor,
  vmap,
} from "../../graph/index.ts";
import type { FloatArray } from "../../numeric/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { dataSum, type DataSumOptions } from "../operators/data-sum.ts";
import { gradientMeter } from "../operators/gradient.ts";
import { covarianceFactor } from "../problem/batches.ts";
import { dimension, type Problem, requireSeparable } from "../problem/problem.ts";

/** Moments of the gradients, coordinate by coordinate. */
export interface CoordinateMoments {
  readonly count: number;
  /** ḡ. */
  readonly gradient: Float64Array;
  /** Σ wᵢgᵢ²/Σw, squared entry by entry. */
  readonly secondMoment: Float64Array;
}

/** Mean and mean square of every coordinate of the samples' gradients, exactly. Chunks are cut to the byte budget. */
export async function coordinateMoments(
  runtime: Runtime,
  problem: Problem,
  parameters: FloatArray,
  { chunk = 1024, byteBudget = 2 ** 28 }: DataSumOptions = {},
): Promise<CoordinateMoments> {
  requireSeparable(problem, "per-sample gradients and their second moments");
  const bytes = 2 * dimension(problem) * (problem.dtype === "float32" ? 4 : 8);
  const affordable = Math.max(1, Math.floor(byteBudget / bytes));
  await using total = await dataSum(
    runtime,
    problem,
    (at) => {
      const one = (x: Tensor, y: Tensor) => {
        const loss = (p: Tensor[]) =>
          squeeze(problem.perSampleLoss(p, expandDims(x, 0), expandDims(y, 0)), 0);
        return grad(loss)(at.parameters).map((g) => square(g));
      };
      return vmap(one)(at.x, at.y).map((part) => {
        const [rows, ...rest] = part.shape;
        return sum(mul(part, reshape(at.weights, [rows, ...rest.map(() => 1)])), 0);
      });
    },
    [],
    { chunk: Math.min(chunk, affordable) },
  );
  await total.setPoint(parameters);
  const secondMoment = new Float64Array(dimension(problem));
  let offset = 0;
  const parts = problem.parameters.map(({ shape }) => {
    const size = shape.reduce((product, n) => product * n, 1);
    return secondMoment.subarray(offset, (offset += size));
  });
  await total.evaluate([], parts);
  await using meter = await gradientMeter(runtime, problem, { chunk });
  const { gradient } = await meter.measure(parameters);
  return { count: problem.data.count, gradient, secondMoment };
}

/**
 * E[g_B²], entry by entry, over batches drawn at these weights: ḡ² plus the batch's share of the
 * samples' variance. It is what Adam's and RMSProp's second-moment state tends to where the weights
 * stand still, and stands in for that state where it is not at hand: label such thresholds as
 * estimated from E[g_B²] at fixed weights. P = √E[g_B²] + ε by `optimiserPreconditioner`'s convention.
 */
export function expectedSquare(
  { count, gradient, secondMoment }: CoordinateMoments,
  batchSize: number,
  replacement = false,
): Float64Array {
  const factor = covarianceFactor(count, batchSize, replacement);
  return gradient.map((g, j) => g * g + factor * Math.max(0, secondMoment[j] - g * g));
}
