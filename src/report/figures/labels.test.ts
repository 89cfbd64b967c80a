import * as fc from "fast-check";
import { expect, test } from "vitest";
import { spread } from "./labels.ts";

const positions = fc
  .array(fc.double({ min: 0, max: 300, noNaN: true }), { minLength: 1, maxLength: 8 })
  .map((ys) => ys.sort((a, b) => a - b));

test("labels are apart and inside, and stay where they are wanted if they can", () => {
  fc.assert(
    fc.property(positions, (wanted) => {
      const placed = spread(wanted, 15, 10, 290);
      placed.forEach((y, i) => {
        expect(y).toBeGreaterThanOrEqual(10 - 1e-9);
        expect(y).toBeLessThanOrEqual(290 + 1e-9);
        if (i > 0) expect(y - placed[i - 1]).toBeGreaterThanOrEqual(15 - 1e-9);
      });
    }),
  );
  expect(spread([20, 100, 200], 15, 10, 290)).toEqual([20, 100, 200]);
});

test("no other arrangement that keeps the gap and the frame is nearer in least squares", () => {
  const cost = (a: readonly number[], b: readonly number[]) =>
    a.reduce((s, y, i) => s + (y - b[i]) ** 2, 0);
  fc.assert(
    fc.property(
      positions,
      fc.array(fc.double({ min: -20, max: 20, noNaN: true }), { minLength: 8, maxLength: 8 }),
      (wanted, shifts) => {
        const placed = spread(wanted, 15, 10, 290);
        const other = placed.map((y, i) => y + shifts[i]);
        const allowed = other.every(
          (y, i) => y >= 10 && y <= 290 && (i === 0 || y - other[i - 1] >= 15),
        );
        fc.pre(allowed);
        expect(cost(placed, wanted)).toBeLessThanOrEqual(cost(other, wanted) + 1e-6);
      },
    ),
  );
});

test("where there is no room the gap shrinks rather than the frame growing", () => {
  const placed = spread([5, 5, 5, 5], 15, 0, 30);
  expect(placed).toEqual([0, 10, 20, 30]);
});
