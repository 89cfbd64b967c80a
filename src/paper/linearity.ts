import { chiSquareSurvival } from "../numeric/index.ts";
import { compareAbscissae, type Rival } from "../statistics/index.ts";
import type { Statistic } from "./claim.ts";

/** A point of a claimed line, with its own standard error. */
export interface LinePoint {
  readonly x: number;
  readonly y: number;
  readonly stderr: number;
}

/** What else the abscissa might be. */
export type Abscissae = Readonly<Record<string, (x: number) => number>>;

/** The rivals that every claim of a line must beat. */
export const standardRivals: Abscissae = {
  "square root": (x) => Math.sqrt(x),
  logarithm: (x) => Math.log(x),
  square: (x) => x * x,
};

export interface Linearity {
  /** The slope with its error, in the place of a claim's measured statistic. */
  readonly slope: Statistic;
  /** Why the points cannot decide. Empty where they can. */
  readonly doubts: readonly string[];
  readonly fits: readonly Rival[];
  /** Chance of a χ² as large where the line holds. */
  readonly pValue: number;
}

/**
 * Whether y is a line in x and in nothing else: weighted least squares with the points' own errors, for the
 * stated abscissa and for named rivals. Decided only by at least 5 points whose y span 3, an acceptable χ²
 * (p > 0.01), and every rival rejected (ΔAIC > 6). R² decides nothing.
 */
export function linearity(
  points: readonly LinePoint[],
  {
    label,
    seed,
    rivals = standardRivals,
    span = 3,
  }: {
    readonly label: string;
    readonly seed: string;
    readonly rivals?: Abscissae;
    /** How far y must reach: 3 for logarithms of times, as e-folds. */
    readonly span?: number;
  },
): Linearity {
  const [y, sigma] = [points.map((p) => p.y), points.map((p) => p.stderr)];
  const abscissae = {
    stated: points.map(({ x }) => x),
    ...Object.fromEntries(
      Object.entries(rivals).map(([name, f]) => [name, points.map(({ x }) => f(x))]),
    ),
  };
  const fits = compareAbscissae(abscissae, y, { seed, sigma });
  const { line } = fits.find(({ name }) => name === "stated")!;
  const pValue = chiSquareSurvival(line.chiSquare, line.degrees);
  const reach = Math.max(...y) - Math.min(...y);
  const standing = fits.filter(
    ({ name, line: other }) => name !== "stated" && other.aic - line.aic <= 6,
  );
  const doubts = [
    ...(points.length < 5 ? [`${points.length} points, and 5 are needed`] : []),
    ...(reach < span ? [`the points span ${reach.toFixed(2)}, and ${span} is needed`] : []),
    ...(pValue <= 0.01
      ? [`χ² of the line is ${line.chiSquare.toPrecision(3)} on ${line.degrees} degrees`]
      : []),
    ...(standing.length > 0
      ? [`not told apart from: ${standing.map(({ name }) => name).join(", ")}`]
      : []),
  ];
  return { slope: { label, estimate: line.slope }, doubts, fits, pValue };
}
