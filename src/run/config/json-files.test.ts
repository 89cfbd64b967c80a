import { expect, test } from "vitest";
import { parseClassWeights, parseNames } from "./index.ts";

test("names are a mapping, also of names that objects have of themselves", () => {
  const names = parseNames('{"a": "b", "__proto__": "c", "constructor": "d"}', "f");
  expect([...names]).toEqual([
    ["a", "b"],
    ["__proto__", "c"],
    ["constructor", "d"],
  ]);
});

test.each([
  ["{", "f: must be JSON"],
  ["[]", "f: must be a mapping of names to names"],
  ["null", "f: must be a mapping of names to names"],
  ['{"a": 1}', 'f: must be a mapping of names to names, got 1 for "a"'],
])("names %s are refused", (text, message) => {
  expect(() => parseNames(text, "f")).toThrow(message);
});

test.each([
  ["1, 2", "f: class weights must be a JSON list or an NPZ"],
  ['[1, "2"]', "f: class weights must be a list of numbers"],
])("class weights %s are refused", (text, message) => {
  expect(() => parseClassWeights(text, "f")).toThrow(message);
});
