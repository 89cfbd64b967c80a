// The rates up to which SGD's steps shrink the mean square distance from a minimum that all samples
// share: exactly for a small problem, a bound that suffices, and an estimate from the first eigenvectors.
import { dot } from "../../../numeric/index.ts";
import { batchHessian } from "../../operators/batch-hessian.ts";
import { shiftedOperator, sumOperator } from "../../operators/combine.ts";
import { toDense } from "../../operators/operator.ts";
import { contractionLimit } from "../../stability/contraction.ts";
import {
  exactHessianSquares,
  type HessianSquares,
  sampledHessianSquares,
} from "../../stability/hessian-squares.ts";
import { zeros } from "../../problem/problem.ts";
import { meanSquareLimit, type MeanSquareLimit } from "../../stability/mean-square.ts";
import { projectedHessians } from "../../stability/subspace.ts";
import { asMeasured, exactly, measured, nothing } from "../quantities.ts";
import type { Context } from "../context.ts";
import type { Quantity, Threshold } from "../result.ts";

/** Multiply-adds of one product of the exact limit, N·P³, and products with single samples, N·P. */
const most = { work: 5e7, products: 20_000 };
/** Eigenvectors that the estimate looks at, and batches that the bound is a mean over. */
const [vectors, batches] = [5, 32];
/** Of λmax: curvature below minus this is negative. */
const negative = 1e-4;

/** Products with data-wide matrices that the lines take, about. */
export function meanSquareCost({ settings, dimension, problem }: Context): number {
  if (settings.optimizer.kind !== "sgd") return 0;
  const exact = settings.exact && isExact(dimension, problem.data.count) ? dimension : 0;
  return 12 + exact;
}

/** The lines of plain SGD in the mean square; empty for other optimisers, whose theory is another. */
export async function meanSquareThresholds(context: Context): Promise<Threshold[]> {
  const { settings, problem, dimension } = context;
  const { optimizer, batch, exact } = settings;
  if (optimizer.kind !== "sgd" || problem.data.count < 2) return [];
  const decay = optimizer.weightDecay ?? 0;
  const found: Threshold[] = [];
  const about = `SGD with batches of ${batch}, in the mean square${decay > 0 ? ", decay included" : ""}`;
  if (exact) {
    if (problem.mixesSamples !== true && isExact(dimension, problem.data.count))
      found.push(
        thresholdOf(context, "mean-square", about, "exact", await exactLimit(context, decay)),
      );
    else
      found.push(
        thresholdOf(
          context,
          "mean-square",
          about,
          "exact",
          nothing(
            "exact mean-square limit",
            "too-large",
            `N·P must be at most ${most.products} and N·P³ at most ${most.work}, and samples must not mix, got ${problem.data.count} samples and ${dimension} parameters`,
          ),
        ),
      );
  }
  found.push(
    thresholdOf(context, "mean-square.bound", about, "sufficient", await bound(context, decay)),
  );
  if (problem.mixesSamples !== true)
    found.push(
      thresholdOf(
        context,
        "mean-square.subspace",
        about,
        "estimate",
        await subspace(context, decay),
      ),
    );
  return found;
}

function isExact(dimension: number, count: number): boolean {
  return count * dimension <= most.products && count * dimension ** 3 <= most.work;
}

/** η* from the Hessian of every sample. */
async function exactLimit(context: Context, decay: number): Promise<Quantity> {
  const { runtime, problem, point, settings, dimension } = context;
  await using single = await batchHessian(runtime, problem, 1);
  const own: Float64Array[] = [];
  for (let i = 0; i < problem.data.count; i++)
    own.push(await toDense((await single.at(point, Int32Array.of(i))).hessian));
  const limit = await meanSquareLimit(shifted(own, dimension, decay), dimension, {
    batchSize: settings.batch,
    replacement: settings.replacement,
    zero: problem.dtype === "float64" ? 1e-10 : 1e-5,
  });
  return quantityOf(limit, "2/λmax(C⁺D) of the samples' Hessians");
}

/** The estimate in the span of the first eigenvectors that curve upward. */
async function subspace(context: Context, decay: number): Promise<Quantity> {
  const { runtime, problem, point, settings, options } = context;
  const { top } = await context.hessianPairs();
  const basis = top.filter(({ value }) => value > 0).slice(0, vectors).map(({ vector }) => vector); // prettier-ignore
  const k = basis.length;
  const method = `2/λmax(C⁺D) within ${k === 1 ? "the first eigenvector" : `the first ${k} eigenvectors`}`;
  if (k === 0) return nothing(method, "undefined", "no eigenvalue is positive");
  const own = await projectedHessians(runtime, problem, point, basis, options);
  const limit = await meanSquareLimit(shifted(own, k, decay), k, {
    batchSize: settings.batch,
    replacement: settings.replacement,
    zero: problem.dtype === "float64" ? 1e-10 : 1e-5,
  });
  return quantityOf(limit, method);
}

