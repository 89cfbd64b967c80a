// Distribution functions and quantiles of the sampling distributions. Probabilities are lower tails;
// quantiles invert them and keep relative accuracy near 10⁻¹² in both tails as long as p itself has it.
import {
  logGamma,
  regularizedBeta,
  regularizedGammaP,
  regularizedGammaQ,
  requirePositive,
} from "./gamma.ts";
import { invert, type Continuous } from "./invert.ts";
import { normalCdf, normalQuantile, requireProbability } from "./normal.ts";

/** P(T ≤ t) of Student's t with `df` > 0 degrees of freedom, whole or not; Infinity is the normal. */
export function studentCdf(t: number, df: number): number {
  requirePositive("degrees of freedom", df);
  if (df === Infinity) return normalCdf(t);
  if (t > 0) return 1 - studentCdf(-t, df);
  if (t === -Infinity) return 0;
  const square = t * t;
  return 0.5 * regularizedBeta(df / (df + square), df / 2, 0.5, square / (df + square));
}

/** t with P(T ≤ t) = p. */
export function studentQuantile(p: number, df: number): number {
  requirePositive("degrees of freedom", df);
  requireProbability(p);
  if (df === Infinity) return normalQuantile(p);
  if (p > 0.5) return -studentQuantile(1 - p, df);
  if (p === 0.5) return 0;
  if (df === 1) return p === 0 ? -Infinity : -1 / Math.tan(Math.PI * p);
  if (df === 2) return (2 * p - 1) / Math.sqrt(2 * p * (1 - p));
  const logScale = logGamma((df + 1) / 2) - logGamma(df / 2) - 0.5 * Math.log(df * Math.PI);
  const student: Continuous = {
    low: -Infinity,
    high: Infinity,
    cdf: (t) => studentCdf(t, df),
    survival: (t) => studentCdf(-t, df),
    density: (t) => Math.exp(logScale - ((df + 1) / 2) * Math.log1p((t * t) / df)),
  };
  return invert(student, p, p === 0 ? -1 : normalQuantile(p));
}

/** P(X ≤ x) of χ² with `df` > 0 degrees of freedom. */
export function chiSquareCdf(x: number, df: number): number {
  requirePositive("degrees of freedom", df);
  return x <= 0 ? 0 : regularizedGammaP(df / 2, x / 2);
}

/** P(X > x) of χ², without cancellation: the p-value of a test. */
export function chiSquareSurvival(x: number, df: number): number {
  requirePositive("degrees of freedom", df);
  return x <= 0 ? 1 : regularizedGammaQ(df / 2, x / 2);
}

/** x with P(X ≤ x) = p of χ². */
export function chiSquareQuantile(p: number, df: number): number {
  requirePositive("degrees of freedom", df);
  requireProbability(p);
  const logScale = (df / 2) * Math.LN2 + logGamma(df / 2);
  const chiSquare: Continuous = {
    low: 0,
    high: Infinity,
    cdf: (x) => chiSquareCdf(x, df),
    survival: (x) => chiSquareSurvival(x, df),
    density: (x) => Math.exp((df / 2 - 1) * Math.log(x) - x / 2 - logScale),
  };
  if (p === 0 || p === 1) return invert(chiSquare, p, df);
  // Wilson and Hilferty's cube, or the leading power of x where the cube is no good.
  const cube = df * (1 - 2 / (9 * df) + normalQuantile(p) * Math.sqrt(2 / (9 * df))) ** 3;
  const power = 2 * Math.exp((Math.log(p) + logGamma(df / 2 + 1)) / (df / 2));
  return invert(chiSquare, p, cube > 0.1 * df ? cube : Math.max(power, 1e-300));
}

/** P(X ≤ x) of Fisher's F with `df1`, `df2` degrees of freedom. */
export function fisherCdf(x: number, df1: number, df2: number): number {
  requirePositive("degrees of freedom", df1);
  requirePositive("degrees of freedom", df2);
  if (x <= 0) return 0;
  const sum = df1 * x + df2;
  return regularizedBeta((df1 * x) / sum, df1 / 2, df2 / 2, df2 / sum);
}

/** x with P(X ≤ x) = p of Fisher's F. */
export function fisherQuantile(p: number, df1: number, df2: number): number {
  requirePositive("degrees of freedom", df1);
  requirePositive("degrees of freedom", df2);
  requireProbability(p);
  const logScale =
    logGamma((df1 + df2) / 2) -
    logGamma(df1 / 2) -
    logGamma(df2 / 2) +
    (df1 / 2) * Math.log(df1 / df2);
  const fisher: Continuous = {
    low: 0,
    high: Infinity,
    cdf: (x) => fisherCdf(x, df1, df2),
    survival: (x) => fisherCdf(1 / x, df2, df1),
    density: (x) =>
      Math.exp(
        logScale + (df1 / 2 - 1) * Math.log(x) - ((df1 + df2) / 2) * Math.log1p((df1 * x) / df2),
      ),
  };
  return invert(fisher, p, 1);
}

/**
 * K(x) = lim P(√n·Dₙ ≤ x), Kolmogorov's distribution: 1 − 2 Σₖ (−1)ᵏ⁻¹ e^(−2k²x²), or for small x
 * its theta transform √(2π)/x · Σₖ e^(−(2k−1)²π²/8x²). Relative error below 5·10⁻¹⁴ for x ≥ 0.1.
 */
export function kolmogorovCdf(x: number): number {
  if (!(x > 0)) return 0;
  if (x > 1) return 1 - kolmogorovSurvival(x);
  let sum = 0;
  for (let k = 1; k <= 5; k++) sum += Math.exp((-((2 * k - 1) ** 2) * Math.PI ** 2) / (8 * x * x));
  return (Math.sqrt(2 * Math.PI) / x) * sum;
}

/** 1 − K(x), without cancellation: the p-value of a test. */
export function kolmogorovSurvival(x: number): number {
  if (!(x > 1)) return 1 - kolmogorovCdf(x);
  let sum = 0;
  for (let k = 1; k <= 5; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * x * x);
  return sum;
}
