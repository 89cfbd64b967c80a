import { describe, expect, it } from "vitest";
import { editDistance, nearestWord } from "./nearest-word.ts";

describe("nearest word", () => {
  const settings = ["checkpointEvery", "learningRate", "batchSize", "steps", "seed", "data"];
  it.each([
    ["stepz", "steps"],
    ["sede", "seed"],
    ["setps", "steps"],
    ["learning-rate", "learningRate"],
    ["LEARNINGRATE", "learningRate"],
    ["checkpoints", "checkpointEvery"],
    ["batch", "batchSize"],
    ["dat", "data"],
    ["momentum", undefined],
    ["ba", undefined],
  ])("%s is %s", (word, meant) => {
    expect(nearestWord(word, settings)).toBe(meant);
  });

  it("counts swaps of neighbours once", () => {
    expect(editDistance("sdg", "sgd")).toBe(1);
    expect(editDistance("kitten", "sitting")).toBe(3);
    expect(editDistance("", "abc")).toBe(3);
  });

  it("says nothing where two begin alike", () => {
    expect(nearestWord("hessian", ["hessian.trace", "hessian.density"])).toBeUndefined();
  });
});
