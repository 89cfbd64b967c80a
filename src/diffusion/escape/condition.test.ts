import { expect, suite, test } from "vitest";
import { formulaPotential } from "../potential/formula.ts";
import { exitOf, wallOf } from "./condition.ts";

const plane = formulaPotential("x^2 + y^2");
const line = formulaPotential("x^4/4 - x^2/2");
const told = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
  return "nothing";
};

suite("exitOf", () => {
  test.each([
    ["x > 0", [1], 0],
    ["x >= 0.5", [1], 0.5],
    ["x < -2", [-1], 2],
    ["2*x - 3 > 1", [1], 2],
    ["0 > x", [-1], 0],
    ["x/2 + x > 3", [1], 2],
    ["x + sin(1) > pi", [1], Math.PI - Math.sin(1)],
  ])("%s is a half-space", (text, normal, offset) => {
    const exit = exitOf(text, line, [-1]);
    expect(exit).toMatchObject({ kind: "half-space", normal });
    expect((exit as { offset: number }).offset).toBeCloseTo(offset, 14);
  });

  test("of two coordinates, the largest entry of the normal is 1", () => {
    expect(exitOf("3*x - 6*y > 12", plane, [0, 0])).toEqual({
      kind: "half-space",
      normal: [0.5, -1],
      offset: 2,
    });
  });

  test.each(["x^2 > 1", "x > 1 or x < -2", "abs(x) > 1", "x*x > x", "exp(x) > 1", "x == 1"])(
    "%s is a predicate",
    (text) => {
      expect(exitOf(text, line, [0])).toMatchObject({ kind: "predicate", text });
    },
  );

  test("V and r against numbers are a level and a ball about the start", () => {
    expect(exitOf("V > 0.25", plane, [0, 0])).toEqual({ kind: "level", level: 0.25 });
    expect(exitOf(" r>1e-1 ", plane, [3, 4])).toEqual({
      kind: "ball",
      centre: [3, 4],
      radius: 0.1,
    });
    expect(exitOf("V > x", plane, [0, 0]).kind).toBe("predicate");
  });

  test("what does not depend on the place, or is no condition, is refused", () => {
    expect(told(() => exitOf("2 > 1", line, [0]))).toBe(
      'exit must depend on the coordinates, got "2 > 1"',
    );
    expect(told(() => exitOf("x + 1", line, [0]))).toBe(
      "expected a condition, got a number at column 1",
    );
    expect(told(() => exitOf("y > 1", line, [0]))).toBe(
      "the coordinate y is beyond dimension 1 at column 1",
    );
  });
});

suite("wallOf", () => {
  test.each([
    ["x < -4", { coordinate: 0, at: -4, keeps: "above" }],
    ["y > 1.5", { coordinate: 1, at: 1.5, keeps: "below" }],
    ["2 < -2*y", { coordinate: 1, at: -1, keeps: "above" }],
  ])("%s", (text, wall) => {
    expect(wallOf(text, 2)).toEqual(wall);
  });

  test.each(["x + y < 1", "x^2 > 1", "x < -1 or x > 1"])("%s is no wall", (text) => {
    expect(told(() => wallOf(text, 2))).toBe(
      `a reflecting wall must be one coordinate against a number, such as x < -4, got "${text}"`,
    );
  });
});
