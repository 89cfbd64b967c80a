// Gradient noise scales: the batch size at which the noise of a mini-batch gradient costs as much as
// its signal gains. In four forms. `simple` = Tr Σ/‖ḡ‖² and `curvature` = Tr(HΣ)/(ḡᵀHḡ) belong to the
// finite set itself, and saturate near the number of samples, since ḡ has the noise of N samples in
// it: ‖ḡ‖² ≈ ‖G‖² + Tr Σ/N. `simplePopulation` and `curvaturePopulation` take that noise off again,
// and speak of the distribution that the samples were drawn from. None of them is a batch size to use.
//
// The population forms are ratios A/D of two correlated means whose denominator may be anywhere
// near 0; Fieller's set has the right coverage there and says when it has no upper end.
//
// McCandlish et al. (2018), An empirical model of large-batch training, https://arxiv.org/abs/1812.06162
// Fieller (1954), Some problems in interval estimation, JRSS B 16
import { studentQuantile } from "../../numeric/index.ts";
import type { Estimate } from "../../statistics/index.ts";
import type { Exact, Measured } from "./measured.ts";
import { isEstimate } from "./measured.ts";
import type { CurvatureMoments, GradientMoments } from "./moments.ts";

/** A noise scale, or what can be said in place of one. */
export type NoiseScaleResult =
  | ({ readonly kind: "exact" } & Exact)
  | ({ readonly kind: "estimate" } & Estimate)
  /** The data do not tell the denominator from 0: the scale is at least `low`, with confidence `level`. */
  | {
      readonly kind: "lower-bound";
      readonly low: number;
      readonly level: number;
      readonly samples: number;
      readonly method: string;
      readonly reason: string;
    }
  | { readonly kind: "not-meaningful"; readonly reason: string };

export interface NoiseScales {
  /** Tr Σ/‖ḡ‖² of the finite set. */
  readonly simple: NoiseScaleResult;
  /** Tr Σ̂/(‖ḡ‖² − Tr Σ̂/N), Σ̂ divided by N − 1. */
  readonly simplePopulation: NoiseScaleResult;
  /** Tr(HΣ)/(ḡᵀHḡ) of the finite set; absent without curvature. */
  readonly curvature?: NoiseScaleResult;
  /** Tr(HΣ̂)/(ḡᵀHḡ − Tr(HΣ̂)/N). */
  readonly curvaturePopulation?: NoiseScaleResult;
}

export interface NoiseScaleOptions {
  /** Default 0.95. */
  readonly level?: number;
  /** Mean loss, and the loss that counts as having learnt nothing: below `nearly` of it, default 10⁻⁴, the minimum counts as interpolating. */
  readonly loss?: { readonly value: number; readonly reference: number; readonly nearly?: number };
  /** Per-sample gradients of a smaller root mean square count as vanished; default 10⁻⁸. */
  readonly minGradientNorm?: number;
}

/**
 * The noise scales of a set of samples, from numbers of each sample.
 *
 * Population intervals are Fieller's, from the influence of each sample on A and D (linearised
 * U-statistics, whose variance is never too small in the mean where G = 0). Of weighted samples the
 * population's N is (Σw)²/Σw². `not-meaningful` where the gradients of all samples vanish together,
 * where the curvature along the gradient is not positive, and where the set's mean gradient is
 * smaller than chance would make it: then the weights were fitted to these samples, which therefore
 * cannot stand for others.
 */
export function noiseScales(
  moments: GradientMoments,
  curvature?: CurvatureMoments,
  options: NoiseScaleOptions = {},
): NoiseScales {
  const { loss, minGradientNorm = 1e-8 } = options;
  const vanished = vanishing(moments, loss, minGradientNorm);
  if (vanished !== undefined) {
    const none = { kind: "not-meaningful", reason: vanished } as const;
    return {
      simple: none,
      simplePopulation: none,
      ...(curvature && { curvature: none, curvaturePopulation: none }),
    };
  }
  return {
    simple: simpleScale(moments),
    simplePopulation: simplePopulation(moments, options),
    ...(curvature && {
      curvature: curvatureScale(curvature),
      curvaturePopulation: curvaturePopulation(moments, curvature, options),
    }),
  };
}

