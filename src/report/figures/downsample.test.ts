import * as fc from "fast-check";
import { expect, test } from "vitest";
import { downsample } from "./downsample.ts";
import type { Point } from "./spec.ts";

const curve = fc
  .array(
    fc.record({
      y: fc.oneof(fc.double({ min: -9, max: 9 }), fc.constant(NaN)),
      half: fc.double({ min: 0, max: 3, noNaN: true }),
    }),
    { minLength: 1, maxLength: 400 },
  )
  .map((rows) => rows.map(({ y, half }, x): Point => ({ x, y, low: y - half, high: y + half })));

const lowest = (points: readonly Point[]) =>
  Math.min(...points.map((p) => (Number.isNaN(p.y) ? Infinity : p.low!)));
const highest = (points: readonly Point[]) =>
  Math.max(...points.map((p) => (Number.isNaN(p.y) ? -Infinity : p.high!)));

test("keeps the ends, the extremes of the band and the order, in at most 5 points a bucket", () => {
  fc.assert(
    fc.property(curve, fc.integer({ min: 1, max: 50 }), (points, buckets) => {
      const kept = downsample(points, buckets);
      expect(kept[0]).toBe(points[0]);
      expect(kept.at(-1)).toBe(points.at(-1));
      expect(lowest(kept)).toBe(lowest(points));
      expect(highest(kept)).toBe(highest(points));
      expect(kept.every((p, i) => i === 0 || p.x > kept[i - 1].x)).toBe(true);
      // The last point may stand alone on the edge of the last bucket.
      expect(kept.length).toBeLessThanOrEqual(Math.max(4 * buckets, 5 * buckets + 1));
    }),
  );
});

test("every stretch keeps its own lowest and highest point", () => {
  const points = Array.from({ length: 10_001 }, (_, x) => ({
    x,
    y: Math.sin(x / 7) + (x === 5_003 ? 50 : 0),
  }));
  const kept = downsample(points, 100);
  expect(kept.some((p) => p.x === 5_003)).toBe(true);
  for (let start = 0; start < 10_000; start += 100) {
    const inside = (p: Point) => p.x >= start && p.x < start + 100;
    const ys = points.filter(inside).map((p) => p.y);
    const keptYs = kept.filter(inside).map((p) => p.y);
    expect(Math.min(...keptYs)).toBe(Math.min(...ys));
    expect(Math.max(...keptYs)).toBe(Math.max(...ys));
  }
});

test("a gap stays a gap", () => {
  const points = Array.from({ length: 1000 }, (_, x) => ({ x, y: x === 417 ? NaN : 1 }));
  expect(downsample(points, 10).filter((p) => Number.isNaN(p.y))).toEqual([{ x: 417, y: NaN }]);
});

test("refuses no buckets", () => {
  expect(() => downsample([], 0)).toThrow(/^buckets must be at least 1, got 0$/);
});
