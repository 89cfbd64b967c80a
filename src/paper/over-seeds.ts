import type { Json } from "../run/index.ts";
import { type Estimate, meanEstimate } from "../statistics/index.ts";

/** A value and the ends of its interval. */
export type Ends = Pick<Estimate, "value" | "low" | "high">;

/** A number a seed; without an interval where there are fewer than two, or one is not finite. */
export function overSeeds(values: readonly number[], seeds: readonly string[]): Ends {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length < 2 || !values.every(Number.isFinite))
    return { value: mean, low: NaN, high: NaN };
  return meanEstimate(values, { seed: seeds.join(" "), method: "mean over seeds, t interval" });
}

/** Results a condition: the seeds' results of each lie together, in the order of the plan. */
export function bySeed<T>(results: readonly Json[], seeds: number): T[][] {
  return Array.from({ length: results.length / seeds }, (_, i) =>
    results.slice(i * seeds, (i + 1) * seeds),
  ) as unknown as T[][];
}
