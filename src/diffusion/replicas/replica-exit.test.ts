import { expect, suite, test } from "vitest";
import { replicaExit } from "./replica-exit.ts";

const told = (text: string, loss = 0.25): string => {
  try {
    replicaExit(text, loss);
  } catch (error) {
    return (error as Error).message;
  }
  return "nothing";
};

suite("replicaExit", () => {
  test.each<[string, boolean, number, number, boolean]>([
    ["V > 0.5", true, 0.6, 0, true],
    ["V > 0.5", true, 0.4, 9, false],
    ["V > 2*V0", true, 0.51, 0, true],
    ["V > 2*V0", true, 0.49, 0, false],
    ["r > 1.5", false, NaN, 1.6, true],
    ["r >= 1.5", false, NaN, 1.4, false],
    ["V > 1 or r > 3", true, 0.2, 4, true],
    ["V < V0/2 and r > 1", true, 0.1, 0.5, false],
  ])("%s asks for the loss: %s; at V = %s, r = %s it is %s", (text, usesLoss, loss, r, left) => {
    const exit = replicaExit(text, 0.25);
    expect(exit.usesLoss).toBe(usesLoss);
    expect(exit.holds(loss, r)).toBe(left);
  });

  test.each([
    [
      "2 > 1",
      'exit must depend on V, the loss, or r, the distance from the checkpoint, got "2 > 1"',
    ],
    [
      "V0 > 1",
      'exit must depend on V, the loss, or r, the distance from the checkpoint, got "V0 > 1"',
    ],
    ["V > 0.1", 'exit must not hold at the checkpoint, got "V > 0.1" where V = 0.25 and r = 0'],
    ["r < 1", 'exit must not hold at the checkpoint, got "r < 1" where V = 0.25 and r = 0'],
    ["V > 0.5 or", "expected a number, a name or (, got the end at column 11"],
    ["R > 1", "unknown name 'R' (did you mean 'r'?) at column 1"],
    ["x > 1 and r > 1", "unknown name 'x' (did you mean 'V'?) at column 1"],
    ["V + r", "expected a condition, got a number at column 1"],
  ])("%s: %s", (text, message) => {
    expect(told(text)).toBe(message);
  });
});
