import type { FloatArray } from "../../numeric/index.ts";
import { type Stream, substream } from "../../random/index.ts";
import { type Estimate, meanEstimate } from "../../statistics/index.ts";
import type { BatchHessian } from "../operators/batch-hessian.ts";
import type { BatchSampler } from "../problem/batches.ts";
import { lanczos } from "../spectra/lanczos.ts";
import { allFinite, type BatchEstimate, sampleUntil, type StopRule } from "./sequential.ts";

export interface MiniBatchOptions extends StopRule {
  /** Of Lanczos, relative residual; default 10⁻², which gives a value to about 10⁻⁴. */
  readonly tolerance?: number;
  /** Look for what g_B is blind to; default true. Without it half the products are saved, and a value may be too low. */
  readonly verify?: boolean;
  /** Products a batch at most; default 200. */
  readonly maxProducts?: number;
}

export interface MiniBatchEstimate extends BatchEstimate {
  /** λmax(H_B), one a batch. */
  readonly values: readonly number[];
  /** g_BᵀH_Bg_B/‖g_B‖² of the same batches, NaN where g_B = 0: never above `values`, batch by batch. */
  readonly ratios: readonly number[];
  /** Batch sharpness over the same batches, where at least two have a gradient. */
  readonly batchSharpness?: Estimate;
  /** Batches whose eigenvalue had not converged: their value is a lower bound. */
  readonly unconverged: number;
}

const method = "mini-batch sharpness, mean of largest eigenvalues, t interval";

/**
 * E_B[λmax(H_B)], by Lanczos on each batch's Hessian from its own gradient: the first Rayleigh
 * quotient is that batch's ratio, and what follows only grows, so batch sharpness ≤ mini-batch
 * sharpness holds exactly on the same batches. What the gradient is blind to, the verification of
 * `lanczos` looks for. By Jensen's inequality it is at least λmax(H).
 *
 * Cost: 10 to 30 Hessian products of the batch size a batch.
 */
export async function miniBatchSharpness(
  hessians: BatchHessian,
  parameters: FloatArray,
  sampler: BatchSampler,
  probes: Stream,
  { tolerance = 1e-2, verify = true, maxProducts = 200, ...rule }: MiniBatchOptions = {},
): Promise<MiniBatchEstimate> {
  const [values, ratios]: number[][] = [[], []];
  let unconverged = 0;
  const about = { seed: sampler.seed, method, block: 8 };
  const { level = 0.95 } = rule;
  const estimate = await sampleUntil(rule, about, async (from, to) => {
    for (let i = from; i < to && allFinite(values); i++) {
      const { gradient, hessian } = await hessians.at(parameters, sampler.rows(i));
      const { pairs, status, startValue } = await lanczos(hessian, substream(probes, i), {
        start: gradient,
        tolerance,
        verify,
        maxProducts,
      });
      if (status === "max-iterations") unconverged++;
      const top = status === "not-finite" ? NaN : pairs[0].value;
      // Equal where the gradient is the eigenvector, and then the two may differ by rounding.
      values.push(startValue === undefined ? top : Math.max(top, startValue));
      ratios.push(startValue ?? NaN);
    }
    return {
      samples: values.length,
      excluded: 0,
      finite: allFinite(values),
      estimate: () => meanEstimate(values, { ...about, level }),
    };
  });
  const known = ratios.filter((ratio) => !Number.isNaN(ratio));
  return {
    ...estimate,
    values,
    ratios,
    unconverged,
    ...(known.length >= 2 && {
      batchSharpness: meanEstimate(known, {
        seed: sampler.seed,
        level,
        method: "batch sharpness, mean of ratios, t interval",
      }),
    }),
  };
}