/** min over x of 2xᵀHx/xᵀE[H_B²]x, where a rate can suffice at all. */
async function bound(context: Context, decay: number): Promise<Quantity> {
  const method = "min over x of 2xᵀHx/xᵀE[H_B²]x";
  const { problem } = context;
  const { top, bottom } = await context.hessianPairs();
  const lowest = bottom[0];
  if (lowest && lowest.value + lowest.residual + decay < -negative * (top[0]?.value ?? 0))
    return nothing(
      method,
      "undefined",
      `no rate is sufficient: the Hessian has the negative eigenvalue −${Number((-lowest.value).toPrecision(3))}`,
    );
  const hessian = await context.hessian();
  await using squares = await squaresOf(context);
  const whole = decay > 0 ? shiftedOperator(hessian, decay) : hessian;
  // E[(H_B + λI)²] = E[H_B²] + 2λH + λ²I.
  const operator =
    decay > 0
      ? shiftedOperator(
          sumOperator([{ operator: squares.operator }, { scale: 2 * decay, operator: hessian }]),
          decay ** 2,
        )
      : squares.operator;
  const limit = await contractionLimit(
    whole,
    {
      ...squares,
      operator,
      ...(squares.spread && {
        // The decay's own part does not vary between batches but for 2λxᵀH_Bx, which is left at its mean.
        spread: async (v) => {
          const product = zeros(problem.dtype, v.length);
          await hessian.apply(v, product);
          const own = 2 * decay * dot(v, product) + decay ** 2;
          return (await squares.spread!(v)).map((square) => square + own);
        },
      }),
    },
    context.draws("contraction"),
    { tolerance: negative },
  );
  return limit.kind === "sufficient"
    ? measured(limit.limit)
    : nothing(method, limit.kind === "none" ? "undefined" : "max-iterations", limit.reason);
}

async function squaresOf(context: Context): Promise<HessianSquares> {
  const { runtime, problem, point, settings, options, dimension } = context;
  const { batch: batchSize, replacement, exact } = settings;
  const small = problem.data.count * dimension <= 1e6 && problem.mixesSamples !== true;
  if (exact && small)
    return exactHessianSquares(runtime, problem, point, { ...options, batchSize, replacement });
  const hessians = await batchHessian(runtime, problem, batchSize);
  const sampler = context.batches();
  const squares = await sampledHessianSquares(hessians, point, sampler, batches);
  return { ...squares, [Symbol.asyncDispose]: () => hessians.dispose() };
}

function shifted(hessians: Float64Array[], dim: number, by: number): Float64Array[] {
  if (by > 0) for (const own of hessians) for (let i = 0; i < dim; i++) own[i * (dim + 1)] += by;
  return hessians;
}

function quantityOf(limit: MeanSquareLimit, method: string): Quantity {
  return limit.kind === "limit"
    ? exactly(limit.value, method)
    : nothing(method, "undefined", limit.reason);
}

/** As a curvature, 2/limit, so that it stands beside the others. */
function thresholdOf(
  { settings: { learningRate } }: Context,
  quantity: string,
  meaning: string,
  kind: Threshold["kind"],
  limit: Quantity,
): Threshold {
  const value = asMeasured(limit);
  const method = `2/limit: ${limit.method}`;
  const curvature: Quantity =
    value === undefined
      ? { ...limit, method }
      : "stderr" in value
        ? {
            ...limit,
            value: 2 / value.value,
            stderr: (2 * value.stderr) / value.value ** 2,
            low: 2 / value.high,
            high: value.low > 0 ? 2 / value.low : Number.MAX_VALUE,
            method,
          }
        : exactly(2 / value.value, method);
  const [low, high] = value && "stderr" in value ? [value.low, value.high] : [value?.value ?? 0, value?.value ?? 0]; // prettier-ignore
  return {
    quantity,
    optimizer: "sgd",
    meaning,
    formula: "2/η",
    kind,
    measured: curvature,
    limit,
    ...(learningRate !== undefined &&
      value && {
        at: {
          learningRate,
          threshold: 2 / learningRate,
          // Beyond a bound that suffices nothing is known.
          verdict:
            learningRate < low
              ? ("within" as const)
              : learningRate > high && kind !== "sufficient"
                ? ("beyond" as const)
                : ("undecided" as const),
        },
      }),
  };
}
