import { expect, suite, test } from "vitest";
import { mexicanHat, quadratic } from "./catalogue/wells.ts";
import { findCriticalPoints } from "./critical-points.ts";
import { formulaPotential } from "./formula.ts";

suite("findCriticalPoints", () => {
  test("finds all nine of a separable quartic, by their closed form, lowest first", () => {
    // (x² − 1)² + 2(y² − 1)²: ±1 and 0 in each coordinate; curvatures 8 and −4 along x, 16 and −8 along y.
    const v = formulaPotential("(x^2-1)^2 + 2*(y^2-1)^2");
    const { points, starts, converged, foundLate } = findCriticalPoints(v, [[-2, 2], [-2, 2]]); // prettier-ignore
    const kinds = points.map(({ kind }) => kind).join(" ");
    expect(kinds).toBe("minimum ".repeat(4) + "saddle ".repeat(4) + "maximum");
    for (const { at, value, eigenvalues, residual } of points) {
      for (const x of at) expect(Math.abs(x - Math.round(x))).toBeLessThan(1e-12);
      const [x, y] = at.map(Math.round);
      expect(value).toBeCloseTo((x * x - 1) ** 2 + 2 * (y * y - 1) ** 2, 12);
      const [p, q] = [x === 0 ? -4 : 8, y === 0 ? -8 : 16];
      expect(eigenvalues[0]).toBeCloseTo(Math.max(p, q), 10);
      expect(eigenvalues[1]).toBeCloseTo(Math.min(p, q), 10);
      expect(residual).toBeLessThan(1e-10);
    }
    expect(points.map(({ index }) => index)).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 2]);
    expect(starts).toBe(400);
    expect(converged).toBeGreaterThan(350);
    expect(foundLate).toBe(0);
  });

  test("an index between says how many directions lead down", () => {
    const { points } = findCriticalPoints(quadratic([3, -1, 0.5, -2]), [[-1, 1], [-1, 1], [-1, 1], [-1, 1]]); // prettier-ignore
    expect(points.length).toBe(1);
    expect(points[0]).toMatchObject({ kind: "saddle", index: 2 });
  });

  test("a flat point and a sphere of minima are degenerate", () => {
    const flat = findCriticalPoints(formulaPotential("x^4"), [[-1, 2]]);
    expect(flat.points.map(({ kind }) => kind)).toEqual(["degenerate"]);
    expect(Math.abs(flat.points[0].at[0])).toBeLessThan(1e-6);
    const hat = findCriticalPoints(mexicanHat(), [[-1.5, 1.5], [-1.4, 1.4]]); // prettier-ignore
    for (const { kind, at } of hat.points.slice(0, -1)) {
      expect(kind).toBe("degenerate");
      expect(Math.hypot(...at)).toBeCloseTo(1, 10);
    }
    expect(hat.points.at(-1)).toMatchObject({ kind: "maximum", value: 0.25 });
    expect(hat.foundLate).toBeGreaterThan(0);
  });

  test("a slope without a zero, and one that is nowhere a number, have none", () => {
    expect(findCriticalPoints(formulaPotential("exp(x) + x"), [[-3, 3]]).points).toEqual([]);
    expect(findCriticalPoints(formulaPotential("log(-1 - x^2)"), [[-3, 3]]).points).toEqual([]);
  });

  test("a cusp without a second derivative is passed over", () => {
    const { points } = findCriticalPoints(formulaPotential("abs(x)^1.5 + abs(y)"), [[-1, 1], [-1, 1]]); // prettier-ignore
    expect(points).toEqual([]);
    expect(findCriticalPoints(formulaPotential("abs(x)^1.5"), [[-1, 1]]).points).toEqual([]);
  });

  test("takes other parameters", () => {
    const v = formulaPotential("x^4/4 - a*x^2/2", { parameters: { a: 1 } });
    const { points } = findCriticalPoints(v, [[-3, 3]], { parameters: { a: 4 } });
    expect(points.map(({ at }) => Math.abs(at[0]))).toEqual([2, 2, 0].map((x) => expect.closeTo(x, 10))); // prettier-ignore
  });

  test("refuses a box that is none", () => {
    const v = formulaPotential("x^2 + y^2");
    expect(() => findCriticalPoints(v, [[-1, 1]])).toThrow(
      "a box has an interval [low, high] for each of 2 coordinates, got [[-1,1]]",
    );
    expect(() => findCriticalPoints(v, [[-1, 1], [1, 1]])).toThrow("got [[-1,1],[1,1]]"); // prettier-ignore
  });
});
