import { expect, suite, test } from "vitest";
import * as fc from "fast-check";
import { chunkRows, planChunks } from "./chunks.ts";
import { flatLayout, pack, viewOf, views } from "./pack.ts";

suite("flat layouts", () => {
  const layout = flatLayout([
    { name: "w", shape: [2, 3], dtype: "float32" },
    { name: "b", shape: [3], dtype: "float32" },
    { name: "scale", shape: [], dtype: "float32" },
  ]);

  test("views share memory with the buffer, in order and without gaps", () => {
    expect(layout.size).toBe(10);
    expect(layout.entries.map(({ offset }) => offset)).toEqual([0, 6, 9]);
    const buffer = Float32Array.from({ length: 10 }, (_, i) => i);
    const [w, b, scale] = views(layout, buffer);
    expect([...w]).toEqual([0, 1, 2, 3, 4, 5]);
    expect([...b]).toEqual([6, 7, 8]);
    scale[0] = -1;
    expect(buffer[9]).toBe(-1);
    expect(viewOf(layout, buffer, "b")).toEqual(b);
  });

  test("packing and viewing are inverse", () => {
    const arrays = [[1, 2, 3, 4, 5, 6], [7, 8, 9], [10]];
    expect(views(layout, pack(layout, arrays) as Float32Array).map((v) => [...v])).toEqual(arrays);
  });

  test("misuse is refused", () => {
    expect(() => views(layout, new Float32Array(9))).toThrow(
      "the layout takes 10 numbers of float32, got 9 in a Float32Array",
    );
    expect(() => views(layout, new Float64Array(10))).toThrow(
      "the layout takes 10 numbers of float32, got 10 in a Float64Array",
    );
    expect(() => viewOf(layout, new Float32Array(10), "c")).toThrow(
      "no parameter is called c; there are w, b, scale",
    );
    expect(() => pack(layout, [[1]])).toThrow("pack: takes 3 arrays, got 1");
    expect(() => pack(layout, [[1], [], []])).toThrow("pack: w takes 6 numbers, got 1");
    expect(() => flatLayout([{ name: "i", shape: [], dtype: "int64" }])).toThrow(
      "parameters must be float32 or float64, got int64",
    );
    const one = { name: "w", shape: [], dtype: "float32" } as const;
    expect(() => flatLayout([one, one])).toThrow("parameter names must be distinct, got w twice");
    expect(() => flatLayout([one, { name: "v", shape: [], dtype: "float64" }])).toThrow(
      "parameters must share a dtype, got float32 and float64",
    );
  });
});

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
