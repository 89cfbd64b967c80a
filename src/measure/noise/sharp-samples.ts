import type { FloatArray } from "../../numeric/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { type Estimate, studentEstimate } from "../../statistics/index.ts";
import { sampleMeter, type SampleMapOptions } from "../per-sample/index.ts";
import { type Problem, sampleWeights } from "../problem/problem.ts";

/** One sample's part in the sharpness. */
export interface SampleCurvature {
  /** Row of the samples. */
  readonly row: number;
  readonly loss: number;
  /** uᵀHᵢu, without the sample's weight. */
  readonly curvature: number;
  /** ‖gᵢ‖. */
  readonly gradientNorm: number;
}

export interface SharpSamples {
  /** λ with the error it has as a sample of the population, see `eigenvalueSampling`. */
  readonly eigenvalue: Estimate;
  /** Largest uᵀHᵢu first. */
  readonly sharpest: readonly SampleCurvature[];
  /** Largest ‖gᵢ‖ first. */
  readonly steepest: readonly SampleCurvature[];
}

/** Which samples make it sharp along an eigenvector u: one pass over the data. */
export async function sharpSamples(
  runtime: Runtime,
  problem: Problem,
  parameters: FloatArray,
  eigenvector: FloatArray,
  {
    count = 20,
    level = 0.95,
    ...options
  }: SampleMapOptions & {
    /** Samples listed; default 20. */
    readonly count?: number;
    readonly level?: number;
  } = {},
): Promise<SharpSamples> {
  await using meter = await sampleMeter(
    runtime,
    problem,
    ["loss", "squaredNorm", "curvature"],
    options,
  );
  const { loss, squaredNorm, curvature } = await meter.measure(parameters, eigenvector);
  const all = Array.from(loss, (value, row) => ({
    row,
    loss: value,
    curvature: curvature[row],
    gradientNorm: Math.sqrt(squaredNorm[row]),
  }));
  const first = (key: "curvature" | "gradientNorm") =>
    all.toSorted((a, b) => b[key] - a[key]).slice(0, count);
  return {
    eigenvalue: eigenvalueSampling(curvature, sampleWeights(problem).weights, level),
    sharpest: first("curvature"),
    steepest: first("gradientNorm"),
  };
}

/**
 * An eigenvalue of the mean Hessian as an estimate of the population's: λ = Σ wᵢuᵀHᵢu/Σw moves, to
 * first order, as a mean of uᵀHᵢu does, so its error is their spread over √N. It is the sample's own
 * eigenvalue exactly; the population's largest is lower in the mean, by a term of order 1/N that grows
 * where eigenvalues are close, and that the interval does not contain.
 */
export function eigenvalueSampling(
  curvatures: Float64Array,
  weights: Float64Array,
  level = 0.95,
): Estimate {
  const N = curvatures.length;
  if (N < 2) throw new RangeError(`samples must be at least 2 to give an error bar, got ${N}`);
  const total = weights.reduce((sum, w) => sum + w, 0);
  const value = curvatures.reduce((sum, k, i) => sum + weights[i] * k, 0) / total;
  const squares = curvatures.reduce((sum, k, i) => sum + (weights[i] * (k - value)) ** 2, 0);
  const stderr = Math.sqrt((squares * N) / (N - 1)) / total;
  return studentEstimate(value, stderr, N - 1, N, {
    seed: "none",
    level,
    method: "spread of uᵀHᵢu over samples, first order, t interval",
  });
}
