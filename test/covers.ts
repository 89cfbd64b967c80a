import { expect } from "vitest";
import type { Estimate } from "../src/statistics/index.ts";

/** Hold the share of repetitions whose interval covers the truth to the level ± `slack`. */
export function covers(
  repetitions: number,
  repeat: (index: number) => readonly [Estimate, number],
  level = 0.95,
  slack = 0.02,
): void {
  let covered = 0;
  for (let i = 0; i < repetitions; i++) {
    const [{ low, high }, truth] = repeat(i);
    if (low <= truth && truth <= high) covered++;
  }
  expect(Math.abs(covered / repetitions - level)).toBeLessThanOrEqual(slack);
}
