import { chiSquareSurvival, kolmogorovSurvival } from "../numeric/index.ts";
import { requireAtLeast, requireFinite, requireSameLength } from "./estimate.ts";

/** How far a sample is from a law, and the chance to be as far or farther if it obeys the law. */
export interface FitTest {
  readonly statistic: number;
  readonly pValue: number;
}

/**
 * Kolmogorov and Smirnov's test of independent values against a continuous law that was not fitted
 * to them: D = sup |Fₙ − F|, with Stephens' correction (√n + 0.12 + 0.11/√n)·D for finite n.
 *
 * @see Stephens (1970), https://doi.org/10.1111/j.2517-6161.1970.tb00821.x
 */
export function kolmogorovTest(values: ArrayLike<number>, cdf: (x: number) => number): FitTest {
  const n = values.length;
  requireAtLeast(n, 5, "a test of fit");
  const sorted = Float64Array.from(values, requireFinite).sort();
  let statistic = 0;
  for (let i = 0; i < n; i++) {
    const f = cdf(sorted[i]);
    statistic = Math.max(statistic, (i + 1) / n - f, f - i / n);
  }
  const root = Math.sqrt(n);
  return { statistic, pValue: kolmogorovSurvival((root + 0.12 + 0.11 / root) * statistic) };
}

/**
 * Pearson's test of counts against expected counts: Σ (O − E)²/E, χ² of cells − 1 − `fitted` degrees.
 *
 * @throws RangeError where an expected count is below 1, too few for the approximation.
 */
export function chiSquareTest(
  observed: ArrayLike<number>,
  expected: ArrayLike<number>,
  fitted = 0,
): FitTest & { readonly degrees: number } {
  const cells = requireSameLength(observed, expected, "observed", "expected");
  const degrees = cells - 1 - fitted;
  if (degrees < 1) throw new RangeError(`degrees of freedom must be at least 1, got ${degrees}`);
  let statistic = 0;
  for (let i = 0; i < cells; i++) {
    if (!(expected[i] >= 1))
      throw new RangeError(`expected counts must be at least 1, got ${expected[i]} at ${i}`);
    statistic += (observed[i] - expected[i]) ** 2 / expected[i];
  }
  return { statistic, degrees, pValue: chiSquareSurvival(statistic, degrees) };
}
