import { normalCdf, studentCdf } from "../numeric/index.ts";
import {
  meanEstimate,
  requireAtLeast,
  requireFinite,
  requireSameLength,
  type Estimate,
  type EstimateOptions,
} from "./estimate.ts";

/** Outcome of a test of trend or difference: chances under the null, small where it is unlikely. */
export interface TrendTest {
  readonly statistic: number;
  /** P(statistic at least this large): evidence for an increase. */
  readonly pIncreasing: number;
  /** P(statistic at most this large): evidence for a decrease. */
  readonly pDecreasing: number;
  /** Twice the smaller, at most 1. */
  readonly pTwoSided: number;
  readonly method: string;
}

/**
 * Student's test of the mean of the differences after − before over pairs (the same seed, say).
 * `difference` is their mean with its interval, `statistic` is t.
 *
 * @throws RangeError for fewer than 2 pairs or lengths that differ.
 */
export function pairedDifference(
  before: ArrayLike<number>,
  after: ArrayLike<number>,
  options: EstimateOptions,
): TrendTest & { readonly difference: Estimate } {
  const n = requireSameLength(before, after, "before", "after");
  const differences = Float64Array.from(before, (x, i) => after[i] - x);
  const difference = meanEstimate(differences, {
    method: "mean of paired differences, t interval",
    ...options,
  });
  const { value, stderr } = difference;
  const t = value === 0 ? 0 : value / stderr;
  return { difference, ...tails(t, studentCdf(-t, n - 1), studentCdf(t, n - 1), "paired t test") };
}

/**
 * Mann and Kendall's test of a monotone trend in a series of independent values: S counts pairs that
 * increase less pairs that decrease. Normal approximation with tie and continuity corrections, good
 * from about 10 values; `tau` is Kendall's τb, `slope` the median of all pairwise slopes (Sen).
 *
 * Cost O(n² log n).
 */
export function mannKendall(
  values: ArrayLike<number>,
): TrendTest & { readonly tau: number; readonly slope: number } {
  const n = values.length;
  requireAtLeast(n, 4, "a test of trend");
  for (let i = 0; i < n; i++) requireFinite(values[i], i);
  let s = 0;
  const slopes = new Float64Array((n * (n - 1)) / 2);
  for (let i = 0, at = 0; i < n; i++)
    for (let j = i + 1; j < n; j++, at++) {
      s += Math.sign(values[j] - values[i]);
      slopes[at] = (values[j] - values[i]) / (j - i);
    }
  slopes.sort();
  const middle = slopes.length / 2;
  const slope = (slopes[Math.ceil(middle) - 1] + slopes[Math.floor(middle)]) / 2;

  let variance = n * (n - 1) * (2 * n + 5);
  let tiedPairs = 0;
  for (const t of tieSizes(values)) {
    variance -= t * (t - 1) * (2 * t + 5);
    tiedPairs += (t * (t - 1)) / 2;
  }
  const deviation = Math.sqrt(variance / 18);
  const pairs = slopes.length;
  const upper = deviation === 0 ? 1 : normalCdf((1 - s) / deviation);
  const lower = deviation === 0 ? 1 : normalCdf((s + 1) / deviation);
  return {
    ...tails(s, upper, lower, "Mann–Kendall, normal approximation"),
    tau: pairs === tiedPairs ? 0 : s / Math.sqrt(pairs * (pairs - tiedPairs)),
    slope,
  };
}

/**
 * Page's test of an ordered alternative: row r of `table` holds what seed r gave under conditions
 * 0 … k − 1, expected to increase in that order. L = Σⱼ (j + 1)·(sum of ranks under j). Exact up to
 * k = 7 without ties, by convolution over rows; else the normal approximation with mid-ranks.
 *
 * @see Page (1963), Ordered hypotheses for multiple treatments, https://doi.org/10.1080/01621459.1963.10500843
 * @throws RangeError for fewer than 2 rows, fewer than 3 conditions, or rows that differ in length.
 */
export function pageTrend(table: readonly ArrayLike<number>[]): TrendTest {
  const n = table.length;
  requireAtLeast(n, 2, "Page's test");
  const k = table[0].length;
  if (k < 3) throw new RangeError(`conditions must be at least 3 for Page's test, got ${k}`);
  let statistic = 0;
  let ties = false;
  for (const row of table) {
    if (row.length !== k)
      throw new RangeError(`rows must have one length, got ${row.length} and ${k}`);
    ties ||= tieSizes(row).length > 0;
    for (let j = 0; j < k; j++) statistic += (j + 1) * rank(row, j);
  }
  if (k <= 7 && !ties) {
    const counts = convolve(pageCounts(k), n);
    let upper = 0;
    let lower = 0;
    counts.forEach((chance, value) => {
      if (value >= statistic) upper += chance;
      if (value <= statistic) lower += chance;
    });
    return tails(statistic, upper, lower, "Page's L, exact");
  }
  const mean = (n * k * (k + 1) ** 2) / 4;
  const deviation = Math.sqrt((n * k * k * (k + 1) ** 2 * (k - 1)) / 144);
  const z = (statistic - mean) / deviation;
  return tails(statistic, normalCdf(-z), normalCdf(z), "Page's L, normal approximation");
}

function tails(
  statistic: number,
  pIncreasing: number,
  pDecreasing: number,
  method: string,
): TrendTest {
  const pTwoSided = Math.min(1, 2 * Math.min(pIncreasing, pDecreasing));
  return { statistic, pIncreasing, pDecreasing, pTwoSided, method };
}

/** Rank of row[j] from 1, the mean rank among equals. */
function rank(row: ArrayLike<number>, j: number): number {
  const x = requireFinite(row[j], j);
  let below = 0;
  let equal = 0;
  for (let i = 0; i < row.length; i++) {
    if (row[i] < x) below++;
    if (row[i] === x) equal++;
  }
  return below + (equal + 1) / 2;
}

function tieSizes(values: ArrayLike<number>): number[] {
  const counts = new Map<number, number>();
  for (let i = 0; i < values.length; i++) counts.set(values[i], (counts.get(values[i]) ?? 0) + 1);
  return [...counts.values()].filter((count) => count > 1);
}

/** chances[v] of Σⱼ (j + 1)·rank(j) = v for one row, all k! orders alike. */
function pageCounts(k: number): Float64Array {
  const counts = new Float64Array((k * (k + 1) * (2 * k + 1)) / 6 + 1);
  let orders = 0;
  const place = (j: number, used: number, sum: number) => {
    if (j > k) {
      counts[sum]++;
      orders++;
      return;
    }
    for (let r = 1; r <= k; r++) if (!(used & (1 << r))) place(j + 1, used | (1 << r), sum + j * r);
  };
  place(1, 0, 0);
  return counts.map((count) => count / orders);
}

/** The distribution of the sum of n independent draws. */
function convolve(chances: Float64Array, n: number): Float64Array {
  let total = Float64Array.of(1);
  for (let row = 0; row < n; row++) {
    const next = new Float64Array(total.length + chances.length - 1);
    for (let i = 0; i < total.length; i++)
      if (total[i] > 0)
        for (let j = 0; j < chances.length; j++) next[i + j] += total[i] * chances[j];
    total = next;
  }
  return total;
}
