import { chiSquareSurvival } from "../numeric/index.ts";
import type { Json } from "../run/index.ts";
import { fitLine } from "../statistics/index.ts";
import type { Statistic } from "./claim.ts";
import { linearity, type LinePoint } from "./linearity.ts";
import type { Plan } from "./paper.ts";
import type { Condition } from "./conditions.ts";

/** A statistic in other units; exact where it was. */
export function scaledBy({ label, estimate }: Statistic, factor: number): Statistic {
  const { value, low, high } = estimate;
  const ends = [low * factor, high * factor];
  return {
    label,
    estimate: { value: value * factor, low: Math.min(...ends), high: Math.max(...ends) },
  };
}

/** The results of several scans, which were planned one after another. */
export function splitResults(
  results: readonly Json[],
  scans: readonly (readonly Condition[])[],
  { seeds }: Plan,
): (readonly Json[])[] {
  let from = 0;
  return scans.map((scan) => results.slice(from, (from += scan.length * seeds.length)));
}

export interface Slope {
  readonly statistic: Statistic;
  /** The number alone, for points without error. */
  readonly value: Statistic;
  /** Chance of a χ² as large where the line holds. */
  readonly pValue: number;
}

/** Where nothing could be fitted: no interval decides. */
const nothing = { value: NaN, low: NaN, high: NaN };

/** The slope of a weighted line, without rivals: for controls, and where the law is no line. */
export function slopeOf(points: readonly LinePoint[], label: string, seed: string): Slope {
  if (points.some(({ y, stderr }) => !(Number.isFinite(y) && stderr > 0)))
    return {
      statistic: { label, estimate: nothing },
      value: { label, estimate: nothing },
      pValue: NaN,
    };
  const { slope, chiSquare, degrees } = fitLine(
    points.map(({ x }) => x),
    points.map(({ y }) => y),
    { seed, sigma: points.map(({ stderr }) => stderr) },
  );
  return {
    statistic: { label, estimate: slope },
    value: exactly(label, slope.value),
    pValue: chiSquareSurvival(chiSquare, degrees),
  };
}

const exactly = (label: string, value: number): Statistic => ({
  label,
  estimate: { value, low: value, high: value },
});

/** `linearity`, with a doubt in the place of a fit where some point has no finite error. */
export function lineOf(
  points: readonly LinePoint[],
  options: Parameters<typeof linearity>[1],
): { readonly slope: Statistic; readonly doubts: readonly string[] } {
  const bad = points.filter(({ y, stderr }) => !(Number.isFinite(y) && stderr > 0)).length;
  if (bad > 0)
    return {
      slope: { label: options.label, estimate: nothing },
      doubts: [`${bad} of ${points.length} points have no finite value and error`],
    };
  return linearity(points, options);
}

/** −d ln τ/d ln k: the power of k that the rate grows with. */
export const rateExponent = (points: readonly LinePoint[], label: string, seed: string): Slope =>
  slopeOf(
    points.map(({ x, y, stderr }) => ({ x: Math.log(x), y: -y, stderr })),
    label,
    seed,
  );

/** a − b of independent numbers, over `unit`, with the normal interval. */
export function difference(
  a: { readonly value: number; readonly stderr: number },
  b: { readonly value: number; readonly stderr: number },
  label: string,
  unit = 1,
): Statistic {
  const value = (a.value - b.value) / unit;
  const half = (1.96 * Math.hypot(a.stderr, b.stderr)) / Math.abs(unit);
  return { label, estimate: { value, low: value - half, high: value + half } };
}

/** The weighted mean of independent numbers with errors of their own, and whether they agree. */
export function weightedAverage(
  points: readonly Pick<LinePoint, "y" | "stderr">[],
  label: string,
): Slope {
  const weights = points.map(({ stderr }) => 1 / stderr ** 2);
  const total = weights.reduce((sum, w) => sum + w, 0);
  const value = points.reduce((sum, { y }, i) => sum + weights[i] * y, 0) / total;
  const chiSquare = points.reduce((sum, { y }, i) => sum + weights[i] * (y - value) ** 2, 0);
  const half = 1.96 / Math.sqrt(total);
  return {
    statistic: { label, estimate: { value, low: value - half, high: value + half } },
    value: exactly(label, value),
    pValue: chiSquareSurvival(chiSquare, points.length - 1),
  };
}
