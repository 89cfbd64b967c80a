import { cholesky, solveCholesky } from "../../numeric/index.ts";
import { fillNormal, stream } from "../../random/index.ts";
import type { Json, TaskFunction } from "../../run/index.ts";
import { densePoint } from "./noise-point.ts";

export interface WellConditionedInput {
  readonly features: number;
  readonly samples: number;
  readonly rotations: number;
  readonly seed: string;
}

/**
 * Linear regression on standard normal inputs with label noise, at its minimum: curvatures within
 * 2(1 ± √(features/samples))², so that none stands out, and noise that goes with the Hessian all the same.
 */
export const wellConditionedTask: TaskFunction = (input) => {
  const { features: d, samples, rotations, seed } = input as unknown as WellConditionedInput;
  const x = new Float64Array(samples * d);
  const y = new Float64Array(samples);
  fillNormal(stream(seed, "well-conditioned-inputs"), 0, x);
  fillNormal(stream(seed, "well-conditioned-labels"), 0, y);
  const row = (i: number) => x.subarray(i * d, (i + 1) * d);
  const gram = new Float64Array(d * d);
  const right = new Float64Array(d);
  /** matrix += factor·rrᵀ */
  const addOuter = (matrix: Float64Array, r: Float64Array, factor: number) => {
    for (let j = 0; j < d; j++)
      for (let l = 0; l < d; l++) matrix[j * d + l] += factor * r[j] * r[l];
  };
  for (let i = 0; i < samples; i++) {
    const r = row(i);
    addOuter(gram, r, 1);
    for (let j = 0; j < d; j++) right[j] += y[i] * r[j];
  }
  // Labels of true weights 0: what is fitted is their noise.
  const theta = solveCholesky(cholesky(gram, d), right, d);
  const sigma = new Float64Array(d * d);
  for (let i = 0; i < samples; i++) {
    const r = row(i);
    const residual = r.reduce((sum, v, j) => sum + v * theta[j], -y[i]);
    addOuter(sigma, r, (4 * residual ** 2) / samples); // the mean gradient is 0
  }
  const hessian = gram.map((g) => (2 * g) / samples);
  const draws = stream(seed, "well-conditioned-rotations");
  return Promise.resolve(densePoint(hessian, sigma, d, draws, rotations) as unknown as Json);
};
