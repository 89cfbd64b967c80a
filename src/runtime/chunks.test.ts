import { expect, suite, test } from "vitest";
import * as fc from "fast-check";
import { chunkRows, planChunks } from "./chunks.ts";

suite("chunks", () => {
  test("cover every row once within the budget; shares add up to 1", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.integer({ min: 1, max: 900 }),
        fc.integer({ min: 1, max: 9 }),
        (rows, perRow, most) => {
          const plan = planChunks(rows, { bytesPerRow: perRow, budget: perRow * most });
          expect(plan.size * perRow).toBeLessThanOrEqual(perRow * most);
          expect(plan.chunks.length).toBe(Math.ceil(rows / most));
          const seen = new Float64Array(rows);
          for (const chunk of plan.chunks) {
            const { indices, weights } = chunkRows(plan, chunk);
            expect(indices.length).toBe(plan.size);
            indices.forEach((row, i) => (seen[row] += weights[i]));
          }
          expect(seen.every((count) => count === 1)).toBe(true);
          const total = plan.chunks.reduce((sum, { weight }) => sum + weight, 0);
          expect(Math.abs(total - 1)).toBeLessThan(1e-12);
        },
      ),
      { seed: 1 },
    );
  });

  test("a budget that holds nothing is refused", () => {
    expect(() => planChunks(5, { bytesPerRow: 100, budget: 99 })).toThrow(
      "a budget of 99 bytes holds no row of 100 bytes",
    );
    expect(() => planChunks(0, { bytesPerRow: 1, budget: 1 })).toThrow(
      "rows must be a positive integer, got 0",
    );
    expect(() => planChunks(1, { bytesPerRow: 0, budget: 1 })).toThrow(
      "bytes per row must be positive, got 0",
    );
  });
});
