import type { Estimate, EstimateOptions } from "../../statistics/index.ts";
import { skewedMeanEstimate } from "../traces/skewed-mean.ts";
import { interval } from "./measured.ts";

/**
 * A smooth function of means, of columns that were observed together, row by row: its value at the
 * means of all rows, and the error from leaving out a row at a time. What the columns share, a probe
 * or a sample, correlates their errors, and the error of the function has that in it.
 *
 * The value is the plain one, biased by O(1/rows); t interval with rows − 1 degrees, widened for the
 * skewness of the pseudo-values. Intervals on the log scale cover ratios no better, and worse where a
 * trace is told from 0 by little.
 */
export function jackknife(
  columns: readonly ArrayLike<number>[],
  statistic: (means: number[]) => number,
  options: EstimateOptions,
): Estimate {
  const n = columns[0]?.length ?? 0;
  if (!(n >= 2)) throw new RangeError(`rows must be at least 2 to give an error bar, got ${n}`);
  for (const column of columns)
    if (column.length !== n)
      throw new RangeError(`columns must have one length, got ${column.length} and ${n}`);
  const sums = columns.map((column) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += column[i];
    return sum;
  });
  const value = statistic(sums.map((sum) => sum / n));
  const without = Float64Array.from({ length: n }, (_, i) =>
    statistic(sums.map((sum, k) => (sum - columns[k][i]) / (n - 1))),
  );
  const mean = without.reduce((sum, x) => sum + x, 0) / n;
  const squares = without.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  const stderr = Math.sqrt(((n - 1) / n) * squares);
  const method = `${options.method ?? "function of means"}, jackknife, t interval`;
  const pseudo = skewedMeanEstimate(
    without.map((x) => n * value - (n - 1) * x),
    options,
  );
  const [low, high] = [pseudo.low, pseudo.high].map((end) => value + (end - pseudo.value));
  return { ...interval(value, stderr, n - 1, { ...options, method }, n, false), low, high };
}
