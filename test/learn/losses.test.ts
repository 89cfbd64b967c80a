import { fc, test as property } from "@fast-check/vitest";
import { afterAll, expect, suite, test } from "vitest";
import * as g from "../../src/graph/index.ts";
import { type LossName, losses, weightedMean } from "../../src/learn/index.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";

const runtime = nodeRuntime();
afterAll(() => runtime.dispose());

const k = 3;
const outputs = [0.5, -1, 2, 3, 3, 3, -700, 0, 800, 1e-3, 0, 0];
const reals = [1, 0, 0, 0.2, 0.3, 0.5, 0, 0, 1, 0, 1, 0];
const labels = [0, 2, 2, 1];

/** Row by row, in plain numbers. */
const closed: Record<LossName, (f: number[], y: number[]) => number> = {
  "cross-entropy": (f, y) => {
    const top = Math.max(...f);
    const logSum = top + Math.log(f.reduce((s, v) => s + Math.exp(v - top), 0));
    return logSum - f.reduce((s, v, j) => s + v * y[j], 0);
  },
  "squared-error": (f, y) => f.reduce((s, v, j) => s + (v - y[j]) ** 2, 0),
  "half-squared-error": (f, y) => f.reduce((s, v, j) => s + (v - y[j]) ** 2, 0) / 2,
  "mean-squared-error": (f, y) => f.reduce((s, v, j) => s + (v - y[j]) ** 2, 0) / f.length,
};
const rows = (values: number[]) => [0, 1, 2, 3].map((i) => values.slice(k * i, k * i + k));

suite.each(Object.keys(losses) as LossName[])("%s", (name) => {
  const f = g.input([4, k], "float64", "outputs");

  async function perSample(targets: g.Tensor, data: g.Data): Promise<number[]> {
    await using run = await runtime.compile({
      inputs: [f, targets],
      outputs: [losses[name].perSample(f, targets)],
    });
    const [found] = await run.run([Float64Array.from(outputs), data]);
    return Array.from(found as Float64Array);
  }
  const expectRows = (found: number[], y: number[][]) => {
    const expected = rows(outputs).map((row, i) => closed[name](row, y[i]));
    expected.forEach((value, i) =>
      expect(Math.abs(found[i] - value)).toBeLessThanOrEqual(1e-14 * Math.max(1, Math.abs(value))),
    );
  };

  test("equals its closed form for real targets, also of outputs ±700", async () => {
    expectRows(await perSample(g.input([4, k], "float64"), Float64Array.from(reals)), rows(reals));
  });

  test("takes labels as one-hot rows", async () => {
    const oneHot = labels.map((label) => [0, 1, 2].map((j) => (j === label ? 1 : 0)));
    expectRows(await perSample(g.input([4], "int32"), Int32Array.from(labels)), oneHot);
  });

  test("is named as it is listed", () => expect(losses[name].name).toBe(name));

  test("refuses outputs that are not rows and targets of another shape", () => {
    const of = (o: g.Tensor, y: g.Tensor) => losses[name].perSample(o, y);
    expect(() => of(g.input([4], "float64"), g.input([4], "int32"))).toThrow(
      "loss: outputs must be [batch, k], got float64[4]",
    );
    expect(() => of(f, g.input([4, 2], "float64"))).toThrow(
      "loss: targets must be float64[4, 3], got float64[4, 2]",
    );
  });
});

suite("weightedMean", () => {
  property.prop(
    [
      fc.array(
        fc.tuple(
          fc.double({ min: -9, max: 9, noNaN: true }),
          fc.double({ min: 0.1, max: 5, noNaN: true }),
        ),
        {
          minLength: 1,
          maxLength: 6,
        },
      ),
      fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { maxLength: 4 }),
    ],
    { seed: 51, numRuns: 25 },
  )(
    "is Σwℓ/Σw, and padded rows of weight 0 change neither it nor its derivative",
    async (real, padded) => {
      const n = real.length;
      const all = n + padded.length;
      const [l, w] = [g.input([all], "float64"), g.input([all], "float64")];
      const [value, gradient] = g.valueAndGrad((x: g.Tensor) => weightedMean(x, w))(l);
      await using run = await runtime.compile({ inputs: [l, w], outputs: [value, gradient] });
      const weights = [...real.map(([, weight]) => weight), ...padded.map(() => 0)];
      const [mean, slope] = (await run.run([
        Float64Array.from([...real.map(([x]) => x), ...padded]),
        Float64Array.from(weights),
      ])) as Float64Array[];
      const total = weights.reduce((s, x) => s + x, 0);
      expect(mean[0]).toBeCloseTo(real.reduce((s, [x, weight]) => s + x * weight, 0) / total, 12);
      weights.forEach((weight, i) => expect(slope[i]).toBeCloseTo(weight / total, 14));
    },
  );
});
