import { axpy, type FloatArray } from "../../numeric/index.ts";
import { fillNormal, type Stream, substream } from "../../random/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { type Estimate, meanEstimate } from "../../statistics/index.ts";
import type { DataSumOptions } from "../operators/data-sum.ts";
import { dimension, type Problem, zeros } from "../problem/problem.ts";
import {
  allFinite,
  type BatchEstimate,
  sampleUntil,
  type StopRule,
} from "../sharpness/sequential.ts";
import { skewedMeanEstimate } from "../traces/skewed-mean.ts";
import { lossMeter } from "./loss-meter.ts";

export interface PerturbationFlatness extends BatchEstimate {
  /** L(θ). */
  readonly loss: number;
  /** E|L(θ + σε) − L(θ)|, the expected sharpness of Zhu et al.; pairs ±ε count as one. */
  readonly absolute?: Estimate;
}

const method = "mean over antithetic Gaussian perturbations, t interval widened for skewness";

/**
 * How much the loss rises in the mean under Gaussian perturbation of all weights, E L(θ + σε) − L(θ),
 * which is σ²·Tr H/2 for small σ. Perturbations come in pairs ±ε, which cancels the slope; a sample is a
 * pair. Cost: two passes over the data a sample.
 *
 * @see Zhu et al. (2019), https://arxiv.org/abs/1803.00195
 */
export async function perturbationFlatness(
  runtime: Runtime,
  problem: Problem,
  parameters: FloatArray,
  draws: Stream,
  { sigma, level = 0.95, ...options }: StopRule & DataSumOptions & { readonly sigma: number },
): Promise<PerturbationFlatness> {
  if (!(sigma > 0 && sigma < Infinity))
    throw new RangeError(`sigma must be positive and finite, got ${sigma}`);
  await using meter = await lossMeter(runtime, problem, options);
  const loss = await meter.at(parameters);
  const noise = zeros(problem.dtype, dimension(problem));
  const [rises, sizes]: number[][] = [[], []];
  const about = { seed: draws.seed, method, block: 8 };
  const found = await sampleUntil({ ...options, level }, about, async (from, to) => {
    for (let i = from; i < to; i++) {
      fillNormal(substream(draws, i), 0, noise);
      const [up, down] = [sigma, -sigma].map((a) => {
        const point = parameters.slice();
        axpy(a, noise, point);
        return point;
      });
      const [above, below] = [(await meter.at(up)) - loss, (await meter.at(down)) - loss];
      rises.push((above + below) / 2);
      sizes.push((Math.abs(above) + Math.abs(below)) / 2);
    }
    return {
      samples: rises.length,
      excluded: 0,
      finite: allFinite(rises),
      estimate: () => skewedMeanEstimate(rises, { ...about, level }),
    };
  });
  return {
    ...found,
    loss,
    ...(found.status !== "not-finite" && {
      absolute: meanEstimate(sizes, { seed: draws.seed, level, method: `absolute ${method}` }),
    }),
  };
}
