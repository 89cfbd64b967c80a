import { expect, suite, test } from "vitest";
import { fillNormal, fillUniform, stream, substream } from "../random/index.ts";
import { decide } from "./decide.ts";
import {
  accumulate,
  emptyMoments,
  meanEstimate,
  mergeMoments,
  momentsEstimate,
  ratioEstimate,
  variance,
} from "./estimate.ts";
import { covers } from "../../test/covers.ts";

const seed = "41";
const source = stream(seed, "estimates");

suite("meanEstimate", () => {
  test("knows the mean, its error and Student's interval of 1 … 5", () => {
    // s² = 2.5, stderr = √½, t(4; 0.975) = 2.7764451
    const estimate = meanEstimate([1, 2, 3, 4, 5], { seed });
    expect(estimate).toMatchObject({
      value: 3,
      level: 0.95,
      samples: 5,
      seed,
      method: "mean, t interval",
    });
    expect(estimate.stderr).toBeCloseTo(Math.SQRT1_2, 14);
    expect(estimate.high).toBeCloseTo(3 + 2.7764451051977987 * Math.SQRT1_2, 12);
    expect(estimate.low).toBeCloseTo(6 - estimate.high, 12);
  });

  test.each([2, 5, 30])("covers the mean of %i normals in 93 to 97 % of repetitions", (n) => {
    covers(2000, (i) => {
      const values = new Float64Array(n);
      fillNormal(substream(source, i), 0, values);
      return [meanEstimate(values, { seed }), 0];
    });
  });

  test("covers at the level that is asked", () => {
    covers(
      2000,
      (i) => {
        const values = new Float64Array(8);
        fillNormal(substream(source, i), 0, values);
        return [meanEstimate(values, { seed, level: 0.8 }), 0];
      },
      0.8,
    );
  });

  test("gives an interval of no width to equal values", () => {
    expect(meanEstimate([7, 7, 7], { seed })).toMatchObject({
      value: 7,
      stderr: 0,
      low: 7,
      high: 7,
    });
  });

  test("refuses too few, infinite and absurd input", () => {
    expect(() => meanEstimate([1], { seed })).toThrow(
      new RangeError("samples must be at least 2 to give an error bar of a mean, got 1"),
    );
    expect(() => meanEstimate([1, NaN], { seed })).toThrow("samples must be finite, got NaN at 1");
    expect(() => meanEstimate([1, 2], { seed, level: 95 })).toThrow(
      "level must be between 0 and 1, got 95",
    );
  });
});

suite("moments", () => {
  test("keep their digits far from the origin", () => {
    const moments = emptyMoments();
    for (let i = 0; i < 1000; i++) accumulate(moments, 1e9 + (i % 2));
    expect(moments.mean).toBeCloseTo(1e9 + 0.5, 6);
    expect(variance(moments)).toBeCloseTo(250 / 999, 6);
  });

  test("merge to those of the whole", () => {
    const values = new Float64Array(101);
    fillNormal(source, 0, values);
    const gather = (part: Float64Array) => {
      const moments = emptyMoments();
      part.forEach((x) => accumulate(moments, x));
      return moments;
    };
    const merged = mergeMoments(gather(values.subarray(0, 17)), gather(values.subarray(17)));
    const whole = momentsEstimate(gather(values), { seed });
    const estimate = momentsEstimate(merged, { seed });
    expect(estimate.value).toBeCloseTo(whole.value, 14);
    expect(estimate.stderr).toBeCloseTo(whole.stderr, 14);
    expect(mergeMoments(emptyMoments(), merged)).toEqual(merged);
    expect(mergeMoments(emptyMoments(), emptyMoments())).toEqual(emptyMoments());
  });
});

suite("ratioEstimate", () => {
  test("is the slope through the origin where pairs are proportional, without error", () => {
    expect(ratioEstimate([2, 4, 6], [1, 2, 3], { seed })).toMatchObject({ value: 2, stderr: 0 });
  });

  test("has the error of the delta method", () => {
    // y = (1, 2, 6), x = (1, 2, 3): r = 3/2, residuals (−½, −1, 3⁄2), Σ = 3.5, x̄ = 2
    const { value, stderr } = ratioEstimate([1, 2, 6], [1, 2, 3], { seed });
    expect(value).toBe(1.5);
    expect(stderr).toBeCloseTo(Math.sqrt(3.5 / 2 / 3) / 2, 14);
    expect(ratioEstimate([-1, -2, -6], [-1, -2, -3], { seed }).stderr).toBe(stderr);
  });

  test("covers the ratio of means, not the mean of ratios, of correlated pairs", () => {
    // x = exp(z/2), y = 2x + u − ½ with u uniform: E y / E x = 2
    covers(2000, (i) => {
      const z = new Float64Array(50);
      const u = new Float64Array(50);
      fillNormal(substream(source, i), 0, z);
      fillUniform(substream(source, i), 100, u);
      const x = z.map((value) => Math.exp(value / 2));
      return [
        ratioEstimate(
          x.map((value, k) => 2 * value + u[k] - 0.5),
          x,
          { seed },
        ),
        2,
      ];
    });
  });

  test("refuses lengths that differ and denominators of mean 0", () => {
    expect(() => ratioEstimate([1, 2], [1], { seed })).toThrow(
      new RangeError("numerators and denominators must have one length, got 2 and 1"),
    );
    expect(() => ratioEstimate([1, 2], [1, -1], { seed })).toThrow(
      new RangeError("denominators must not have mean 0"),
    );
  });
});

suite("decide", () => {
  const band = { low: 1, high: 2 };
  test.each([
    [1, 2, "inside"],
    [1.2, 1.8, "inside"],
    [0.5, 0.99, "outside"],
    [2.01, 3, "outside"],
    [0.9, 1.1, "across"],
    [1.9, 2.1, "across"],
    [0, 3, "across"],
    [0.5, 1, "across"],
  ] as const)("places [%d, %d] %s of [1, 2]", (low, high, place) => {
    expect(decide({ low, high }, band)).toBe(place);
  });

  test("takes null for an open end", () => {
    expect(decide({ low: 1, high: 1e9 }, { low: 1, high: null })).toBe("inside");
    expect(decide({ low: -1e9, high: 0 }, { low: 1, high: null })).toBe("outside");
    expect(decide({ low: -1e9, high: 5 }, { low: null, high: 5 })).toBe("inside");
    expect(decide({ low: -1, high: 1 }, { low: null, high: null })).toBe("inside");
  });

  test("refuses NaN and reversed ends", () => {
    expect(() => decide({ low: NaN, high: 1 }, band)).toThrow(
      new RangeError("interval must have low ≤ high, got NaN and 1"),
    );
    expect(() => decide({ low: 0, high: 1 }, { low: 3, high: 2 })).toThrow(
      new RangeError("band must have low ≤ high, got 3 and 2"),
    );
  });
});
