import {
  expandDims,
  hvp,
  mul,
  reshape,
  squeeze,
  sum,
  type Tensor,
  vmap,
} from "../../graph/index.ts";
import { type FloatArray, squaredNorm } from "../../numeric/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { type BatchHessian } from "../operators/batch-hessian.ts";
import { sumOperator } from "../operators/combine.ts";
import type { DataSumOptions } from "../operators/data-sum.ts";
import { hessianOperator } from "../operators/hessian.ts";
import type { SymmetricOperator } from "../operators/operator.ts";
import { parameterOperator, type ParameterOperator } from "../operators/parameter-operator.ts";
import { type BatchSampler, covarianceFactor } from "../problem/batches.ts";
import {
  dimension,
  type Problem,
  requireSeparable,
  sampleWeights,
  zeros,
} from "../problem/problem.ts";

/** E[H_B²] as an operator, with what says how far it can be trusted. */
export interface HessianSquares extends AsyncDisposable {
  readonly operator: SymmetricOperator;
  readonly method: string;
  /** ‖H_Bv‖² of each batch that it is a mean over; absent where it is exact. */
  spread?(v: FloatArray): Promise<number[]>;
}

export interface SquaresOptions extends DataSumOptions {
  readonly batchSize: number;
  /** Default false. */
  readonly replacement?: boolean;
}

/**
 * E[H_B²] over all batches, exactly: (1 − p)H² + (p/N) Σ cᵢ²Hᵢ², with p as for gradients. A product
 * costs two with H and, for each sample by itself, two with Hᵢ; a chunk holds a vector of the
 * parameters' size for each sample and is cut down to the byte budget.
 */
export async function exactHessianSquares(
  runtime: Runtime,
  problem: Problem,
  parameters: FloatArray,
  { batchSize, replacement = false, ...options }: SquaresOptions,
): Promise<HessianSquares> {
  const p = covarianceFactor(problem.data.count, batchSize, replacement);
  const hessian = await hessianOperator(runtime, problem, parameters, options);
  const single = await sampleSquares(runtime, problem, parameters, options);
  const operator = sumOperator([
    { scale: 1 - p, operator: squared(hessian) },
    { scale: p, operator: single },
  ]);
  return {
    operator,
    method: "exact second moment of the samples' Hessians",
    [Symbol.asyncDispose]: async () => {
      await Promise.all([hessian.dispose(), single.dispose()]);
    },
  };
}

/** E[H_B²] as the mean over `batches` batches of the sampler, drawn once and kept. A product costs two with each. */
export async function sampledHessianSquares(
  hessians: BatchHessian,
  parameters: FloatArray,
  sampler: BatchSampler,
  batches: number,
): Promise<HessianSquares> {
  if (!(Number.isInteger(batches) && batches >= 2))
    throw new RangeError(`batches must be at least 2 to give an error bar, got ${batches}`);
  const kept: SymmetricOperator[] = [];
  for (let i = 0; i < batches; i++)
    kept.push((await hessians.at(parameters, sampler.rows(i))).hessian);
  const { dim, dtype } = kept[0];
  const image = zeros(dtype, dim);
  return {
    operator: sumOperator(kept.map((own) => ({ scale: 1 / batches, operator: squared(own) }))),
    method: `mean over ${batches} batches of ${sampler.batchSize}`,
    async spread(v) {
      const squares: number[] = [];
      for (const own of kept) {
        await own.apply(v, image);
        squares.push(squaredNorm(image));
      }
      return squares;
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** A². */
function squared(a: SymmetricOperator): SymmetricOperator {
  const between = zeros(a.dtype, a.dim);
  return {
    name: `${a.name} squared`,
    dim: a.dim,
    dtype: a.dtype,
    get products() {
      return a.products;
    },
    async apply(v, out) {
      await a.apply(v, between);
      await a.apply(between, out);
    },
  };
}

/** (1/N) Σ cᵢ²Hᵢ². */
function sampleSquares(
  runtime: Runtime,
  problem: Problem,
  parameters: FloatArray,
  { chunk = 1024, byteBudget = 2 ** 28, ...options }: DataSumOptions,
): Promise<ParameterOperator> {
  requireSeparable(problem, "Hessians of single samples");
  const { total } = sampleWeights(problem);
  const scale = problem.data.count / total;
  const bytes = 4 * dimension(problem) * (problem.dtype === "float32" ? 4 : 8);
  const affordable = Math.max(1, Math.floor(byteBudget / bytes));
  return parameterOperator(
    "squares of the samples' Hessians",
    runtime,
    problem,
    parameters,
    (at, v) => {
      const one = (x: Tensor, y: Tensor) => {
        const loss = (p: Tensor[]) =>
          squeeze(problem.perSampleLoss(p, expandDims(x, 0), expandDims(y, 0)), 0);
        const once = hvp(loss)(at.parameters, v);
        return hvp(loss)(at.parameters, once);
      };
      const own = mul(mul(at.weights, at.weights), scale);
      return vmap(one)(at.x, at.y).map((part) => {
        const [rows, ...rest] = part.shape;
        return sum(mul(part, reshape(own, [rows, ...rest.map(() => 1)])), 0);
      });
    },
    { ...options, chunk: Math.min(chunk, affordable), byteBudget },
  );
}