function vanishing(
  { meanSquare, count }: GradientMoments,
  loss: NoiseScaleOptions["loss"],
  minGradientNorm: number,
): string | undefined {
  if (count < 2) return "one sample has no noise";
  const rms = Math.sqrt(meanSquare);
  if (!(rms > minGradientNorm))
    return `the gradients of all samples vanish (root mean square ${rms}), as at an interpolating minimum: noise and signal are both rounding`;
  if (loss && loss.value <= (loss.nearly ?? 1e-4) * loss.reference)
    return `the loss is ${loss.value} where nothing learnt gives ${loss.reference}, near an interpolating minimum: noise and signal vanish together`;
  return undefined;
}

function simpleScale({ trace, squaredMean, count }: GradientMoments): NoiseScaleResult {
  if (!(squaredMean > 0)) return { kind: "not-meaningful", reason: "the mean gradient is 0" };
  const method = "Tr Σ/‖ḡ‖² of the finite set";
  return { kind: "exact", value: trace / squaredMean, samples: count, method };
}

function curvatureScale({ trHSigma, alongGradient }: CurvatureMoments): NoiseScaleResult {
  if (!(alongGradient > 0))
    return {
      kind: "not-meaningful",
      reason: `the curvature along the gradient is not positive, ḡᵀHḡ = ${alongGradient}`,
    };
  const method = `Tr(HΣ)/(ḡᵀHḡ) of the finite set; ${trHSigma.method}`;
  const value = trHSigma.value / alongGradient;
  if (!isEstimate(trHSigma)) return { kind: "exact", ...trHSigma, value, method };
  const { stderr, low, high, ...rest } = trHSigma;
  return {
    kind: "estimate",
    ...rest,
    value,
    stderr: stderr / alongGradient,
    low: low / alongGradient,
    high: high / alongGradient,
    method,
  };
}

function simplePopulation(moments: GradientMoments, { level = 0.95 }: NoiseScaleOptions) {
  const { count, weights, effective, trace, squaredMean, squaredNorms, alongMean } = moments;
  const unbiased = (trace * effective) / (effective - 1);
  const above = new Float64Array(count);
  const below = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    above[i] = weights[i] * (squaredNorms[i] - 2 * alongMean[i] + squaredMean - trace);
    below[i] = weights[i] * 2 * (alongMean[i] - squaredMean) - above[i] / effective;
  }
  return fieller(
    {
      A: unbiased,
      D: squaredMean - unbiased / effective,
      AA: influence(above, above),
      AD: influence(above, below),
      DD: influence(below, below),
    },
    { level, samples: count, degrees: effective - 1, denominator: "‖ḡ‖² − Tr Σ̂/N" },
  );
}

