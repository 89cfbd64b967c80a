// Gradient noise scales: the batch size at which the noise of a mini-batch gradient costs as much as
// its signal gains. In four forms. `simple` = Tr Σ/‖ḡ‖² and `curvature` = Tr(HΣ)/(ḡᵀHḡ) belong to the
// finite set itself, and saturate near the number of samples, since ḡ has the noise of N samples in
// it: ‖ḡ‖² ≈ ‖G‖² + Tr Σ/N. `simplePopulation` and `curvaturePopulation` take that noise off again,
// and speak of the distribution that the samples were drawn from. None of them is a batch size to use.
//
// The population forms are ratios A/D of two correlated means whose denominator may be anywhere
// near 0: the set of all r that A − rD = 0 is compatible with (Fieller) has the right coverage there
// and says when it has no upper end.
//
// McCandlish et al. (2018), An empirical model of large-batch training, https://arxiv.org/abs/1812.06162
// Fieller (1954), Some problems in interval estimation, JRSS B 16
import { regularizedGammaP, studentQuantile } from "../../numeric/index.ts";
import type { Estimate } from "../../statistics/index.ts";
import { skewedMeanEstimate } from "../traces/skewed-mean.ts";
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
 * Population intervals are of Fieller's kind, from the influence of each sample on A and D (linearised
 * U-statistics), with D's variance at the r that is tried, and widened for the skewness that squared
 * gradients have where the influence of all samples is known. Coverage of the 95 % interval with
 * 100 samples: 95–96 % where coordinates have tails as light as a normal's, 97–98 % where the signal is
 * barely told from 0, 87–90 % where they are exponential and no larger than the signal (95 % with
 * 400). Of weighted samples the population's N is (Σw)²/Σw². `not-meaningful` where the gradients of
 * all samples vanish together, where the curvature along the gradient is not positive, and where the
 * set's mean gradient is smaller than chance makes it: then the weights were fitted to these samples, which
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
  const { level = 0.95 } = options;
  const reason = fitted(moments, level);
  const none = reason === undefined ? undefined : ({ kind: "not-meaningful", reason } as const);
  return {
    simple: simpleScale(moments),
    simplePopulation: none ?? simplePopulation(moments, level),
    ...(curvature && {
      curvature: curvatureScale(curvature),
      curvaturePopulation: none ?? curvaturePopulation(moments, curvature, level),
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
    return `the gradients of all samples vanish (root mean square ${three(rms)}), as at an interpolating minimum: noise and signal are both rounding`;
  if (loss && loss.value <= (loss.nearly ?? 1e-4) * loss.reference)
    return `the loss is ${three(loss.value)} where nothing learnt gives ${loss.reference}, near an interpolating minimum: noise and signal vanish together`;
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
      reason: `the curvature along the gradient is not positive, ḡᵀHḡ = ${three(alongGradient)}`,
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

/** Tr Σ of a gradient that is only noise would leave ‖ḡ‖² about Tr Σ/N·χ²_ν/ν, ν = (Tr Σ)²/Tr Σ². */
function fitted(
  { trace, squaredMean, effective, squareTrace = trace ** 2 }: GradientMoments,
  level: number,
): string | undefined {
  const nu = trace ** 2 / squareTrace;
  const ratio = (squaredMean * (effective - 1)) / trace;
  if (!(trace > 0) || regularizedGammaP(nu / 2, (nu * ratio) / 2) > 1 - level) return undefined;
  return `‖ḡ‖² is ${three(ratio)} of what chance alone makes it over ${Math.round(effective)} samples: the weights were fitted to these samples, which cannot stand for others`;
}

function simplePopulation(moments: GradientMoments, level: number): NoiseScaleResult {
  const { count, weights, effective, trace, squaredMean, squaredNorms, alongMean } = moments;
  const { squareTrace = trace ** 2 } = moments; // rank one has the most
  const unbiased = (trace * effective) / (effective - 1);
  const above = new Float64Array(count);
  const below = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    above[i] = weights[i] * (squaredNorms[i] - 2 * alongMean[i] + squaredMean - trace);
    below[i] = weights[i] * 2 * (alongMean[i] - squaredMean) - above[i] / effective;
  }
  return scoreRatio({
    A: unbiased,
    D: squaredMean - unbiased / effective,
    raw: squaredMean,
    AA: covariance(above, above),
    AD: covariance(above, below),
    DD: covariance(below, below),
    least: (2 * squareTrace) / effective ** 2,
    influence: { above, below },
    level,
    samples: count,
    degrees: effective - 1,
    denominator: "‖ḡ‖² − Tr Σ̂/N",
  });
}

function curvaturePopulation(
  { count, weights, effective: n }: GradientMoments,
  curvature: CurvatureMoments,
  level: number,
): NoiseScaleResult {
  const { trHSigma, alongGradient, alongCurved, hessianAlong, hessianNoise } = curvature;
  const unbias = n / (n - 1);
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
  // A's own influence is known at the rows that were measured, each standing for its share of the set.
  let [AA, AB] = [0, 0];
  const above = new Float64Array(count);
  curvature.rows.forEach((row, k) => {
    const own = weights[row] * (curvature.centred[k] - T) + hessian[row];
    const share = curvature.shares[k] / (weights[row] || 1);
    above[row] = own;
    AA += (share * own * own) / (count - 1);
    AB += (share * own * below[row]) / (count - 1);
  });
  const complete = !isEstimate(trHSigma);
  if (!complete) AA += (trHSigma.stderr * unbias) ** 2;
  return scoreRatio({
    A,
    D: alongGradient - A / n,
    raw: alongGradient,
    AA,
    AD: AB - AA / n,
    DD: Math.max(0, covariance(below, below) - (2 * AB) / n + AA / n ** 2),
    least: (2 * curvature.squareTrace) / n ** 2,
    ...(complete && { influence: { above, below: below.map((b, i) => b - above[i] / n) } }),
    level,
    samples: curvature.rows.length,
    degrees: Math.min(n, curvature.rows.length) - 1,
    denominator: "ḡᵀHḡ − Tr(HΣ̂)/N",
  });
}

/** A ratio A/D whose denominator is `raw`, quadratic in a mean gradient, less the noise in it. */
interface Ratio {
  readonly A: number;
  readonly D: number;
  readonly raw: number;
  /** Covariance of (A, D), linearised. */
  readonly AA: number;
  readonly AD: number;
  readonly DD: number;
  /** Variance of D where there is no signal. */
  readonly least: number;
  /** Of every sample on A and on D, where all are known. */
  readonly influence?: { readonly above: Float64Array; readonly below: Float64Array };
  readonly level: number;
  readonly samples: number;
  readonly degrees: number;
  readonly denominator: string;
}

/**
 * All r that A − rD = 0 is compatible with. The linear part of D's variance is proportional to the
 * signal in it, and is taken at what r makes the signal to be, A/r: with the variance at the estimate
 * an interval is shortest where the gradient came out too small by chance.
 */
function scoreRatio(ratio: Ratio): NoiseScaleResult {
  const { A, D, raw, AA, AD, DD, least, level, samples, degrees, denominator } = ratio;
  const method = `A/(${denominator}), score interval`;
  const skewed = skewness(ratio);
  const within = (level: number) => {
    const t = studentQuantile((1 + level) / 2, degrees);
    return (r: number) => {
      const part = raw > 0 ? Math.max(0, A) / r / raw : 1;
      const variance = AA - 2 * r * AD * Math.sqrt(part) + r * r * (DD * part + least);
      return (A - r * D) ** 2 <= t * t * Math.max(0, variance);
    };
  };
  const spread = Math.sqrt(DD * (raw > 0 ? Math.max(0, D) / raw : 1) + least);
  if (!(A > studentQuantile(level, degrees) * Math.sqrt(AA)))
    return {
      kind: "not-meaningful",
      reason: `the noise, ${three(A)}, does not differ from 0 by more than its error, ${three(Math.sqrt(AA))}`,
    };
  if (D > 0) {
    const value = A / D;
    const high = outward(outward(value, Infinity, within(level)), Infinity, skewed(level));
    if (high < Infinity) {
      const low = outward(outward(value, 0, within(level)), 0, skewed(level));
      const variance = AA - 2 * value * AD + value ** 2 * spread ** 2;
      const stderr = Math.sqrt(Math.max(0, variance)) / D;
      return { kind: "estimate", value, stderr, low, high, level, samples, method, seed: "none" };
    }
  }
  if (!(raw > 0) && D < -2 * spread)
    return {
      kind: "not-meaningful",
      reason: `${denominator} is negative, ${three(D)} with error ${three(spread)}`,
    };
  const once = within(2 * level - 1);
  const far = D > 0 ? A / D : (1e6 * A) / Math.sqrt(least);
  return {
    kind: "lower-bound",
    low: outward(outward(far, 0, once), 0, skewed(2 * level - 1)),
    level,
    samples,
    method,
    reason: `${denominator} is ${three(D)} with standard error ${three(spread)}, not positive at ${level}`,
  };
}

/** Whether the samples' own A − rD, with their skewness, allow that it is 0. */
function skewness({ A, D, influence }: Ratio): (level: number) => (r: number) => boolean {
  if (influence === undefined) return () => () => false;
  const { above, below } = influence;
  const values = new Float64Array(above.length);
  return (level) => (r) => {
    for (let i = 0; i < values.length; i++) values[i] = A + above[i] - r * (D + below[i]);
    const { low, high } = skewedMeanEstimate(values, { seed: "none", level });
    return low <= 0 && high >= 0;
  };
}

/** The last r that is inside on the way from `from` to `end`, 0 or Infinity, to 10⁻³; `from` where the next is not. */
function outward(from: number, end: number, inside: (r: number) => boolean): number {
  if (!(from > 0 && from < Infinity)) return from;
  let step = end === 0 ? 1 / 1.1 : 1.1;
  let [good, bad] = [from, from * step];
  for (let k = 0; inside(bad); k++) {
    if (k === 12) return end;
    step *= step;
    [good, bad] = [bad, bad * Math.min(1e9, Math.max(1e-9, step))];
  }
  while (Math.abs(bad / good - 1) > 1e-3) {
    const middle = Math.sqrt(good * bad);
    if (inside(middle)) good = middle;
    else bad = middle;
  }
  return good;
}

/** Covariance of two means from the influences of their samples. */
function covariance(a: Float64Array, b: Float64Array): number {
  const n = a.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += a[i] * b[i];
  return sum / (n * (n - 1));
}

/** Nothing measured but a number: for tables that hold any of the forms. */
export function noiseScaleValue(scale: NoiseScaleResult): Measured | undefined {
  return scale.kind === "exact" || scale.kind === "estimate" ? scale : undefined;
}

/** With three digits, as a person reads it. */
function three(value: number): string {
  return String(Number(value.toPrecision(3))).replace("-", "−");
}
