import { expect, suite, test } from "vitest";
import type { Dataset } from "./dataset.ts";
import { averagePooled } from "./average-pooled.ts";

const images = (data: readonly number[], shape: readonly number[]): Dataset => ({
  name: "images",
  inputs: { data: Float32Array.from(data), shape },
  labels: Int32Array.from({ length: shape[0] }, () => 0),
  classes: 2,
  source: "made up",
});

suite("averagePooled", () => {
  test("takes the mean of squares, plane by plane", () => {
    const counting = Array.from({ length: 32 }, (_, i) => i);
    const { inputs } = averagePooled(images(counting, [1, 2, 4, 4]), 2);
    expect(inputs.shape).toEqual([1, 2, 2, 2]);
    expect([...inputs.data]).toEqual([2.5, 4.5, 10.5, 12.5, 18.5, 20.5, 26.5, 28.5]);
  });

  test("refuses squares that do not fill the image", () => {
    expect(() => averagePooled(images([1, 2, 3], [1, 1, 1, 3]), 2)).toThrow(
      "images to average over 2 pixels must be [N, C, H, W] of sides that are multiples of it, got [1, 1, 1, 3]",
    );
  });
});
