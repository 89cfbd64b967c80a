import { afterAll, expect, suite, test } from "vitest";
import * as g from "../index.ts";
import { evaluate } from "../../../test/evaluate.ts";
import { nodeRuntime } from "../../node/ort/node-runtime.ts";
import { fillUniform, stream } from "../../random/index.ts";
import type { PoolAttrs } from "../op-attrs.ts";
import { poolRules } from "./pool.ts";
import type { Rule } from "./rule.ts";

interface Case extends PoolAttrs {
  readonly name: string;
  readonly x: readonly number[];
}

const cases: Case[] = [
  { name: "tiles", x: [2, 2, 4, 6], kernel: [2, 3], strides: [2, 3], pads: [0, 0, 0, 0] },
  {
    name: "tiles, with a rest",
    x: [2, 2, 5, 7],
    kernel: [2, 2],
    strides: [2, 2],
    pads: [0, 0, 0, 0],
  },
  {
    name: "overlapping, padded",
    x: [1, 2, 6, 7],
    kernel: [3, 2],
    strides: [2, 1],
    pads: [1, 0, 2, 1],
  },
  { name: "1-D", x: [2, 3, 9], kernel: [3], strides: [2], pads: [0, 1] },
];

function uniform(name: string, shape: readonly number[]): Float64Array {
  const data = new Float64Array(g.sizeOf(shape));
  fillUniform(stream("13", name), 0, data);
  return data.map((u) => 2 * u - 1);
}

const numbers = (values: g.Data): number[] => Array.from(values as ArrayLike<number>, Number);

const dot = (a: g.Data, b: g.Data) =>
  numbers(a).reduce((sum, value, i) => sum + value * Number(b[i]), 0);

suite("rules of pooling", () => {
  const runtime = nodeRuntime();
  afterAll(() => runtime.dispose());

  test.each(cases)("$name: jvp agrees with central differences, vjp with jvp", async (subject) => {
    const { x: shape, kernel, strides, pads } = subject;
    const [x, dx] = [g.input(shape, "float64"), g.input(shape, "float64")];
    const step = 1e-6;
    for (const pool of [
      (t: g.Tensor) => g.maxPool(t, kernel, { strides, pads }),
      (t: g.Tensor) => g.sumPool(t, { kernel, strides, pads }),
      (t: g.Tensor) =>
        g.sumPoolTranspose(g.maxPool(t, kernel, { strides, pads }), shape.slice(2), {
          kernel,
          strides,
          pads,
        }),
    ]) {
      const [, tangent] = g.jvp(pool, [x], [dx]);
      const ct = g.input(tangent.shape, "float64");
      const [, pull] = g.vjp(pool, x);
      const [back] = pull(ct);
      const ends = [step, -step].map((h) => pool(g.add(x, g.mul(dx, h))));
      const quotient = g.div(g.sub(ends[0], ends[1]), 2 * step);
      const data = ["x", "dx", "ct"].map((name, i) =>
        uniform(`${subject.name} ${name}`, [x, dx, ct][i].shape),
      );
      const [got, expected, pulled] = await evaluate(
        runtime,
        [x, dx, ct],
        [tangent, quotient, back],
        data,
      );
      expect(got.length).toBe(expected.length);
      got.forEach((value, i) => expect(Number(value)).toBeCloseTo(Number(expected[i]), 7));
      expect(dot(pulled, data[1])).toBeCloseTo(dot(got, data[2]), 10);
    }
  });

  test.each(cases)("$name: a batch is a loop", async (subject) => {
    const { x: shape, kernel, strides, pads } = subject;
    const size = 3;
    const attrs = { kernel, strides, pads };
    const windows = g.sumPool(g.input(shape, "float64"), attrs).shape;
    const ops = [
      ["maxPool", shape, (t: g.Tensor) => g.maxPool(t, kernel, attrs)],
      ["maxPoolIndices", shape, (t: g.Tensor) => g.maxPoolIndices(t, attrs)],
      ["sumPool", shape, (t: g.Tensor) => g.sumPool(t, attrs)],
      ["sumPoolTranspose", windows, (t: g.Tensor) => g.sumPoolTranspose(t, shape.slice(2), attrs)],
    ] as const;
    for (const [op, each, apply] of ops) {
      const x = g.input([size, ...each], "float64");
      const slices = Array.from({ length: size }, (_, e) =>
        apply(g.squeeze(g.sliceAxis(x, 0, e, e + 1), 0)),
      );
      const rule = poolRules[op] as Rule<g.OpName>;
      const together = rule.batch(slices[0], [x], [true], size);
      const data = uniform(`${subject.name} ${op}`, x.shape);
      const [got, ...expected] = await evaluate(runtime, [x], [together, ...slices], [data]);
      expect(together.shape).toEqual([size, ...slices[0].shape]);
      expect(numbers(got)).toEqual(expected.flatMap(numbers));
    }
  });

  test("of equal maxima the first in row-major order takes the whole derivative", async () => {
    const x = g.input([1, 1, 2, 4], "float64");
    const gradient = g.grad((t: g.Tensor) => g.sum(g.maxPool(t, 2)))(x);
    const [got] = await evaluate(
      runtime,
      [x],
      [gradient],
      [Float64Array.of(0, 0, 1, 2, 0, 0, 2, 2)],
    );
    expect([...got]).toEqual([1, 0, 0, 1, 0, 0, 0, 0]);
  });
});
