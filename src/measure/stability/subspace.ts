import type { FloatArray } from "../../numeric/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { sampleMeter, type SampleMapOptions } from "../per-sample/index.ts";
import { type Problem, sampleWeights } from "../problem/problem.ts";
import { meanSquareLimit, type MeanSquareLimit, type MeanSquareOptions } from "./mean-square.ts";

/**
 * UᵀHᵢU of every sample, times its weight cᵢ = N·wᵢ/Σw, in the coordinates of orthonormal `basis`
 * vectors: row-major [k, k] each. By polarisation of uᵀHᵢu: k(k + 1)/2 passes of four forward passes.
 */
export async function projectedHessians(
  runtime: Runtime,
  problem: Problem,
  parameters: FloatArray,
  basis: readonly FloatArray[],
  options: SampleMapOptions = {},
): Promise<Float64Array[]> {
  const k = basis.length;
  const { weights, total } = sampleWeights(problem);
  const { count } = problem.data;
  await using meter = await sampleMeter(runtime, problem, ["curvature"], options);
  const along = async (u: FloatArray) => (await meter.measure(parameters, u)).curvature;
  const hessians = Array.from({ length: count }, () => new Float64Array(k * k));
  const own: Float64Array[] = [];
  for (const u of basis) own.push(await along(u));
  for (let a = 0; a < k; a++)
    for (let b = a; b < k; b++) {
      const both = a === b ? undefined : await along(basis[a].map((x, i) => x + basis[b][i]));
      for (let i = 0; i < count; i++) {
        const value = both ? (both[i] - own[a][i] - own[b][i]) / 2 : own[a][i];
        const scale = (weights[i] * count) / total;
        hessians[i][a * k + b] = hessians[i][b * k + a] = scale * value;
      }
    }
  return hessians;
}

export type SubspaceLimit = MeanSquareLimit & { readonly subspace: number; readonly note: string };

/**
 * The mean-square limit within the span of `basis`, the first eigenvectors of H: what SGD's noise does
 * there to itself. An estimate of η*, and where H ⪰ 0 a bound from above (the quotient of Rayleigh and
 * Ritz for C⁺D, over the matrices of the subspace); with one vector it is
 * 2λ₁/((1 − p)λ₁² + p·E[(u₁ᵀHᵢu₁)²]).
 */
export async function subspaceLimit(
  runtime: Runtime,
  problem: Problem,
  parameters: FloatArray,
  basis: readonly FloatArray[],
  {
    batchSize,
    replacement = false,
    zero = 1e-10,
    ...options
  }: MeanSquareOptions & SampleMapOptions,
): Promise<SubspaceLimit> {
  if (basis.length === 0) throw new RangeError("a subspace must have at least one vector, got 0");
  const hessians = await projectedHessians(runtime, problem, parameters, basis, options);
  const limit = await meanSquareLimit(hessians, basis.length, { batchSize, replacement, zero });
  return {
    ...limit,
    subspace: basis.length,
    note: `estimate from the subspace of ${basis.length} eigenvectors: noise that leads out of it is left out`,
  };
}
