import { mul, sub, type Tensor } from "../../graph/index.ts";
import { type BatchProblem, constantSample } from "./finite-sum.ts";
import type { Matrix, Named } from "./noise.ts";
import { sum } from "./symmetric.ts";

/**
 * Σ = (1/N) Σᵢ (gᵢ − ḡ)(gᵢ − ḡ)ᵀ of the samples' gradients at x, and its trace: unrolled, N gradients and
 * about N·d² operations.
 */
export function sampleCovariance(
  problem: BatchProblem,
  x: readonly Tensor[],
  named: Named,
): { readonly covariance: Matrix; readonly trace: Tensor } {
  const { samples, gradient } = problem;
  const each = Array.from({ length: samples }, (_, i) =>
    gradient(x, constantSample(problem, i), named),
  );
  const share = 1 / samples;
  const mean = x.map((_, k) => mul(sum(each.map((g) => g[k])), share));
  const centred = each.map((g) => g.map((gk, k) => sub(gk, mean[k])));
  const entry = (j: number, k: number) => mul(sum(centred.map((g) => mul(g[j], g[k]))), share);
  const covariance = x.map((_, j) => x.map((__, k) => entry(Math.min(j, k), Math.max(j, k))));
  return { covariance, trace: sum(covariance.map((row, i) => row[i])) };
}
