import type { BatchProblem } from "./finite-sum.ts";
import type { BatchNoise } from "./noise.ts";

/**
 * Real mini-batches of a finite sum, fresh in each step. Covariance of the step's gradient: Σ/B with
 * replacement, (N − B)/(B(N − 1))·Σ without.
 *
 * @throws RangeError for a batch that is no positive integer, or, without replacement, larger than the sum.
 */
export function batchNoise(
  problem: BatchProblem,
  { batchSize, replacement }: { readonly batchSize: number; readonly replacement: boolean },
): BatchNoise {
  const { samples } = problem;
  if (!Number.isSafeInteger(batchSize) || batchSize < 1)
    throw new RangeError(`batch size must be a positive integer, got ${batchSize}`);
  if (!replacement && batchSize > samples)
    throw new RangeError(
      `a batch without replacement must be at most the ${samples} samples, got ${batchSize}`,
    );
  return {
    kind: "batch",
    name: "sgd",
    formula: `batches of ${batchSize} of ${samples} samples ${replacement ? "with" : "without"} replacement, ${problem.formula}`,
    parameters: problem.mean.parameters,
    dimension: problem.mean.dimension,
    problem,
    batchSize,
    replacement,
  };
}
