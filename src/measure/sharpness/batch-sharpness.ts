import type { FloatArray } from "../../numeric/index.ts";
import { meanEstimate } from "../../statistics/index.ts";
import type { BatchQuadratics } from "./batch-quadratics.ts";
import type { BatchSampler } from "../problem/batches.ts";
import { allFinite, type BatchEstimate, sampleUntil, type StopRule } from "./sequential.ts";

const method = "batch sharpness, mean of ratios, t interval";

/**
 * Batch sharpness E_B[g_BᵀH_Bg_B / ‖g_B‖²]: the mean over batches of the ratio, never the ratio of
 * means. Batches with g_B = 0 have no ratio: they are left out and counted in `excluded`.
 *
 * Unbiased; the stop rule and the interval are from the variance of the ratios themselves. SGD at
 * step size η is at the edge of stochastic stability where it is 2/η. Cost: one gradient and two
 * directional derivatives a batch.
 *
 * @see Andreyev, Beneventano (2024), https://arxiv.org/abs/2412.20553
 */
export function batchSharpness(
  quadratics: BatchQuadratics,
  parameters: FloatArray,
  sampler: BatchSampler,
  rule: StopRule = {},
): Promise<BatchEstimate> {
  const ratios: number[] = [];
  const about = { seed: sampler.seed, method, block: 32 };
  return sampleUntil(rule, about, async (from, to) => {
    const { curvature, gradient } = await quadratics.measure(parameters, sampler, from, to);
    gradient.forEach((g2, i) => g2 !== 0 && ratios.push(curvature[i] / g2));
    return {
      samples: ratios.length,
      excluded: to - ratios.length,
      finite: allFinite(ratios),
      estimate: () => meanEstimate(ratios, { ...about, level: rule.level ?? 0.95 }),
    };
  });
}
