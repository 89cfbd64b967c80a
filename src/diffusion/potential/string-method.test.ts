import { expect, suite, test } from "vitest";
import { sixHumpCamel } from "./catalogue/camels.ts";
import type { KnownLandscape } from "./catalogue/landscape.ts";
import { mullerBrown } from "./catalogue/muller-brown.ts";
import { doubleWell, quadratic } from "./catalogue/wells.ts";
import { zhuToy } from "./catalogue/zhu2019.ts";
import { formulaPotential } from "./formula.ts";
import { minimumEnergyPath } from "./string-method.ts";

const between = (l: KnownLandscape, from: number, to: number) =>
  minimumEnergyPath(l, l.points[from].at, l.points[to].at);

suite("minimumEnergyPath", () => {
  test("of the plane double well is the straight valley, barrier ¼ to 1e-12", () => {
    const { status, path, barrier, saddle } = between(doubleWell(2), 0, 1);
    expect(status).toBe("converged");
    for (const [, y] of path) expect(Math.abs(y)).toBeLessThan(1e-12);
    expect(barrier).toBeCloseTo(0.25, 12);
    expect(saddle!.index).toBe(1);
  });

  test("in one dimension has the maximum for its saddle", () => {
    const { barrier, saddle } = between(doubleWell(), 0, 1);
    expect(barrier).toBeCloseTo(0.25, 12);
    expect(saddle!.kind).toBe("maximum");
  });

  test("is an arc of the circle, to 1e-12, where V falls to the circle and depends on the angle along it", () => {
    // 10(r² − 1)² + sin²2θ: minima at θ = 0 and π/2, saddle between, barrier 1.
    const v = formulaPotential("10*(x^2+y^2-1)^2 + 4*x^2*y^2/(x^2+y^2)^2");
    const { status, path, values, barrier, residual, saddle } = minimumEnergyPath(
      v,
      [1, 0],
      [0, 1],
    );
    expect(status).toBe("converged");
    path.forEach(([x, y], i) => {
      expect(Math.abs(Math.hypot(x, y) - 1)).toBeLessThan(1e-12);
      const theta = (Math.PI / 2) * (i / (path.length - 1));
      expect(Math.atan2(y, x)).toBeCloseTo(theta, 12);
      expect(values[i]).toBeCloseTo(Math.sin(2 * theta) ** 2, 12);
    });
    expect(saddle!.at).toEqual([
      expect.closeTo(Math.SQRT1_2, 10),
      expect.closeTo(Math.SQRT1_2, 10),
    ]);
    expect(barrier).toBeCloseTo(1, 10);
    expect(residual).toBeLessThan(1e-11);
  });

  test("of Müller and Brown's potential passes both published saddles and the third well", () => {
    const l = mullerBrown();
    const found = between(l, 0, 1);
    const { status, saddles, saddle, barrier, reverseBarrier, values, path } = found;
    expect(status).toBe("converged");
    expect(saddles.map(({ at }) => at[0])).toEqual([
      expect.closeTo(-0.8220015587, 9),
      expect.closeTo(0.2124865821, 9),
    ]);
    expect(saddle!.value).toBeCloseTo(-40.6648435087, 9);
    expect(barrier).toBeCloseTo(146.699517209954 - 40.6648435086574, 9);
    expect(reverseBarrier).toBeCloseTo(108.1667241168524 - 40.6648435086574, 9);
    // Between the saddles it comes down to the third well.
    const lowest = Math.min(
      ...path.map(([x, y]) => Math.hypot(x - l.points[2].at[0], y - l.points[2].at[1])),
    );
    expect(lowest).toBeLessThan(0.03);
    expect(Math.max(...values)).toBeLessThan(-40.66);
    expect(found.residual).toBeLessThan(1); // where |∇V| reaches 500
    const steps = path.slice(1).map((p, i) => Math.hypot(p[0] - path[i][0], p[1] - path[i][1]));
    expect(Math.max(...steps) / Math.min(...steps)).toBeLessThan(1.02);
  });

  test("between the deepest wells of the six-hump camel passes the saddle at 0", () => {
    const { saddle, barrier } = between(sixHumpCamel(), 0, 7);
    expect(Math.hypot(...saddle!.at)).toBeLessThan(1e-10);
    expect(barrier).toBeCloseTo(1.031628453489877, 11);
  });

  test("over a kink there is no saddle, and the barrier is that of the highest image", () => {
    const l = zhuToy();
    const options = { images: 32, maxIterations: 500 };
    const { saddle, barrier } = minimumEnergyPath(l, l.points[1].at, l.points[0].at, options);
    expect(saddle).toBeUndefined();
    // On the diagonal, without data: 2(w + 1)² = 200(w − 1)² at w = 9/11, V = 800/121.
    expect(barrier).toBeGreaterThan(5);
    expect(barrier).toBeLessThan(800 / 121);
  });

  test("says when it was not given enough iterations", () => {
    const l = mullerBrown();
    const options = { maxIterations: 50 };
    const { status, iterations } = minimumEnergyPath(l, l.points[0].at, l.points[1].at, options);
    expect([status, iterations]).toEqual(["max-iterations", 50]);
  });

  test("refuses ends that are no minima", () => {
    expect(() => minimumEnergyPath(quadratic([1, -1]), [0, 0], [1, 1])).toThrow(
      "a path begins and ends at minima: quadratic has none near [0, 0]",
    );
    expect(() => minimumEnergyPath(doubleWell(2), [-1, 0], [0.4, 0.5])).toThrow(
      "a path begins and ends at minima: double-well has none near [0.4, 0.5]",
    );
    expect(() => minimumEnergyPath(doubleWell(), [-1], [1], { images: 4 })).toThrow(
      "a string needs 5 images or more, got 4",
    );
  });
});
