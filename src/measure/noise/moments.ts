// What noise scales, tests of batch sizes and Tr(HΣ) need of each sample: a few numbers, never its
// gradient.
import { axpy, dot, type FloatArray, squaredNorm } from "../../numeric/index.ts";
import type { Stream } from "../../random/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import type { DataSumOptions } from "../operators/data-sum.ts";
import { gradientMeter } from "../operators/gradient.ts";
import { hessianOperator } from "../operators/hessian.ts";
import { type Problem, sampleWeights, zeros } from "../problem/problem.ts";
import { gniMeter } from "../sharpness/gni.ts";
import type { Measured } from "./measured.ts";
import {
  perSampleCurvatures,
  perSampleSlopes,
  perSampleSquaredNorms,
  sampleMeter,
} from "../per-sample/index.ts";
import { drawInProportion, evenlyInProportion, noiseMean, noiseQuotients } from "./proportional.ts";
import { sampleGradient } from "./sample-gradient.ts";
import { noiseSpread } from "./spread.ts";

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
  /** Tr Σ², estimated: it bounds the error of ‖ḡ‖² from below. */
  readonly squareTrace?: number;
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
  /** Tr(HΣHΣ), estimated: it bounds the error of ḡᵀHḡ from below. */
  readonly squareTrace: number;
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

/** Norms of all gradients and their overlaps with ḡ, exactly. Cost: two gradients and some nine directional derivatives a sample. */
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
  const moments = summedMoments(squares, along, weights);
  if (!(moments.trace > 0)) return moments;
  const directions = await noiseDirections(runtime, problem, parameters, moments, mean);
  await using meter = await sampleMeter(runtime, problem, ["slope"], options);
  let squareTrace = 0;
  for (const { vector, share } of directions) {
    const { slope } = await meter.measure(parameters, vector);
    squareTrace += share * weightedVariance(slope, moments.weights);
  }
  return { ...moments, squareTrace };
}

export interface CurvatureOptions extends DataSumOptions {
  /** Samples to draw; default 200. "all" is exact. */
  readonly samples?: number | "all";
  /** Default 0.95. */
  readonly level?: number;
  /** Chances of the samples to be drawn, not normalised: see `mixedChances`; default wᵢ‖gᵢ − ḡ‖². */
  readonly chances?: Float64Array;
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
  const { samples = 200, level = 0.95, chances: given, ...sums } = options;
  const { count, weights, trace } = moments;
  const mean = await meanGradient(runtime, problem, parameters, sums);
  const curved = zeros(problem.dtype, mean.length);
  await using hessian = await hessianOperator(runtime, problem, parameters, sums);
  await hessian.apply(mean, curved);
  const alongGradient = dot(mean, curved);
  const alongCurved = await perSampleSlopes(runtime, problem, parameters, curved, sums);
  const spread = noiseSpread(moments);
  const chances = given ?? spread.map((z, i) => weights[i] * z);
  const rows =
    samples === "all"
      ? Int32Array.from({ length: count }, (_, i) => i)
      : drawInProportion(chances, samples, draws);
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
  const total = chances.reduce((sum, chance) => sum + chance, 0);
  const share = (row: number) =>
    samples === "all"
      ? weights[row] / count
      : (weights[row] * total) / (count * rows.length * chances[row]);
  const shares = Float64Array.from(rows, share);
  const hessianAlong = await perSampleCurvatures(runtime, problem, parameters, mean, sums);
  const hessianNoise = new Float64Array(count);
  let squareTrace = 0;
  await using along = await sampleMeter(runtime, problem, ["curvature"], sums);
  await using across = await sampleMeter(runtime, problem, ["slope"], sums);
  for (const { vector, share } of await noiseDirections(
    runtime,
    problem,
    parameters,
    moments,
    mean,
  )) {
    axpy(share, (await along.measure(parameters, vector)).curvature, hessianNoise);
    await hessian.apply(vector, curved);
    squareTrace +=
      share * weightedVariance((await across.measure(parameters, curved)).slope, weights);
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
        : given
          ? noiseMean(centred, shares, { seed: draws.seed, level })
          : noiseQuotients(centred, rows, spread, trace, { seed: draws.seed, level }),
    squareTrace,
    hessianAlong,
    hessianNoise,
  };
}

/**
 * gᵢ − ḡ of eight samples, spread evenly over the sum of wᵢ‖gᵢ − ḡ‖², and what each counts for: a
 * quadratic form summed over them with their shares is an estimate of its trace against Σ.
 */
async function noiseDirections(
  runtime: Runtime,
  problem: Problem,
  parameters: FloatArray,
  moments: GradientMoments,
  mean: FloatArray,
): Promise<{ readonly vector: FloatArray; readonly share: number }[]> {
  const many = 8;
  const { weights, trace } = moments;
  const spread = noiseSpread(moments);
  await using gradients = await sampleGradient(runtime, problem, parameters);
  const directions = [];
  for (const row of evenlyInProportion(
    spread.map((z, i) => weights[i] * z),
    many,
  )) {
    const vector = await gradients.of(row);
    axpy(-1, mean, vector);
    directions.push({ vector, share: trace / (many * spread[row]) });
  }
  return directions;
}

function weightedVariance(values: Float64Array, weights: Float64Array): number {
  const mean = dot(weights, values) / values.length;
  return values.reduce((sum, x, i) => sum + weights[i] * (x - mean) ** 2, 0) / values.length;
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
