// What noise scales, tests of batch sizes and Tr(HΣ) need of each sample: a few numbers, never its
// gradient.
import { axpy, dot, type FloatArray, squaredNorm } from "../../numeric/index.ts";
import { type Stream, substream, uniformAt } from "../../random/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { type EstimateOptions, meanEstimate } from "../../statistics/index.ts";
import type { DataSumOptions } from "../operators/data-sum.ts";
import { gradientMeter } from "../operators/gradient.ts";
import { hessianOperator } from "../operators/hessian.ts";
import { type Problem, sampleWeights, zeros } from "../problem/problem.ts";
import { gniMeter } from "../sharpness/gni.ts";
import { type Measured, scaled } from "./measured.ts";
import {
  perSampleCurvatures,
  perSampleSlopes,
  perSampleSquaredNorms,
} from "../per-sample/index.ts";
import { sampleGradient } from "./sample-gradient.ts";

/** Gradients of the samples at one point, as far as norms and overlaps with their mean go. */
export interface GradientMoments {
  /** N. */
  readonly count: number;
  /** cᵢ = N·wᵢ/Σw. */
  readonly weights: Float64Array;
  /** (Σw)²/Σw²: N where the weights are equal. */
  readonly effective: number;
  /** ‖gᵢ‖². */
  readonly squaredNorms: Float64Array;
  /** gᵢ·ḡ. */
  readonly alongMean: Float64Array;
  /** Σ wᵢ‖gᵢ‖²/Σw. */
  readonly meanSquare: number;
  /** ‖ḡ‖². */
  readonly squaredMean: number;
  /** Tr Σ, divided by N. Exact. */
  readonly trace: number;
}

/** Curvature along the samples' gradients. */
export interface CurvatureMoments {
  /** ḡᵀHḡ. */
  readonly alongGradient: number;
  /** gᵢᵀHḡ, [N]. */
  readonly alongCurved: Float64Array;
  /** Samples whose own curvature was measured: all, or as drawn. */
  readonly rows: Int32Array;
  /** (gᵢ − ḡ)ᵀH(gᵢ − ḡ) of `rows`. */
  readonly centred: Float64Array;
  /** What each row counts for: (1/N) Σᵢ cᵢfᵢ ≈ Σ shares·f. */
  readonly shares: Float64Array;
  /** Tr(HΣ). */
  readonly trHSigma: Measured;
  /** ḡᵀHᵢḡ, [N]. */
  readonly hessianAlong?: Float64Array;
  /** Tr(HᵢΣ), [N], exact or with mean-free error. */
  readonly hessianNoise?: Float64Array;
}

/** The sums of `GradientMoments` from its arrays, ‖ḡ‖² being the mean of gᵢ·ḡ. */
export function summedMoments(
  squaredNorms: Float64Array,
  alongMean: Float64Array,
  weights: Float64Array = new Float64Array(squaredNorms.length).fill(1),
): GradientMoments {
  const count = squaredNorms.length;
  const total = weights.reduce((sum, w) => sum + w, 0);
  const own = weights.map((w) => (w * count) / total);
  const [meanSquare, squaredMean] = [squaredNorms, alongMean].map((a) => dot(own, a) / count);
  return {
    count,
    weights: own,
    effective: count ** 2 / squaredNorm(own),
    squaredNorms,
    alongMean,
    meanSquare,
    squaredMean,
    trace: meanSquare - squaredMean,
  };
}

/** Norms of all gradients and their overlaps with ḡ, exactly. Cost: a gradient, a per-sample gradient and a directional derivative a sample. */
export async function gradientMoments(
  runtime: Runtime,
  problem: Problem,
  parameters: FloatArray,
  options: DataSumOptions = {},
): Promise<GradientMoments> {
  const { weights } = sampleWeights(problem);
  const mean = await meanGradient(runtime, problem, parameters, options);
  const squares = await perSampleSquaredNorms(runtime, problem, parameters, options);
  const along = await perSampleSlopes(runtime, problem, parameters, mean, options);
  return summedMoments(squares, along, weights);
}

export interface CurvatureOptions extends DataSumOptions {
  /** Samples to draw; default 200. "all" is exact. */
  readonly samples?: number | "all";
  /** Default 0.95. */
  readonly level?: number;
  /** Noise vectors to follow the fluctuation of Hᵢ with, for the population's forms; default 8, 0 holds H for known. */
  readonly noiseVectors?: number;
}

/**
 * Tr(HΣ) = Σᵢ wᵢ(gᵢ − ḡ)ᵀH(gᵢ − ḡ)/Σw and what goes with it, exactly from all samples, or from
 * samples drawn with probability in proportion to wᵢ‖gᵢ − ḡ‖². Then Tr(HΣ) is the exact Tr Σ times the
 * mean Rayleigh quotient of what was drawn: unbiased, and bounded however heavy the tails of gᵢ are.
 *
 * Cost: one quadratic form of the full Hessian a sample drawn, and a few passes over the data.
 */
