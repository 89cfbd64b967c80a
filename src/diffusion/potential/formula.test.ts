import { expect, suite, test } from "vitest";
import { potentialCalculus } from "./calculus.ts";
import { formulaPotential } from "./formula.ts";

suite("formulaPotential", () => {
  test("has value, gradient and Hessian by hand", () => {
    const v = formulaPotential("x^4/4 - x^2/2 + 0.1*x*y + a*y^2", { parameters: { a: 3, b: 1 } });
    expect(v.dimension).toBe(2);
    expect(v.parameters).toEqual({ a: 3 });
    const calculus = potentialCalculus(v);
    const [x, y] = [1.5, -2];
    expect(calculus.value([x, y])).toBeCloseTo(
      x ** 4 / 4 - x ** 2 / 2 + 0.1 * x * y + 3 * y ** 2,
      13,
    );
    const g = new Float64Array(2);
    calculus.gradient([x, y], g);
    expect([...g]).toEqual([
      expect.closeTo(x ** 3 - x + 0.1 * y, 13),
      expect.closeTo(0.1 * x + 6 * y, 13),
    ]);
    const h = new Float64Array(4);
    calculus.hessian([x, y], h);
    expect([...h]).toEqual([3 * x ** 2 - 1, 0.1, 0.1, 6].map((k) => expect.closeTo(k, 13)));
  });

  test("takes other parameters, and refuses those it does not have", () => {
    const v = formulaPotential("a*x^2", { parameters: { a: 3 }, dimension: 2 });
    expect(potentialCalculus(v, { a: 5 }).value([2, 0])).toBe(20);
    expect(() => potentialCalculus(v, { b: 5 })).toThrow("formula has no parameter b, only a");
  });

  test("a coordinate that V does not depend on has slope and curvature 0", () => {
    const calculus = potentialCalculus(formulaPotential("x^2", { dimension: 3 }));
    const [g, h] = [new Float64Array(3).fill(9), new Float64Array(9).fill(9)];
    calculus.gradient([2, 1, 1], g);
    calculus.hessian([2, 1, 1], h);
    expect([...g]).toEqual([4, 0, 0]);
    expect([...h]).toEqual([2, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  test("a constant is a landscape too", () => {
    expect(potentialCalculus(formulaPotential("pi/2")).value([7])).toBe(Math.PI / 2);
  });

  test("points at the column", () => {
    expect(() => formulaPotential("x^2 + sin(w)")).toThrow("unknown name 'w'");
    expect(() => formulaPotential("x^2 + sin(w)")).toThrow("at column 11");
  });
});
