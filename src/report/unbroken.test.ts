import { expect, test } from "vitest";
import { unbroken } from "./unbroken.ts";

// A tilde stands for the space that no line ends at.
test.each([
  ["momentum, b = N, η = 0.1", "momentum, b~=~N, η~=~0.1"],
  ["plateaus at 2(1 − β)/η.", "plateaus at 2(1~−~β)/η."],
  ["2(1 + β)/η(1 + 2β) for Nesterov's", "2(1~+~β)/η(1~+~2β) for Nesterov's"],
  ["within 5 % of it", "within 5~% of it"],
  ["the slope = what theory predicts", "the slope~=~what theory predicts"],
  ["a sentence - with a dash", "a sentence - with a dash"],
  ["temperature = 0.1", "temperature = 0.1"],
])("%s", (text, wanted) => {
  expect(unbroken(text)).toBe(wanted.replaceAll("~", "\u00a0"));
});
