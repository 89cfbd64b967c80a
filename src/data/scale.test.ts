import { expect, suite, test } from "vitest";
import { scaleImages, standardise, type Dataset, type ScaleOver } from "./index.ts";

const images = (data: Float32Array | Float64Array, shape: number[]): Dataset => ({
  name: "toy",
  source: "made here",
  inputs: { data, shape },
});
const wave = (n: number) => Float64Array.from({ length: n }, (_, i) => 100 + 80 * Math.sin(i * i));

/** Mean and root mean squared deviation of some numbers, the plain way. */
function moments(values: readonly number[]): [number, number] {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return [mean, Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length)];
}

suite("standardise", () => {
  const shape = [5, 2, 3, 4];
  const groupOf: Record<ScaleOver, (i: number) => number> = {
    feature: (i) => i % 24,
    channel: (i) => Math.floor((i % 24) / 12),
    global: () => 0,
  };

  test.each<ScaleOver>(["feature", "channel", "global"])(
    "gives each group of %s mean 0 and deviation 1, and its statistics undo it",
    (over) => {
      const data = wave(120);
      const { dataset, statistics } = standardise(images(data, shape), { over });
      const groups = new Map<number, number[]>();
      dataset.inputs.data.forEach((value, i) => {
        const g = groupOf[over](i);
        groups.set(g, [...(groups.get(g) ?? []), value]);
        expect(value * statistics.deviation[g] + statistics.mean[g]).toBeCloseTo(data[i], 10);
      });
      expect(groups.size).toBe(statistics.mean.length);
      for (const values of groups.values()) {
        const [mean, deviation] = moments(values);
        expect(Math.abs(mean)).toBeLessThan(1e-12);
        expect(Math.abs(deviation - 1)).toBeLessThan(1e-12);
      }
    },
  );

  test("only centres a constant feature, even one that is no binary fraction", () => {
    const { dataset, statistics } = standardise(
      images(Float64Array.of(0.1, 1, 0.1, 2, 0.1, 3), [3, 2]),
    );
    expect(statistics.deviation[0]).toBe(1);
    expect([0, 2, 4].map((i) => Math.abs(dataset.inputs.data[i]))).toEqual([0, 0, 0]);
  });

  test("keeps its digits where the mean is large", () => {
    // 1e9 + {0, 1, 2}: deviation √(2/3); E[x²] − E[x]² in float64 would give 0 or worse.
    const { statistics } = standardise(images(Float64Array.of(1e9, 1e9 + 1, 1e9 + 2), [3, 1]));
    expect(statistics.deviation[0]).toBeCloseTo(Math.sqrt(2 / 3), 12);
  });

  test("scales a test set by the training set's statistics", () => {
    const { statistics } = standardise(images(Float64Array.of(0, 2, 4, 6), [4, 1]));
    const { dataset } = standardise(images(Float64Array.of(3, 3 + Math.sqrt(5)), [2, 1]), {
      statistics,
    });
    expect(dataset.inputs.data[0]).toBe(0);
    expect(dataset.inputs.data[1]).toBeCloseTo(1, 12);
  });

  test("leaves its argument alone and keeps the element type", () => {
    const data = Float32Array.of(1, 2);
    expect(standardise(images(data, [2, 1])).dataset.inputs.data).toBeInstanceOf(Float32Array);
    expect(data).toEqual(Float32Array.of(1, 2));
  });

  test("refuses tokens, channels that are not there and statistics that do not fit", () => {
    const tokens: Dataset = {
      name: "toy",
      source: "made here",
      inputs: { data: Int32Array.of(1), shape: [1] },
    };
    expect(() => standardise(tokens)).toThrow("inputs to scale must be floats, got int32 in toy");
    expect(() => standardise(images(wave(4), [2, 2]), { over: "channel" })).toThrow(
      "scaling over channels needs a channel axis, got the shape [2, 2] in toy",
    );
    const { statistics } = standardise(images(wave(4), [2, 2]));
    expect(() => standardise(images(wave(6), [2, 3]), { statistics })).toThrow(
      "statistics over feature must have 3 entries for toy, got 2",
    );
    expect(() => standardise(images(wave(4), [2, 2]), { statistics, over: "global" })).toThrow(
      "statistics over global are wanted, got feature",
    );
  });
});

suite("scaleImages", () => {
  test("maps 0–255 to [0, 1] as `unit`", () => {
    const { dataset, statistics } = scaleImages(images(Float32Array.of(0, 51, 255), [3, 1]), {
      over: "unit",
    });
    expect(dataset.inputs.data).toEqual(Float32Array.of(0, 0.2, 1));
    expect(statistics).toBeUndefined();
  });

  test("reports its statistics on the scale of [0, 1]", () => {
    const { statistics } = scaleImages(images(Float64Array.of(0, 255), [2, 1]));
    expect(statistics).toEqual({
      over: "global",
      mean: Float64Array.of(0.5),
      deviation: Float64Array.of(0.5),
    });
  });

  test("refuses values that are no pixels", () => {
    expect(() => scaleImages(images(Float32Array.of(1, 256), [2, 1]))).toThrow(
      new RangeError("pixels of toy must be from 0 to 255, got 256 at element 1"),
    );
  });
});
