import { squaredNorm } from "../../numeric/index.ts";
import type { Stream } from "../../random/index.ts";
import type { Estimate } from "../../statistics/index.ts";
import type { SymmetricOperator } from "../operators/operator.ts";
import { allFinite } from "../sharpness/sequential.ts";
import { applyAll, vectorOf } from "../spectra/apply-all.ts";
import {
  blocks,
  type ProbeEstimate,
  type EstimatorOptions,
  probeUntil,
  probeVector,
} from "./probe.ts";
import { skewedMeanEstimate } from "./skewed-mean.ts";

export interface FrobeniusEstimate extends ProbeEstimate {
  /** Of ‖A‖²_F: unbiased. */
  readonly square: Estimate;
}

/**
 * ‖A‖_F, the norm and not its square, from ‖Az‖² of probes: E‖Az‖² = ‖A‖²_F.
 *
 * The root of an unbiased estimate is low by about stderr²/(2·value). The standard error is the delta
 * method's; the interval is the root of the square's interval, so that it covers as often. One
 * product a probe.
 */
export async function frobeniusNorm(
  operator: SymmetricOperator,
  draws: Stream,
  options: EstimatorOptions = {},
): Promise<FrobeniusEstimate> {
  const { distribution = "rademacher", block, level = 0.95 } = options;
  const about = { seed: draws.seed, level };
  const method = `Frobenius norm, ${distribution} probes, root of the interval of its square`;
  const squares: number[] = [];
  const ofSquare = () => skewedMeanEstimate(squares, about);
  const estimate = await probeUntil(operator, draws, method, options, async (from, to) => {
    for (const indices of blocks(from, to, block)) {
      const probes = indices.map((i) => probeVector(operator, distribution, draws, i));
      const images = probes.map(() => vectorOf(operator));
      await applyAll(operator, probes, images);
      for (const image of images) squares.push(squaredNorm(image));
    }
    return {
      samples: squares.length,
      finite: allFinite(squares),
      estimate: () => rootEstimate(ofSquare(), method),
    };
  });
  return { ...estimate, square: estimate.status === "not-finite" ? estimate : ofSquare() };
}

/** √x of an estimate of x ≥ 0: the delta method's error, the root of the interval. */
export function rootEstimate(square: Estimate, method: string): Estimate {
  const value = Math.sqrt(Math.max(0, square.value));
  return {
    ...square,
    value,
    stderr: square.stderr === 0 ? 0 : square.stderr / (2 * value),
    low: Math.sqrt(Math.max(0, square.low)),
    high: Math.sqrt(Math.max(0, square.high)),
    method,
  };
}
