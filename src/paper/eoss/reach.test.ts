import { expect, suite, test } from "vitest";
import { reachRatio } from "./reach.ts";

const steps = [0, 10, 20, 30, 40];
const ratio = (
  first: readonly (number | null)[],
  second: readonly (number | null)[],
  at = steps,
) => {
  const { value, low, high } = reachRatio(
    { steps: at, columns: { first, second } },
    "first",
    "second",
    1,
  );
  return [value, low, high];
};

suite("reachRatio", () => {
  test("is known to a look", () => {
    expect(ratio([0, 0, 1, 1, 1], [0, 0, 0, 0, 2])).toEqual([0.5, 0.25, 20 / 30]);
  });
  test("skips looks at which a column was not measured", () => {
    expect(ratio([0, null, 1, 1, 1], [0, 0, 0, null, 2])).toEqual([0.5, 0, 1]);
  });
  test("is open where both come by the first look", () => {
    expect(ratio([0, 3, 3, 3, 3], [0.5, 1, 1, 1, 1])).toEqual([1, 0, Infinity]);
    expect(ratio([2, 3, 3, 3, 3], [1, 1, 1, 1, 1])).toEqual([1, 0, Infinity]);
  });
  test("is 0 where only the first was there at the start", () => {
    expect(ratio([1, 1, 1, 1, 1], [0, 1, 1, 1, 1])).toEqual([0, 0, 0]);
  });
  test("is 1 for one quantity, to the rounding of two ways to compute it", () => {
    const first = [0.5, 1.2, 0.9, null, 1];
    const second = [0.5000001, 1.2000001, 0.9, 1, null];
    expect(ratio(first, second)).toEqual([1, 1, 1]);
    expect(ratio(first, [0.51, ...second.slice(1)])).toEqual([1, 0, Infinity]);
  });
  test("is bounded where one never comes", () => {
    expect(ratio([0, 1, 1, 1, 1], [0, 0, 0, 0, 0.5])).toEqual([0, 0, 10 / 40]);
    expect(ratio([0, 0, 0, 0, 0], [0, 0, 1, 1, 1])).toEqual([Infinity, 2, Infinity]);
  });
  test("covers the ratio of what happens between looks, however coarse they are", () => {
    for (const every of [1, 7, 25, 100])
      for (const [a, b] of [
        [3, 90],
        [50, 60],
        [99, 13],
      ]) {
        const at = Array.from({ length: 100 / every + 1 }, (_, i) => i * every);
        const [value, low, high] = ratio(at.map((t) => t / a), at.map((t) => t / b), at); // prettier-ignore
        expect(value).toBeGreaterThanOrEqual(low);
        expect(low).toBeLessThanOrEqual(a / b);
        expect(high).toBeGreaterThanOrEqual(a / b);
      }
  });
});
