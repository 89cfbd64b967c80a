import type { Point } from "../../report/index.ts";
import type { LinePoint } from "../linearity.ts";
import type { ScaleName } from "../paper.ts";
import type { EscapePoint } from "./escape-task.ts";

/** ln τ over all seeds' walkers, who are equally many: the mean and its error. */
export function pooled(points: readonly EscapePoint[]): EscapePoint {
  const n = points.length;
  const sum = (of: (p: EscapePoint) => number) => points.reduce((total, p) => total + of(p), 0);
  return {
    logTime: sum((p) => p.logTime) / n,
    stderr: Math.sqrt(sum((p) => p.stderr ** 2)) / n,
    walkers: sum((p) => p.walkers),
    censored: sum((p) => p.censored),
  };
}

/** A point of a line, `shift` added to ln τ. */
export const linePoint = (x: number, points: readonly EscapePoint[], shift = 0): LinePoint => {
  const { logTime, stderr } = pooled(points);
  return { x, y: logTime + shift, stderr };
};

/** How many walkers follow a point under one seed. */
export const walkersAt: Readonly<Record<ScaleName, number>> = {
  smoke: 60,
  quick: 300,
  standard: 3000,
  paper: 100,
};

/** Points of a line with their 95 % intervals, from left to right, as a figure draws them. */
export const errorBand = (points: readonly LinePoint[]): Point[] =>
  points
    .map(({ x, y, stderr }) => ({ x, y, low: y - 1.96 * stderr, high: y + 1.96 * stderr }))
    .toSorted((a, b) => a.x - b.x);
