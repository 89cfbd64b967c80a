/**
 * A value and, where it is an estimate, its confidence interval. Without `low` and `high` it is
 * exact. Every `Estimate` of the statistics folder is one.
 */
export interface Interval {
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
}
