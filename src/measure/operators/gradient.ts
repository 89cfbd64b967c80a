import {
  add,
  dot,
  expandDims,
  sizeOf,
  squeeze,
  square,
  sum,
  type Tensor,
  valueAndGrad,
  vmap,
  grad,
} from "../../graph/index.ts";
import { type FloatArray, squaredNorm } from "../../numeric/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { dataSum, type DataSumOptions } from "./data-sum.ts";
import { dimension, type Problem, requireSeparable } from "../problem/problem.ts";

export interface LossAndGradient {
  /** Σ wᵢℓᵢ / Σ wᵢ. */
  readonly loss: number;
  /** ∇L, flat, in float64 accumulation over chunks. */
  readonly gradient: Float64Array;
}

export interface GradientMeter extends AsyncDisposable {
  measure(parameters: FloatArray): Promise<LossAndGradient>;
  dispose(): Promise<void>;
}

/** Mean loss and gradient over the whole sample set, chunk by chunk. */
export async function gradientMeter(
  runtime: Runtime,
  problem: Problem,
  { chunk, byteBudget }: DataSumOptions = {},
): Promise<GradientMeter> {
  const total = await dataSum(
    runtime,
    problem,
    (at) => {
      const loss = (p: Tensor[]) => dot(problem.perSampleLoss(p, at.x, at.y), at.weights);
      const [value, gradient] = valueAndGrad(loss)(at.parameters);
      return [value, ...gradient];
    },
    [],
    { ...(chunk !== undefined && { chunk }), ...(byteBudget !== undefined && { byteBudget }) },
  );
  return {
    async measure(parameters) {
      await total.setPoint(parameters);
      const loss = new Float64Array(1);
      const gradient = new Float64Array(dimension(problem));
      let offset = 0;
      const parts = problem.parameters.map(({ shape }) =>
        gradient.subarray(offset, (offset += sizeOf(shape))),
      );
      await total.evaluate([], [loss, ...parts]);
      return { loss: loss[0], gradient };
    },
    dispose: () => total.dispose(),
    [Symbol.asyncDispose]: () => total.dispose(),
  };
}

export interface GradientNoise {
  /** ‖∇L‖². */
  readonly squaredNorm: number;
  /** E‖gᵢ‖² over samples, weighted. */
  readonly secondMoment: number;
  /** Tr Σ = E‖gᵢ‖² − ‖∇L‖², Σ the covariance of one sample's gradient, divided by N. */
  readonly trace: number;
}

/**
 * Second moment and covariance trace of the per-sample gradients, exactly. Memory: per-sample
 * gradients of one chunk, so the chunk is cut down to what `byteBudget` holds. Cost: one gradient a
 * sample; Tr Σ loses digits where ‖∇L‖² is much larger than it.
 */
export async function gradientNoise(
  runtime: Runtime,
  problem: Problem,
  parameters: FloatArray,
  { chunk = 1024, byteBudget = 2 ** 28 }: DataSumOptions = {},
): Promise<GradientNoise> {
  requireSeparable(problem, "per-sample gradients and their second moment");
  const bytes = dimension(problem) * (problem.dtype === "float32" ? 4 : 8);
  const affordable = Math.max(1, Math.floor(byteBudget / bytes));
  await using total = await dataSum(
    runtime,
    problem,
    (at) => {
      const one = (x: Tensor, y: Tensor) => {
        const loss = (p: Tensor[]) =>
          squeeze(problem.perSampleLoss(p, expandDims(x, 0), expandDims(y, 0)), 0);
        const squares = grad(loss)(at.parameters).map((g) => sum(square(g)));
        return squares.reduce((a, b) => add(a, b));
      };
      return [dot(vmap(one)(at.x, at.y), at.weights)];
    },
    [],
    { chunk: Math.min(chunk, affordable) },
  );
  await total.setPoint(parameters);
  const moment = new Float64Array(1);
  await total.evaluate([], [moment]);
  await using meter = await gradientMeter(runtime, problem, { chunk });
  const g2 = squaredNorm((await meter.measure(parameters)).gradient);
  return { squaredNorm: g2, secondMoment: moment[0], trace: moment[0] - g2 };
}
