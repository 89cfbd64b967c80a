import {
  requireAtLeast,
  requireFinite,
  requireSameLength,
  studentEstimate,
  type Estimate,
  type EstimateOptions,
} from "./estimate.ts";

/** y = intercept + slope·x. */
export interface Line {
  readonly slope: Estimate;
  readonly intercept: Estimate;
  /** Σ wᵢ (yᵢ − fit)². With w = 1/σ², χ² of `degrees` degrees where the line holds. */
  readonly chiSquare: number;
  readonly degrees: number;
  /** 1 − Σ w r² / Σ w (y − ȳ)². */
  readonly rSquared: number;
  /** −2 ln L + 2·parameters; the scale counts as a parameter where it was fitted. */
  readonly aic: number;
}

export interface LineOptions extends EstimateOptions {
  /** Standard errors of the yᵢ. Absent: equal, unknown, and taken from the residuals. */
  readonly sigma?: ArrayLike<number>;
}

/**
 * Weighted least squares of a line. With `sigma` the errors are those of the yᵢ and intervals are
 * normal; without, they come from the residuals and intervals are Student's of n − 2 degrees.
 *
 * @throws RangeError for fewer than 3 points, an abscissa without spread, a sigma that is not positive.
 */
export function fitLine(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  { sigma, ...options }: LineOptions,
): Line {
  const n = requireSameLength(x, y, "x", "y");
  requireAtLeast(n, 3, "an error bar of a line");
  const w = weights(sigma, n);
  let total = 0;
  let meanX = 0;
  let meanY = 0;
  for (let i = 0; i < n; i++) {
    total += w[i];
    meanX += w[i] * requireFinite(x[i], i);
    meanY += w[i] * requireFinite(y[i], i);
  }
  meanX /= total;
  meanY /= total;
  let sxx = 0;
  let sxy = 0;
  let syy = 0;
  for (let i = 0; i < n; i++) {
    sxx += w[i] * (x[i] - meanX) ** 2;
    sxy += w[i] * (x[i] - meanX) * (y[i] - meanY);
    syy += w[i] * (y[i] - meanY) ** 2;
  }
  if (!(sxx > 0)) throw new RangeError(`x must have spread, got ${n} values of ${x[0]}`);
  const slope = sxy / sxx;
  let chiSquare = 0;
  for (let i = 0; i < n; i++) chiSquare += w[i] * (y[i] - meanY - slope * (x[i] - meanX)) ** 2;
  const scale = sigma === undefined ? chiSquare / (n - 2) : 1;
  const degrees = sigma === undefined ? n - 2 : Infinity;
  const estimate = (value: number, unitVariance: number) =>
    studentEstimate(value, Math.sqrt(scale * unitVariance), degrees, n, {
      method:
        sigma === undefined
          ? "least squares, t interval"
          : "weighted least squares, normal interval",
      ...options,
    });
  return {
    slope: estimate(slope, 1 / sxx),
    intercept: estimate(meanY - slope * meanX, 1 / total + (meanX * meanX) / sxx),
    chiSquare,
    degrees: n - 2,
    rSquared: syy > 0 ? 1 - chiSquare / syy : 1,
    aic: aic(chiSquare, w, n, sigma !== undefined),
  };
}

/** One abscissa among rivals. */
export interface Rival {
  readonly name: string;
  readonly line: Line;
  /** AIC above that of the best. */
  readonly deltaAic: number;
  /** exp(−Δ/2), normalised: the weight of evidence among these rivals. */
  readonly weight: number;
}

/**
 * Which of several abscissae (1/ΔL, log ΔL, …) makes the same ordinates a line: one fit each, best
 * AIC first. A Δ beyond 10 leaves a rival essentially no support.
 *
 * @see Burnham, Anderson (2004), https://doi.org/10.1177/0049124104268644
 */
export function compareAbscissae(
  rivals: Readonly<Record<string, ArrayLike<number>>>,
  y: ArrayLike<number>,
  options: LineOptions,
): Rival[] {
  const names = Object.keys(rivals);
  if (names.length < 2) throw new RangeError(`rivals must be at least 2, got ${names.length}`);
  const lines = names
    .map((name) => ({ name, line: fitLine(rivals[name], y, options) }))
    .toSorted((a, b) => a.line.aic - b.line.aic);
  const best = lines[0].line.aic;
  const evidence = lines.map(({ line }) =>
    line.aic === best ? 1 : Math.exp((best - line.aic) / 2),
  );
  const sum = evidence.reduce((a, b) => a + b);
  return lines.map(({ name, line }, i) => ({
    name,
    line,
    deltaAic: line.aic === best ? 0 : line.aic - best,
    weight: evidence[i] / sum,
  }));
}

function weights(sigma: ArrayLike<number> | undefined, n: number): Float64Array {
  if (sigma === undefined) return new Float64Array(n).fill(1);
  if (sigma.length !== n)
    throw new RangeError(`sigma must have one value a point, ${n}, got ${sigma.length}`);
  return Float64Array.from(sigma, (s, i) => {
    if (!(s > 0 && s < Infinity))
      throw new RangeError(`sigma must be positive and finite, got ${s} at ${i}`);
    return 1 / (s * s);
  });
}

function aic(chiSquare: number, w: Float64Array, n: number, known: boolean): number {
  const scales = n * Math.log(2 * Math.PI) - w.reduce((sum, x) => sum + Math.log(x), 0);
  return known ? chiSquare + scales + 4 : n * Math.log(chiSquare / n) + n + scales + 6;
}
