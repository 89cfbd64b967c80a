import { column, type RunSeries } from "./series.ts";

/** A column is known at looks: its level was first reached after one step and by another. */
interface Reach {
  readonly after: number;
  readonly by: number;
}

/** Where it is reached at the first look of all, both are that step; where never, `by` is Infinity. */
function firstReach(series: RunSeries, name: string, level: number): Reach {
  let after: number | undefined;
  for (const [i, value] of column(series, name).entries()) {
    if (value === null) continue;
    const step = series.steps[i];
    if (value >= level) return { after: after ?? step, by: step };
    after = step;
  }
  return { after: after ?? 0, by: Infinity };
}

/** Two columns that differ by less than this are one quantity. */
const sameness = 1e-3;

function areOne(series: RunSeries, first: string, second: string): boolean {
  const other = column(series, second);
  return column(series, first).every((a, i) => {
    const b = other[i];
    return a === null || b === null || Math.abs(a - b) <= sameness * Math.abs(b);
  });
}

/**
 * Step at which one column first reaches a level, over that at which another does: by the looks, and the least
 * and the most that it can be, for either may have come at any step since the look before. Both at one look leave
 * it open where there is no look between; of two columns that are one quantity it is 1.
 */
export function reachRatio(
  series: RunSeries,
  first: string,
  second: string,
  level: number,
): { readonly value: number; readonly low: number; readonly high: number } {
  const [a, b] = [firstReach(series, first, level), firstReach(series, second, level)];
  if (a.by !== Infinity && areOne(series, first, second)) return { value: 1, low: 1, high: 1 };
  if (a.by === 0 && b.by === 0) return { value: 1, low: 0, high: Infinity };
  if (a.by === Infinity) return { value: Infinity, low: over(a.after, b.by), high: Infinity };
  return { value: over(a.by, b.by), low: over(a.after, b.by), high: over(a.by, b.after) };
}

/** What comes at the start is before anything that does not. */
const over = (a: number, b: number): number => (a === 0 ? 0 : b === 0 ? Infinity : a / b);
