import * as fc from "fast-check";
import { expect, test } from "vitest";
import { logTicks, signedLogTicks } from "./ticks.ts";

test.each([
  [1e-4, 1, 6, [1e-4, 1e-3, 1e-2, 1e-1, 1]],
  [1e-12, 1, 5, [1e-12, 1e-9, 1e-6, 1e-3, 1]],
  [0.4, 2.1, 5, [0.5, 1, 2]],
  [0.9, 12, 6, [1, 2, 5, 10]],
  [3, 9, 8, [3, 4, 5, 6, 7, 8, 9]],
])("from %d to %d, at most %i", (low, high, most, ticks) => {
  expect(logTicks(low, high, most)).toEqual(ticks);
});

test("are inside, rising and never more than asked", () => {
  const exponent = fc.double({ min: -30, max: 30, noNaN: true });
  fc.assert(
    fc.property(
      exponent,
      fc.double({ min: 0.01, max: 40, noNaN: true }),
      fc.integer({ min: 3, max: 9 }),
      (e, span, most) => {
        const [low, high] = [10 ** e, 10 ** (e + span)];
        const ticks = logTicks(low, high, most);
        expect(ticks.length).toBeLessThanOrEqual(most);
        expect(
          ticks.every(
            (t, i) => t >= low * 0.999 && t <= high * 1.001 && (i === 0 || t > ticks[i - 1]),
          ),
        ).toBe(true);
      },
    ),
  );
});

test("refuses an axis that has no logarithm", () => {
  expect(() => logTicks(0, 1, 5)).toThrow(/^a log axis needs 0 < low < high, got 0, 1$/);
});

test.each([
  [-1.3, 55, 4e-3, 8, [-1, -0.1, 0, 0.1, 1, 10]],
  [-1.3, 55, 4e-3, 4, [-0.1, 0, 0.1, 10]],
  [0, 100, 1, 8, [0, 1, 10, 100]],
])("a signed log axis from %d to %d, linear within %d", (low, high, threshold, most, ticks) => {
  expect(signedLogTicks(low, high, threshold, most)).toEqual(ticks);
});

test("a signed log axis needs room and a threshold", () => {
  expect(() => signedLogTicks(-1, 1, 0, 4)).toThrow(
    "a signed log axis needs threshold > 0 and low < high, got 0, -1, 1",
  );
});