function curvaturePopulation(
  { count, weights, effective }: GradientMoments,
  curvature: CurvatureMoments,
  { level = 0.95 }: NoiseScaleOptions,
): NoiseScaleResult {
  const { trHSigma, alongGradient, alongCurved, hessianAlong, hessianNoise } = curvature;
  const unbias = effective / (effective - 1);
  const T = trHSigma.value;
  const A = T * unbias;
  const moved = hessianNoise && hessianNoise.reduce((sum, t, i) => sum + weights[i] * t, 0) / count;
  const below = new Float64Array(count);
  const hessian = new Float64Array(count); // the part of A's influence that is Hᵢ's
  for (let i = 0; i < count; i++) {
    const along = hessianAlong ? hessianAlong[i] - alongGradient : 0;
    below[i] = weights[i] * (2 * (alongCurved[i] - alongGradient) + along);
    if (hessianNoise && moved !== undefined) hessian[i] = weights[i] * (hessianNoise[i] - moved);
  }
  // A's own influence is known at the rows that were measured, each standing for `shares` of the set.
  let [AA, AB] = [0, 0];
  curvature.rows.forEach((row, k) => {
    const own = weights[row] * (curvature.centred[k] - T) + hessian[row];
    const share = curvature.shares[k] / (weights[row] || 1);
    AA += share * own * own;
    AB += share * own * below[row];
  });
  const scale = count - 1;
  const sampled = isEstimate(trHSigma) ? (trHSigma.stderr * unbias) ** 2 : 0;
  AA = AA / scale + sampled;
  AB /= scale;
  const n = effective;
  return fieller(
    {
      A,
      D: alongGradient - A / n,
      AA,
      AD: AB - AA / n,
      DD: Math.max(0, influence(below, below) - (2 * AB) / n + AA / n ** 2),
    },
    {
      level,
      samples: curvature.rows.length,
      degrees: Math.min(effective, curvature.rows.length) - 1,
      denominator: "ḡᵀHḡ − Tr(HΣ̂)/N",
    },
  );
}

interface Ratio {
  readonly A: number;
  readonly D: number;
  /** Covariance of (A, D). */
  readonly AA: number;
  readonly AD: number;
  readonly DD: number;
}

interface Of {
  readonly level: number;
  readonly samples: number;
  readonly degrees: number;
  readonly denominator: string;
}

function fieller({ A, D, AA, AD, DD }: Ratio, of: Of): NoiseScaleResult {
  const { level, samples, degrees, denominator } = of;
  const method = `A/(${denominator}), Fieller's interval`;
  const t = studentQuantile((1 + level) / 2, degrees);
  const ends = (q: number) => {
    // The r with (A − rD)² ≤ q²·Var(A − rD).
    const a = D * D - q * q * DD;
    const b = A * D - q * q * AD;
    const c = A * A - q * q * AA;
    return { a, b, c, root: Math.sqrt(Math.max(0, b * b - a * c)) };
  };
  if (D > t * Math.sqrt(DD)) {
    const { a, b, root } = ends(t);
    const value = A / D;
    const stderr = Math.sqrt(Math.max(0, AA - 2 * value * AD + value * value * DD)) / D;
    const [low, high] = [(b - root) / a, (b + root) / a];
    return { kind: "estimate", value, stderr, low, high, level, samples, method, seed: "none" };
  }
  const once = studentQuantile(level, degrees);
  if (D < -once * Math.sqrt(DD))
    return {
      kind: "not-meaningful",
      reason: `${denominator} is ${D}, negative by more than its error ${Math.sqrt(DD)}: the set's gradient is smaller than chance makes it, so the weights were fitted to these samples (or the curvature along it is negative)`,
    };
  if (!(A > once * Math.sqrt(AA)))
    return {
      kind: "not-meaningful",
      reason: `neither the noise, ${A}, nor ${denominator}, ${D}, differs from 0 by more than its error`,
    };
  // The smallest r > 0 that A − rD ≤ q·sd(A − rD) allows.
  const { a, b, c, root } = ends(once);
  const low =
    a === 0 ? c / (2 * b) : Math.min(...[(b - root) / a, (b + root) / a].filter((r) => r > 0));
  return {
    kind: "lower-bound",
    low,
    level,
    samples,
    method,
    reason: `${denominator} is ${D} with standard error ${Math.sqrt(DD)}, not positive at ${level}`,
  };
}

/** Covariance of two means from the influences of their samples. */
function influence(a: Float64Array, b: Float64Array): number {
  const n = a.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += a[i] * b[i];
  return sum / (n * (n - 1));
}

/** Nothing measured but a number: for tables that hold any of the forms. */
export function noiseScaleValue(scale: NoiseScaleResult): Measured | undefined {
  return scale.kind === "exact" || scale.kind === "estimate" ? scale : undefined;
}
