import { expect, suite, test } from "vitest";
import { widthRatio } from "./interpolation.ts";
import { memorisedAt } from "./memorisation.ts";
import type { Look, NetworkResult } from "./network-task.ts";
import { curveDistance, shuffledSpearman, spearman } from "./network-statistics.ts";

suite("spearman", () => {
  test("is ±1 for what is monotone, with mean ranks for equals", () => {
    expect(spearman([1, 2, 3, 4], [10, 100, 1e3, 1e4])).toBe(1);
    expect(spearman([1, 2, 3, 4], [9, 7, 5, -3])).toBe(-1);
    // Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4.
    expect(spearman([1, 2, 3, 4], [0, 5, 5, 9])).toBeCloseTo(4.5 / Math.sqrt(5 * 4.5), 12);
    expect(spearman([1, 2], [1, NaN])).toBeNaN();
  });

  test("is nothing in the mean where results are shuffled", () => {
    const x = [1, 2, 3, 4, 5, 6, 7];
    // One shuffle has variance 1/(n − 1).
    expect(Math.abs(shuffledSpearman(x, x, "5"))).toBeLessThan(4 / Math.sqrt(6 * 400));
  });
});

const looksOf = (losses: readonly number[]) =>
  ({
    looks: losses.map((loss, i) => ({ time: i, loss, clean: 0, random: 0, validation: 0 })),
  }) as unknown as NetworkResult;

test("curveDistance is the mean over eighths of |ln| of the ratio, within which chance cancels", () => {
  const ones = looksOf(Array.from({ length: 16 }, () => 1));
  const apart = looksOf(Array.from({ length: 16 }, (_, i) => (i < 8 ? 2 : i < 12 ? 0.5 : 1)));
  expect(curveDistance(apart, ones)).toBeCloseTo(0.75 * Math.LN2, 12);
  const noisy = looksOf(Array.from({ length: 16 }, (_, i) => (i % 2 === 0 ? 2 : 0.5)));
  expect(curveDistance(noisy, ones)).toBeCloseTo(0, 12);
  expect(curveDistance(noisy, looksOf([1]))).toBeNaN();
});

test("memorisedAt is the line through the looks about the level, at the level", () => {
  const look = (clean: number, random: number): Look => ({ time: 0, loss: 1, clean, random, validation: 0 }); // prettier-ignore
  // Looks far from the level, such as the first, do not count.
  const looks = [look(0.2, 0.9), look(0.82, 0.3), look(0.86, 0.34), look(0.94, 0.42)];
  expect(memorisedAt(looks)).toBeCloseTo(0.38, 12);
  expect(memorisedAt(looks.slice(0, 3))).toBeNaN();
});

test("widthRatio is ln of the ratio of curvatures of two parabolas", () => {
  // L rises as 3(α)² beyond the first end and as (α − 1)² beyond the second.
  const training = Array.from({ length: 25 }, (_, i) => {
    const alpha = -1 + i / 8;
    return 1 + (alpha < 0.5 ? 3 * alpha ** 2 : (alpha - 1) ** 2);
  });
  expect(widthRatio({ status: "finished", training, validation: [] })).toBeCloseTo(Math.log(3), 12);
});
