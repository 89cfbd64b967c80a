import type { FloatArray } from "../../numeric/index.ts";
import { type Runtime } from "../../runtime/index.ts";
import type { Stream } from "../../random/index.ts";
import { batchHessian } from "../operators/batch-hessian.ts";
import { batchQuadratics } from "./batch-quadratics.ts";
import type { BatchSampler } from "../problem/batches.ts";
import { gniMeter } from "./gni.ts";
import { lanczos } from "../spectra/lanczos.ts";
import type { Problem } from "../problem/problem.ts";

/** The sharpness family without sampling error: plain numbers, exact but for rounding. */
export interface ExhaustiveSharpness {
  /** C(N, B), of which `excluded` have g_B = 0 and no ratio. */
  readonly batches: number;
  readonly excluded: number;
  readonly batchSharpness: number;
  readonly batchSharpnessRatio: number;
  readonly miniBatchSharpness: number;
  readonly gni: number;
  /** E‖g_B‖². */
  readonly squaredGradient: number;
  /** ‖∇L‖². */
  readonly squaredFullGradient: number;
}

export interface ExhaustiveOptions {
  /** Of Lanczos; default 10⁻⁶, which gives eigenvalues to about 10⁻¹². */
  readonly tolerance?: number;
  /** Refuse more batches than this; default 100 000. */
  readonly maxBatches?: number;
}

/** The family over all C(N, B) batches without replacement, each counted once. */
export async function exhaustiveSharpness(
  runtime: Runtime,
  problem: Problem,
  parameters: FloatArray,
  batchSize: number,
  probes: Stream,
  { tolerance = 1e-6, maxBatches = 100_000 }: ExhaustiveOptions = {},
): Promise<ExhaustiveSharpness> {
  const sampler = everyBatch(problem.data.count, batchSize, maxBatches);
  const { count } = sampler;
  await using quadratics = await batchQuadratics(runtime, problem, batchSize);
  await using hessians = await batchHessian(runtime, problem, batchSize);
  await using interaction = await gniMeter(runtime, problem, batchSize);
  const { curvature, gradient } = await quadratics.measure(parameters, sampler, 0, count);
  const ratios = curvature.map((value, i) => value / gradient[i]).filter((_, i) => gradient[i] > 0);
  const eigenvalues: number[] = [];
  for (let i = 0; i < count; i++) {
    const { gradient: start, hessian } = await hessians.at(parameters, sampler.rows(i));
    const { pairs } = await lanczos(hessian, probes, { start, tolerance });
    eigenvalues.push(pairs[0].value);
  }
  const g2 = await interaction.setPoint(parameters);
  return {
    batches: count,
    excluded: count - ratios.length,
    batchSharpness: average(ratios),
    batchSharpnessRatio: average(curvature) / average(gradient),
    miniBatchSharpness: average(eigenvalues),
    gni: average(await interaction.quadratics(sampler, 0, count)) / g2,
    squaredGradient: average(gradient),
    squaredFullGradient: g2,
  };
}

/** All batches of `batchSize` out of `population`, in lexicographic order. */
export function everyBatch(
  population: number,
  batchSize: number,
  maxBatches = 100_000,
): BatchSampler & { readonly count: number } {
  const count = binomial(population, batchSize);
  if (!(batchSize >= 1 && batchSize <= population))
    throw new RangeError(
      `batch size must be from 1 to the ${population} samples, got ${batchSize}`,
    );
  if (count > maxBatches)
    throw new RangeError(
      `batches to enumerate must be at most ${maxBatches}, got ${count} of ${batchSize} out of ${population}`,
    );
  const batches: Int32Array[] = [];
  const rows = Int32Array.from({ length: batchSize }, (_, i) => i);
  for (;;) {
    batches.push(rows.slice());
    let i = batchSize - 1;
    while (i >= 0 && rows[i] === population - batchSize + i) i--;
    if (i < 0) break;
    rows[i]++;
    for (let k = i + 1; k < batchSize; k++) rows[k] = rows[k - 1] + 1;
  }
  return { seed: "none", batchSize, replacement: false, count, rows: (index) => batches[index] };
}

function binomial(n: number, k: number): number {
  let result = 1;
  for (let i = 1; i <= k; i++) result = (result * (n - k + i)) / i;
  return Math.round(result);
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
