import { firstPassage } from "../../diffusion/index.ts";
import { integerReader, stream, substream } from "../../random/index.ts";
import { accumulate, emptyMoments, variance } from "../../statistics/index.ts";
import type { Json, TaskFunction } from "../../run/index.ts";
import { reachOf } from "./mirrored.ts";
import {
  chainSteps,
  sampledWell,
  type SampledWell,
  sampleSlope,
  slopeMoments,
} from "./sgd-chain.ts";

export interface SgdInput {
  /** ΔL of the test in the mean; that of the seed's own data comes back. */
  readonly height: number;
  readonly eta: number;
  /** The exit lies so far past the barrier. */
  readonly beyond: number;
  /** Steps of all walkers, about. */
  readonly budget: number;
  readonly walkers: number;
  readonly seed: string;
}

/** Steps of SGD on one data set, measured and by two theories. */
export interface SgdTimes {
  readonly walkers: number;
  readonly steps: number;
  readonly stderr: number;
  /** Of the exact chain, and of the diffusion with the covariance of the same data. */
  readonly chain: number;
  readonly diffusion: number;
  readonly height: number;
  /** κ = H/(ησ_H), and D at the minimum, of the same data. */
  readonly kappa: number;
  readonly floor: number;
}

/** SGD on batches of one sample from the well to the exit, every walker to its end. */
export const sgdTask: TaskFunction = async (input, context) => {
  const { height, eta, beyond, budget, walkers, seed } = input as unknown as SgdInput;
  const well = sampledWell(seed, reachOf(height));
  const exit = well.reach + beyond;
  const chain = chainSteps(well, eta, exit);
  const count = Math.round(Math.min(walkers, Math.max(50, budget / chain)));
  const times = emptyMoments();
  const draws = substream(stream(seed, "power-law-sgd"), String(height));
  const samples = well.rows.length / 2;
  for (let walker = 0; walker < count; walker++) {
    const draw = integerReader(substream(draws, walker));
    let w = -well.reach;
    let step = 0;
    while (w <= exit) {
      w -= eta * sampleSlope(well, 2 * draw(samples), w);
      if (++step % 1e6 === 0) context.signal.throwIfAborted();
    }
    accumulate(times, step);
    if (walker % 16 === 15) {
      context.progress((walker + 1) / count);
      await new Promise((resolve) => setTimeout(resolve, 0)); // lets a message in
      context.signal.throwIfAborted();
    }
  }
  const found: SgdTimes = {
    walkers: count,
    steps: times.mean,
    stderr: Math.sqrt(variance(times) / count),
    chain,
    diffusion: diffusionSteps(well, eta, exit),
    height: well.height,
    kappa: well.curvature / (eta * well.curvatureVariance),
    floor: (eta / 2) * slopeMoments(well, -well.reach).variance,
  };
  return found as unknown as Json;
};

function diffusionSteps(well: SampledWell, eta: number, exit: number): number {
  const passage = firstPassage(
    {
      gradient: (w) => slopeMoments(well, w).mean,
      diffusion: (w) => (eta / 2) * slopeMoments(well, w).variance,
      breakpoints: [-well.reach, 0, well.reach],
    },
    -well.reach,
    { left: { kind: "natural" }, right: { kind: "exit", at: exit }, tolerance: 1e-4 },
  );
  return passage.mean / eta;
}
