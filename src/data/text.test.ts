import { expect, suite, test } from "vitest";
import { DataError, decodeTokens, textDataset, type TextDatasetOptions } from "./index.ts";

const about = { name: "toy", source: "made here", file: "f" };
const read = (text: string, options: Partial<TextDatasetOptions> = {}) =>
  textDataset(new TextEncoder().encode(text), { length: 4, ...about, ...options });

suite("textDataset", () => {
  test("targets are the inputs one character later", () => {
    const text = "to be or not to be";
    const data = read(text);
    const vocabulary = data.classNames!;
    expect(data.inputs.shape).toEqual([4, 4]);
    expect(decodeTokens(data.inputs.data, vocabulary)).toBe(text.slice(0, 16));
    expect(decodeTokens(data.targets!.data, vocabulary)).toBe(text.slice(1, 17));
    expect(vocabulary.join("")).toBe(" benort");
    expect(data.classes).toBe(7);
  });

  test("sequences overlap by the stride, and the last one has its last target", () => {
    // 7 characters: sequences of 4 start at 0 and 2, and 2 + 4 = 6 is the last character.
    expect(read("abcdefg", { stride: 2 }).inputs.shape).toEqual([2, 4]);
    expect(read("abcdef", { stride: 2 }).inputs.shape).toEqual([1, 4]);
    expect(read("abcdefg", { stride: 2, count: 1 }).inputs.shape).toEqual([1, 4]);
  });

  test("counts code points, not code units", () => {
    const data = read("a😀b😀a", { length: 4 });
    expect(data.inputs.data).toEqual(Int32Array.of(0, 2, 1, 2));
    expect(data.classNames).toEqual(["a", "b", "😀"]);
  });

  test("takes a training set's vocabulary, and refuses what is not in it", () => {
    expect(read("bbaab", { vocabulary: ["b", "a"] }).inputs.data).toEqual(
      Int32Array.of(0, 0, 1, 1),
    );
    expect(() => read("abcab", { vocabulary: ["a", "b"] })).toThrow(
      new DataError(`f: characters must be in the vocabulary of 2, got "c" at character 2`),
    );
  });

  test("refuses short texts, counts beyond the sequences and sequences beyond maxBytes", () => {
    expect(() => read("abcd")).toThrow(
      new DataError("f: a text must have at least 5 characters, got 4"),
    );
    expect(() => read("abcde", { count: 2 })).toThrow(
      new DataError("f: the count must be from 1 to the 1 sequences there are, got 2"),
    );
    expect(() => read("a".repeat(1001), { length: 500, stride: 1, maxBytes: 10_000 })).toThrow(
      new DataError("f: sequences must be at most 10000 bytes, got 2004000"),
    );
    expect(() => read("abcde", { length: 0 })).toThrow(
      new RangeError("length must be a whole number from 1, got 0"),
    );
  });
});
