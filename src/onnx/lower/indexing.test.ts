import { afterAll, expect, suite, test } from "vitest";
import * as g from "../../graph/index.ts";
import { nodeRuntime } from "../../node/ort/node-runtime.ts";
import { integerAt, stream } from "../../random/index.ts";
import { evaluate } from "../../../test/evaluate.ts";

/** Integers in [0, below), repeated ones among them. */
function draw(name: string, count: number, below: number): number[] {
  return Array.from({ length: count }, (_, i) => integerAt(stream("5", name), i, below));
}

/** [before, size, after] around an axis. */
function around(shape: readonly number[], axis: number): [number, number, number] {
  return [g.sizeOf(shape.slice(0, axis)), shape[axis], g.sizeOf(shape.slice(axis + 1))];
}

suite("indexing", () => {
  const runtime = nodeRuntime({ threads: 2 });
  afterAll(() => runtime.dispose());

  const cases = (["float32", "float64", "int32", "int64"] as const).flatMap((dtype) =>
    (["int32", "int64"] as const).map((index) => ({ dtype, index })),
  );

  suite.each(cases)("$dtype at $index", ({ dtype, index }) => {
    test.each([
      { x: [5, 3], indices: [4], axis: 0 },
      { x: [5, 3], indices: [], axis: 0 },
      { x: [2, 5, 3], indices: [7, 2], axis: 1 },
      { x: [2, 3, 5], indices: [2, 2, 2], axis: 2 },
      { x: [50, 40], indices: [64, 8], axis: 0 },
    ])(
      "gather and scatterAdd: x $x, indices $indices, axis $axis",
      async ({ x, indices, axis }) => {
        const [t, at] = [g.input(x, dtype), g.input(indices, index)];
        const gathered = g.gather(t, at, axis);
        const updates = g.input(gathered.shape, dtype);
        const xs = draw("x", g.sizeOf(x), 90);
        const is = draw("i", g.sizeOf(indices), x[axis]);
        const us = draw("u", g.sizeOf(gathered.shape), 90);
        const [before, size, after] = around(x, axis);
        const taken: number[] = [];
        const sums = xs.map(() => 0);
        for (let a = 0; a < before; a++)
          for (const i of is)
            for (let b = 0; b < after; b++) {
              const from = (a * size + i) * after + b;
              sums[from] += us[taken.length];
              taken.push(xs[from]);
            }
        const results = await evaluate(
          runtime,
          [t, at, updates],
          [gathered, g.scatterAdd(updates, at, axis, size)],
          [xs, is, us].map((v, i) => g.toData(v, i === 1 ? index : dtype)),
        );
        expect(Array.from(results[0], Number)).toEqual(taken);
        expect(Array.from(results[1], Number)).toEqual(sums);
      },
    );

    test.each([
      { x: [5, 3], indices: [7, 3], axis: 0 },
      { x: [5, 3], indices: [5, 2], axis: 1 },
      { x: [2, 9, 3], indices: [2, 4, 3], axis: 1 },
    ])(
      "gatherElements and scatterElementsAdd: x $x, indices $indices, axis $axis",
      async (subject) => {
        const { x, indices, axis } = subject;
        const [t, at, updates] = [
          g.input(x, dtype),
          g.input(indices, index),
          g.input(indices, dtype),
        ];
        const xs = draw("x", g.sizeOf(x), 90);
        const is = draw("i", g.sizeOf(indices), x[axis]);
        const us = draw("u", g.sizeOf(indices), 90);
        const [before, size, after] = around(x, axis);
        const sums = xs.map(() => 0);
        const taken: number[] = [];
        for (let a = 0; a < before; a++)
          for (let k = 0; k < indices[axis]; k++)
            for (let b = 0; b < after; b++) {
              const from = (a * size + is[taken.length]) * after + b;
              sums[from] += us[taken.length];
              taken.push(xs[from]);
            }
        const results = await evaluate(
          runtime,
          [t, at, updates],
          [g.gatherElements(t, at, axis), g.scatterElementsAdd(updates, at, axis, size)],
          [xs, is, us].map((v, i) => g.toData(v, i === 1 ? index : dtype)),
        );
        expect(Array.from(results[0], Number)).toEqual(taken);
        expect(Array.from(results[1], Number)).toEqual(sums);
      },
    );
  });

  test.each(["float32", "float64", "int32", "int64", "bool"] as const)(
    "oneHot in %s",
    async (dtype) => {
      const [a, b] = [g.input([2, 3], "int32"), g.input([], "int64")];
      const rows = [3, 0, 1, 1, 2, 0];
      const results = await evaluate(
        runtime,
        [a, b],
        [g.oneHot(a, 4, dtype), g.oneHot(b, 100, dtype)],
        [Int32Array.from(rows), BigInt64Array.of(70n)],
      );
      expect(Array.from(results[0], Number)).toEqual(
        rows.flatMap((row) => [0, 1, 2, 3].map((j) => (j === row ? 1 : 0))),
      );
      expect(Array.from(results[1], Number).indexOf(1)).toBe(70);
      expect(Array.from(results[1], Number).reduce((sum, v) => sum + v)).toBe(1);
    },
  );
});
