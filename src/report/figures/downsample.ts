import type { Point } from "./spec.ts";

/**
 * At most about 4·`buckets` points that draw the same picture: in each of `buckets` equal stretches
 * of x the first, the lowest, the highest and the last point stay, so spikes and error bands keep
 * their extent. Gaps (a `y` that is no number) stay gaps. Points must be in rising order of x.
 */
export function downsample(points: readonly Point[], buckets: number): Point[] {
  if (!(buckets >= 1)) throw new RangeError(`buckets must be at least 1, got ${buckets}`);
  if (points.length <= 4 * buckets) return [...points];
  const first = points[0].x;
  const width = (points[points.length - 1].x - first) / buckets;
  const kept: Point[] = [];
  for (let start = 0; start < points.length;) {
    const bucket = Math.floor((points[start].x - first) / width);
    let end = start + 1;
    while (end < points.length && Math.floor((points[end].x - first) / width) === bucket) end++;
    for (const i of extremes(points, start, end)) kept.push(points[i]);
    start = end;
  }
  return kept;
}

function extremes(points: readonly Point[], start: number, end: number): number[] {
  let lowest = -1;
  let highest = -1;
  let gap = -1;
  for (let i = start; i < end; i++) {
    const { y, low = y, high = y } = points[i];
    if (Number.isNaN(y)) gap = i;
    else {
      if (lowest < 0 || low < (points[lowest].low ?? points[lowest].y)) lowest = i;
      if (highest < 0 || high > (points[highest].high ?? points[highest].y)) highest = i;
    }
  }
  const indices = [start, lowest, highest, gap, end - 1].filter((i) => i >= 0);
  return [...new Set(indices)].sort((a, b) => a - b);
}
