import type { FloatArray } from "../../numeric/index.ts";
import { type Stream, substream } from "../../random/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import type { Exact } from "../noise/measured.ts";
import { batchHessian } from "../operators/batch-hessian.ts";
import { uniformBatches } from "../problem/batches.ts";
import type { Problem } from "../problem/problem.ts";
import { batchQuadratics } from "../sharpness/batch-quadratics.ts";
import { batchSharpness } from "../sharpness/batch-sharpness.ts";
import { miniBatchSharpness } from "../sharpness/mini-batch-sharpness.ts";
import type { BatchEstimate, StopRule } from "../sharpness/sequential.ts";
import { lanczos } from "../spectra/lanczos.ts";

export interface SharpnessAtBatchSize {
  readonly batchSize: number;
  /** Exact at the full batch: gᵀHg/‖g‖². */
  readonly batchSharpness: BatchEstimate | Exact;
  /** λmax(H) at the full batch. Where it was asked for. */
  readonly miniBatchSharpness?: BatchEstimate | Exact;
}

export interface BatchSizeOptions extends StopRule {
  /** Default: powers of 2 up to N, and N. */
  readonly sizes?: readonly number[];
  /** Also E[λmax(H_B)]; default false. */
  readonly miniBatch?: boolean;
}

/**
 * Batch sharpness at a fixed point against batch size, 1 … N, without replacement. The batches are
 * shared: batch i of one size is the beginning of batch i of any larger one, so that differences along
 * the curve have less error than its points. Cost: for each size what `batchSharpness` costs.
 */
export async function sharpnessByBatchSize(
  runtime: Runtime,
  problem: Problem,
  parameters: FloatArray,
  draws: Stream,
  { sizes, miniBatch = false, ...rule }: BatchSizeOptions = {},
): Promise<SharpnessAtBatchSize[]> {
  const { count } = problem.data;
  const order = substream(draws, "batches");
  const result: SharpnessAtBatchSize[] = [];
  for (const batchSize of sizes ?? powersUpTo(count)) {
    const sampler = uniformBatches(order, count, batchSize);
    const whole = batchSize === count;
    await using quadratics = await batchQuadratics(runtime, problem, batchSize);
    let sharpness: BatchEstimate | Exact;
    if (whole) {
      const { curvature, gradient } = await quadratics.measure(parameters, sampler, 0, 1);
      sharpness = {
        value: curvature[0] / gradient[0],
        samples: 1,
        method: "gᵀHg/‖g‖² of the full batch",
      };
    } else sharpness = await batchSharpness(quadratics, parameters, sampler, rule);
    if (!miniBatch) {
      result.push({ batchSize, batchSharpness: sharpness });
      continue;
    }
    await using hessians = await batchHessian(runtime, problem, batchSize);
    const probes = substream(draws, "probes");
    if (!whole) {
      const top = await miniBatchSharpness(hessians, parameters, sampler, probes, rule);
      result.push({ batchSize, batchSharpness: sharpness, miniBatchSharpness: top });
      continue;
    }
    const { gradient, hessian } = await hessians.at(parameters, sampler.rows(0));
    const { pairs } = await lanczos(hessian, probes, { start: gradient });
    const top: Exact = { value: pairs[0].value, samples: 1, method: "λmax(H) by Lanczos" };
    result.push({ batchSize, batchSharpness: sharpness, miniBatchSharpness: top });
  }
  return result;
}

function powersUpTo(count: number): number[] {
  const sizes: number[] = [];
  for (let b = 1; b < count; b *= 2) sizes.push(b);
  return [...sizes, count];
}
