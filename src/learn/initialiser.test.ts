import { expect, suite, test } from "vitest";
import { stream } from "../random/index.ts";
import { initialise, type Initialiser } from "./initialiser.ts";
import { cnn } from "./models/index.ts";
import { initialParameters } from "./model.ts";

const fans = { fanIn: 30, fanOut: 50 };
const n = 40_000;

function drawn(how: Initialiser, name = "a"): Float64Array {
  const out = new Float64Array(n).fill(NaN);
  initialise(how, fans, stream("3", name), out);
  return out;
}
const mean = (x: Float64Array) => x.reduce((s, v) => s + v, 0) / x.length;
const second = (x: Float64Array) => x.reduce((s, v) => s + v * v, 0) / x.length;

suite("initialise", () => {
  test("zeros and ones are that", () => {
    expect(drawn({ kind: "zeros" }).every((x) => x === 0)).toBe(true);
    expect(drawn({ kind: "ones" }).every((x) => x === 1)).toBe(true);
  });

  test.each<[Initialiser, number]>([
    [{ kind: "kaiming-normal" }, 2 / 30],
    [{ kind: "kaiming-normal", scale: 0.2 }, 0.04 * (2 / 30)],
    [{ kind: "kaiming-normal", fan: "out", scale: 3 }, 9 * (2 / 50)],
    [{ kind: "lecun-normal" }, 1 / 30],
    [{ kind: "lecun-normal", scale: 0.5 }, 0.25 / 30],
  ])("%j is normal: mean, variance and fourth moment within 4 standard errors", (how, variance) => {
    const x = drawn(how);
    expect(Math.abs(mean(x))).toBeLessThan(4 * Math.sqrt(variance / n));
    expect(Math.abs(second(x) / variance - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
    const fourth = second(x.map((v) => v * v)) / variance ** 2;
    expect(Math.abs(fourth - 3)).toBeLessThan(4 * Math.sqrt((105 - 9) / n));
  });

  test.each<[Initialiser, number]>([
    [{ kind: "xavier-uniform" }, Math.sqrt(6 / 80)],
    [{ kind: "xavier-uniform", scale: 0.1 }, 0.1 * Math.sqrt(6 / 80)],
    [{ kind: "pytorch" }, 1 / Math.sqrt(30)],
    [{ kind: "pytorch", scale: 2 }, 2 / Math.sqrt(30)],
  ])(
    "%j is uniform: within its bound and near it, moments within 4 standard errors",
    (how, bound) => {
      const x = drawn(how);
      const largest = x.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
      expect(largest).toBeLessThanOrEqual(bound);
      expect(largest).toBeGreaterThan(bound * (1 - 20 / n));
      expect(Math.abs(mean(x))).toBeLessThan(4 * Math.sqrt(bound ** 2 / 3 / n));
      // Var x² = b⁴(1/5 − 1/9)
      expect(Math.abs(second(x) - bound ** 2 / 3)).toBeLessThan(
        4 * bound ** 2 * Math.sqrt((1 / 5 - 1 / 9) / n),
      );
    },
  );

  test("scale multiplies and nothing else", () => {
    const [one, tenth] = [
      drawn({ kind: "lecun-normal" }),
      drawn({ kind: "lecun-normal", scale: 0.1 }),
    ];
    expect(one.every((x, i) => Math.abs(tenth[i] / x - 0.1) < 1e-15)).toBe(true);
  });
});

suite("initialParameters", () => {
  const model = cnn([2, 8, 8], 3, { widths: [4, 5, 6, 7] });

  test("is a function of the seed; each parameter has draws of its own", () => {
    const at = (seed: string) => initialParameters(model, "float64", stream(seed, "initial"));
    expect(at("1")).toEqual(at("1"));
    expect(at("1")).not.toEqual(at("2"));
    const [first, later] = [
      at("1").subarray(0, 8),
      at("1").subarray(4 * 2 * 9 + 4, 4 * 2 * 9 + 12),
    ];
    expect(first[0] / later[0]).not.toBeCloseTo(first[1] / later[1], 3);
  });

  test("in float32 is the float64 draw, rounded", () => {
    const [single, double] = (["float32", "float64"] as const).map((dtype) =>
      initialParameters(model, dtype, stream("1", "initial")),
    );
    double.forEach((x, i) =>
      expect(Math.abs(single[i] - x)).toBeLessThanOrEqual(2e-7 * Math.abs(x)),
    );
  });

  test("uses the fan of a convolution: inputs × window", () => {
    const wide = cnn([3, 8, 8], 3, { widths: [64, 64, 8, 8] });
    const flat = initialParameters(wide, "float64", stream("1", "initial")) as Float64Array;
    const start = 64 * 3 * 9 + 64;
    const weights = flat.subarray(start, start + 64 * 64 * 9);
    expect(wide.parameters[2].name).toBe("conv2.weight");
    const variance = (0.09 * 2) / (64 * 9);
    expect(Math.abs(second(weights) / variance - 1)).toBeLessThan(
      4 * Math.sqrt(2 / weights.length),
    );
    expect(flat.subarray(start + 64 * 64 * 9, start + 64 * 64 * 9 + 64).every((x) => x === 0)).toBe(
      true,
    );
  });
});