export async function curvatureMoments(
  runtime: Runtime,
  problem: Problem,
  parameters: FloatArray,
  moments: GradientMoments,
  draws: Stream,
  options: CurvatureOptions = {},
): Promise<CurvatureMoments> {
  const { samples = 200, level = 0.95, noiseVectors = 8, ...sums } = options;
  const { count, weights, squaredNorms, alongMean, squaredMean, trace } = moments;
  const mean = await meanGradient(runtime, problem, parameters, sums);
  const curved = zeros(problem.dtype, mean.length);
  {
    await using hessian = await hessianOperator(runtime, problem, parameters, sums);
    await hessian.apply(mean, curved);
  }
  const alongGradient = dot(mean, curved);
  const alongCurved = await perSampleSlopes(runtime, problem, parameters, curved, sums);
  const spread = squaredNorms.map((s, i) => Math.max(0, s - 2 * alongMean[i] + squaredMean));
  const chances = spread.map((z, i) => weights[i] * z);
  const rows =
    samples === "all"
      ? Int32Array.from({ length: count }, (_, i) => i)
      : drawInProportion(chances, samples, substream(draws, "samples"));
  await using meter = await gniMeter(runtime, problem, 1, sums);
  await meter.setPoint(parameters);
  const single = {
    seed: draws.seed,
    batchSize: 1,
    replacement: true,
    rows: (i: number) => rows.subarray(i, i + 1),
  };
  const quadratics = await meter.quadratics(single, 0, rows.length);
  const centred = Float64Array.from(rows, (row, k) => {
    const own = weights[row] === 0 ? 0 : quadratics[k] / weights[row] ** 2; // the meter's g_B is cᵢgᵢ
    return own - 2 * alongCurved[row] + alongGradient;
  });
  const share = (row: number) =>
    samples === "all" ? weights[row] / count : trace / (rows.length * spread[row]);
  const shares = Float64Array.from(rows, share);
  const hessianAlong = await perSampleCurvatures(runtime, problem, parameters, mean, sums);
  const vectors =
    trace > 0 ? drawInProportion(chances, noiseVectors, substream(draws, "vectors")) : [];
  const hessianNoise = new Float64Array(count);
  await using gradients = await sampleGradient(runtime, problem, parameters);
  for (const row of vectors) {
    const u = await gradients.of(row);
    for (let k = 0; k < u.length; k++) u[k] -= mean[k];
    const along = await perSampleCurvatures(runtime, problem, parameters, u, sums);
    axpy(trace / (vectors.length * spread[row]), along, hessianNoise);
  }
  return {
    alongGradient,
    alongCurved,
    rows,
    centred,
    shares,
    trHSigma:
      samples === "all"
        ? { value: dot(shares, centred), samples: count, method: "sum over all samples" }
        : quotients(centred, rows, spread, trace, { seed: draws.seed, level }),
    ...(noiseVectors > 0 && { hessianAlong, hessianNoise }),
  };
}

/**
 * `size` rows, drawn with replacement with probability in proportion to `chances`.
 *
 * @throws RangeError where all chances are 0: then there is nothing to estimate.
 */
function drawInProportion(chances: Float64Array, size: number, draws: Stream): Int32Array {
  if (!(Number.isInteger(size) && size >= 2))
    throw new RangeError(`samples must be at least 2 to give an error bar, got ${size}`);
  const sums = new Float64Array(chances.length);
  let total = 0;
  chances.forEach((chance, i) => (sums[i] = total += chance));
  if (!(total > 0))
    throw new RangeError(`gradients of the samples must differ to be drawn by their noise`);
  return Int32Array.from({ length: size }, (_, k) => {
    const at = uniformAt(draws, k) * total;
    let [low, high] = [0, sums.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle] > at) high = middle;
      else low = middle + 1;
    }
    return low;
  });
}

function quotients(
  centred: Float64Array,
  rows: Int32Array,
  spread: Float64Array,
  trace: number,
  options: EstimateOptions,
): Measured {
  const method = "exact Tr Σ times the mean curvature along sampled noise, t interval";
  const ratios = centred.map((y, k) => y / spread[rows[k]]);
  return scaled(meanEstimate(ratios, { ...options, method }), trace);
}

/** ḡ in the problem's own type. */
async function meanGradient(
  runtime: Runtime,
  problem: Problem,
  parameters: FloatArray,
  options: DataSumOptions,
): Promise<FloatArray> {
  await using meter = await gradientMeter(runtime, problem, options);
  const { gradient } = await meter.measure(parameters);
  return problem.dtype === "float32" ? Float32Array.from(gradient) : gradient;
}
