import { afterAll, expect, suite, test } from "vitest";
import * as g from "../../graph/index.ts";
import type { PoolAttrs } from "../../graph/op-attrs.ts";
import { nodeRuntime } from "../../node/ort/node-runtime.ts";
import { fillUniform, stream } from "../../random/index.ts";
import { evaluate } from "../../../test/evaluate.ts";

interface Case extends PoolAttrs {
  readonly name: string;
  readonly x: readonly number[];
}

const cases: Case[] = [
  { name: "tiles", x: [2, 3, 4, 6], kernel: [2, 3], strides: [2, 3], pads: [0, 0, 0, 0] },
  {
    name: "tiles with a rest",
    x: [2, 3, 5, 7],
    kernel: [2, 2],
    strides: [2, 2],
    pads: [0, 0, 0, 0],
  },
  { name: "overlapping", x: [2, 2, 7, 7], kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
  { name: "asymmetric pads", x: [1, 3, 6, 5], kernel: [3, 2], strides: [2, 1], pads: [2, 0, 1, 1] },
  {
    name: "gaps between windows",
    x: [2, 2, 8, 9],
    kernel: [2, 1],
    strides: [3, 4],
    pads: [0, 0, 0, 0],
  },
  { name: "the whole plane", x: [2, 2, 4, 3], kernel: [4, 3], strides: [1, 1], pads: [0, 0, 0, 0] },
  { name: "1-D tiles", x: [2, 3, 8], kernel: [4], strides: [4], pads: [0, 0] },
  { name: "1-D overlapping", x: [2, 3, 9], kernel: [3], strides: [2], pads: [0, 1] },
];

/** Pairs (window, position in the plane) with the position inside of the plane, windows and positions in row-major order. */
function* seen({ x, kernel, strides, pads }: Case): Generator<[window: number, at: number]> {
  const flat = kernel.length === 1;
  const [height, width] = flat ? [1, x[2]] : x.slice(2);
  const [kh, kw] = flat ? [1, kernel[0]] : kernel;
  const [sh, sw] = flat ? [1, strides[0]] : strides;
  const [top, left, bottom, right] = flat ? [0, pads[0], 0, pads[1]] : pads;
  let window = 0;
  for (let r = -top; r + kh <= height + bottom; r += sh)
    for (let c = -left; c + kw <= width + right; c += sw, window++)
      for (let a = Math.max(r, 0); a < Math.min(r + kh, height); a++)
        for (let b = Math.max(c, 0); b < Math.min(c + kw, width); b++)
          yield [window, a * width + b];
}

suite("pooling", () => {
  const runtime = nodeRuntime();
  afterAll(() => runtime.dispose());

  suite.each(["float64", "float32"] as const)("%s", (dtype) => {
    test.each(cases)("$name: is the maximum or the sum over windows", async (subject) => {
      const { kernel, strides, pads } = subject;
      const attrs = { kernel, strides, pads };
      const x = g.input(subject.x, dtype);
      const pooled = g.maxPool(x, kernel, { strides, pads });
      const y = g.input(pooled.shape, dtype);
      const planes = subject.x[0] * subject.x[1];
      const [plane, windows] = [x, y].map((t) => g.sizeOf(t.shape.slice(2)));
      const filled = (values: Float64Array) =>
        dtype === "float64" ? values : Float32Array.from(values);
      const draws = new Float64Array(planes * (plane + windows));
      fillUniform(stream("3", subject.name), 0, draws);
      // Few distinct values, all negative: ties abound, and a padding of zeros would win.
      const xs = filled(draws.slice(0, planes * plane).map((u) => Math.floor(4 * u) - 9));
      const ys = filled(draws.slice(planes * plane).map((u) => Math.floor(8 * u) - 4));

      const max = new Float64Array(planes * windows).fill(-Infinity);
      const first = new Float64Array(planes * windows);
      const sums = new Float64Array(planes * windows);
      const back = new Float64Array(planes * plane);
      for (let i = 0; i < planes; i++)
        for (const [window, at] of seen(subject)) {
          const [k, j] = [i * windows + window, i * plane + at];
          if (xs[j] > max[k]) [max[k], first[k]] = [xs[j], at];
          sums[k] += xs[j];
          back[j] += ys[k];
        }

      const outputs = [
        pooled,
        g.maxPoolIndices(x, attrs),
        g.sumPool(x, attrs),
        g.sumPoolTranspose(y, subject.x.slice(2), attrs),
      ];
      const numbers = (values: g.Data) => Array.from(values, Number);
      const got = (await evaluate(runtime, [x, y], outputs, [xs, ys])).map(numbers);
      const [alone] = await evaluate(runtime, [x], [pooled], [xs]);
      expect(got[0]).toEqual([...max]);
      expect(numbers(alone)).toEqual([...max]);
      expect(got[1]).toEqual([...first]);
      for (const [i, expected] of [sums, back].entries())
        got[2 + i].forEach((value, j) => expect(value).toBeCloseTo(expected[j], 4));
    });

    test("indices of windows without a number stay inside of the plane", async () => {
      const attrs = { kernel: [2], strides: [2], pads: [0, 0] };
      const x = g.input([1, 2, 4], dtype);
      const fill = dtype === "float64" ? Float64Array : Float32Array;
      const [indices] = await evaluate(
        runtime,
        [x],
        [g.maxPoolIndices(x, attrs)],
        [fill.from([NaN, NaN, -Infinity, -Infinity, 1, 2, NaN, NaN])],
      );
      for (const index of Array.from(indices, Number)) {
        expect(index).toBeGreaterThanOrEqual(0);
        expect(index).toBeLessThan(4);
      }
      expect(Number(indices[2])).toBe(1);
    });
  });
});
