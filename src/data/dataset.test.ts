import { expect, suite, test } from "vitest";
import {
  checkDataset,
  concatDatasets,
  DataError,
  oneHot,
  subset,
  toPrecision,
  type Dataset,
} from "./index.ts";

const toy: Dataset = {
  name: "toy",
  source: "made here",
  inputs: { data: Float64Array.of(0, 1, 10, 11, 20, 21), shape: [3, 2] },
  labels: Int32Array.of(2, 0, 1),
  targets: { data: Float64Array.of(5, 6, 7), shape: [3, 1] },
  weights: Float64Array.of(1, 2, 3),
  classes: 3,
};

suite("subset", () => {
  test("takes the first samples, with all that belongs to them", () => {
    const { inputs, labels, targets, weights } = subset(toy, 2);
    expect(inputs).toEqual({ data: Float64Array.of(0, 1, 10, 11), shape: [2, 2] });
    expect([labels, targets!.data, weights]).toEqual([
      Int32Array.of(2, 0),
      Float64Array.of(5, 6),
      Float64Array.of(1, 2),
    ]);
  });

  test("takes samples by index, in order and repeated", () => {
    const { inputs, labels, weights } = subset(toy, [2, 0, 2]);
    expect(inputs).toEqual({ data: Float64Array.of(20, 21, 0, 1, 20, 21), shape: [3, 2] });
    expect([labels, weights]).toEqual([Int32Array.of(1, 2, 1), Float64Array.of(3, 1, 3)]);
  });

  test("copies", () => {
    const copy = subset(toy, 3);
    copy.inputs.data[0] = 99;
    expect(toy.inputs.data[0]).toBe(0);
  });

  test("refuses what is not there", () => {
    expect(() => subset(toy, 4)).toThrow(
      new RangeError("the count of a subset of toy must be from 1 to 3, got 4"),
    );
    expect(() => subset(toy, [0, 3])).toThrow(
      new RangeError("indices into toy must be from 0 to 2, got 3 at place 1"),
    );
  });
});

suite("concatDatasets", () => {
  test("undoes a split by subset", () => {
    expect(concatDatasets([subset(toy, [0]), subset(toy, [1, 2])])).toEqual(toy);
  });

  test("refuses parts that differ", () => {
    const { labels: _, ...unlabelled } = toy;
    const wide = { ...toy, inputs: { data: Float64Array.of(1, 2, 3), shape: [3, 1] } };
    const single = toPrecision(toy, "float32");
    expect(() => concatDatasets([toy, unlabelled])).toThrow(
      "labels must be in all concatenated data sets or in none, got a mixture at toy",
    );
    expect(() => concatDatasets([toy, wide])).toThrow(
      "concatenated samples must have equal shapes, got [2] and [1]",
    );
    expect(() => concatDatasets([toy, { ...toy, classes: 4 }])).toThrow(
      "concatenated data sets must have equal classes, got 3 and 4",
    );
    expect(() => concatDatasets([toy, single])).toThrow(
      "concatenated data must be of one element type, got Float64Array and Float32Array",
    );
    expect(() => concatDatasets([])).toThrow("concatDatasets needs at least 1 data set, got 0");
  });
});

suite("toPrecision", () => {
  test("converts floats and leaves tokens", () => {
    const single = toPrecision(toy, "float32");
    expect(single.inputs.data).toEqual(Float32Array.from(toy.inputs.data));
    expect(single.weights).toEqual(Float32Array.of(1, 2, 3));
    expect(toPrecision(single, "float64")).toEqual(toy); // small whole numbers survive
    const tokens = { ...toy, inputs: { data: Int32Array.of(1, 2, 3), shape: [3] } };
    expect(toPrecision(tokens, "float32").inputs).toBe(tokens.inputs);
  });
});

suite("oneHot", () => {
  test("has one `on` a row, in the column of the label", () => {
    expect(oneHot(toy)).toEqual({
      data: Float32Array.of(0, 0, 1, 1, 0, 0, 0, 1, 0),
      shape: [3, 3],
    });
    expect(oneHot(toy, { dtype: "float64", on: 0.5, off: -0.5 }).data).toEqual(
      Float64Array.of(-0.5, -0.5, 0.5, 0.5, -0.5, -0.5, -0.5, 0.5, -0.5),
    );
    const { labels: _, ...unlabelled } = toy;
    expect(() => oneHot(unlabelled)).toThrow(new RangeError("toy must have labels, got none"));
  });
});

suite("checkDataset", () => {
  test.each<[string, Partial<Dataset>, string]>([
    [
      "a shape that is not the data",
      { inputs: { data: Float64Array.of(1), shape: [2] } },
      "toy: the shape of inputs must hold its data, got [2] for 1 numbers",
    ],
    [
      "too few weights",
      { weights: Float64Array.of(1) },
      "toy: weights must have one row for each of 3 inputs, got 1",
    ],
    [
      "too few names",
      { classNames: ["a"] },
      "toy: class names must be as many as the 3 classes, got 1",
    ],
    [
      "a label outside",
      { labels: Int32Array.of(0, 1, 3) },
      "toy: labels must be from 0 to 2, got 3 at sample 2",
    ],
  ])("refuses %s", (_, change, message) => {
    expect(() => checkDataset({ ...toy, ...change })).toThrow(new DataError(message));
  });
});
