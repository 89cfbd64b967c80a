import type { FloatArray } from "../../numeric/index.ts";
import type { BatchQuadratics } from "./batch-quadratics.ts";
import type { BatchSampler } from "../problem/batches.ts";
import { sampleRatio } from "./ratio.ts";
import type { BatchEstimate, StopRule } from "./sequential.ts";

const method = "batch sharpness, ratio of means, delta method, t interval";

/**
 * Ratio of expectations E_B[g_BᵀH_Bg_B] / E_B[‖g_B‖²]: batches weigh by their squared gradient. Its
 * error is the delta method's and its bias O(1/samples). Undefined where all gradients vanish.
 *
 * @see Andreyev, Beneventano (2024), https://arxiv.org/abs/2412.20553
 */
export function batchSharpnessRatio(
  quadratics: BatchQuadratics,
  parameters: FloatArray,
  sampler: BatchSampler,
  rule: StopRule = {},
): Promise<BatchEstimate> {
  return sampleRatio(rule, sampler, method, async (from, to) => {
    const { curvature, gradient } = await quadratics.measure(parameters, sampler, from, to);
    return { above: curvature, below: gradient };
  });
}
