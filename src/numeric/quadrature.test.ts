import { expect, suite, test } from "vitest";
import { integrate, logGamma } from "./index.ts";
import { logRunning, logRunningFromRight, NODES, panelsBetween, running } from "./panels.ts";

suite("integrate", () => {
  test("one interval is exact for polynomials of degree 22, and not of degree 24", () => {
    const power = (k: number) =>
      integrate((x) => x ** k, -1, 1, { maxIntervals: 1, relativeTolerance: 1 }).value;
    for (let k = 0; k <= 22; k += 2) expect(Math.abs(power(k) * (k + 1) - 2)).toBeLessThan(1e-14);
    expect(Math.abs(power(24) * 25 - 2)).toBeGreaterThan(1e-10);
  });

  test.each<[string, (x: number) => number, number, number, number]>([
    ["e^x on [0, 1]", Math.exp, 0, 1, Math.E - 1],
    ["a Gaussian on the line", (x) => Math.exp(-x * x), -Infinity, Infinity, Math.sqrt(Math.PI)],
    ["e^-x to infinity", (x) => Math.exp(-x), 2, Infinity, Math.exp(-2)],
    ["e^x from minus infinity", Math.exp, -Infinity, -1, Math.exp(-1)],
    ["1/(1+x²) from right to left", (x) => 1 / (1 + x * x), 1, 0, -Math.PI / 4],
    ["a peak of width 1/1000", (x) => 1 / (1e-6 + x * x), -1, 1, 2000 * Math.atan(1000)],
    ["√x", Math.sqrt, 0, 1, 2 / 3],
    ["a heavy tail", (x) => (1 + x * x) ** -2, -Infinity, Infinity, Math.PI / 2],
    ["Γ(7.5)", (x) => Math.exp(6.5 * Math.log(x) - x), 0, Infinity, Math.exp(logGamma(7.5))],
  ])("%s is within its error bound and within 1e-10", (_, f, a, b, exact) => {
    const { value, error, status } = integrate(f, a, b);
    expect(status).toBe("converged");
    expect(Math.abs(value - exact)).toBeLessThanOrEqual(error + 1e-15 * Math.abs(exact));
    expect(Math.abs(value / exact - 1)).toBeLessThan(1e-10);
  });

  test("a jump named as a breakpoint costs two intervals, on infinite ranges also", () => {
    const step = (x: number) => (x < 0.3 ? 1 : 2);
    const finite = integrate(step, 0, 1, { breakpoints: [0.3] });
    expect(finite.value).toBeCloseTo(1.7, 13);
    expect(finite.evaluations).toBe(30);
    const tail = (x: number) => (x < 3 ? 0 : Math.exp(-x));
    for (const a of [0, -Infinity]) {
      const { value } = integrate(tail, a, Infinity, { breakpoints: [3] });
      expect(value / Math.exp(-3)).toBeCloseTo(1, 10);
    }
  });

  test("says when it does not reach the tolerance", () => {
    const wild = (x: number) => Math.sin(1 / x);
    expect(integrate(wild, 1e-6, 1, { maxIntervals: 10 }).status).toBe("max-intervals");
    expect(integrate((x) => Math.sin(x), -1, 1).status).toBe("roundoff"); // 0, relative to 0
    expect(integrate(Math.sin, -1, 1, { absoluteTolerance: 1e-12 }).status).toBe("converged");
  });

  test("refuses an integrand that is not finite, and ends that are not numbers", () => {
    expect(() => integrate((x) => 1 / x, -1, 1)).toThrow(
      "integrand must be finite, got Infinity at x = 0",
    );
    expect(() => integrate(Math.exp, 0, Number.NaN)).toThrow(
      "ends of an integral must be numbers, got 0 and NaN",
    );
  });
});

suite("panels", () => {
  const panels = panelsBetween(Float64Array.from({ length: 41 }, (_, i) => i / 10));

  test("running integrals are antiderivatives at every node", () => {
    const { atNodes, atEnds } = running(panels, panels.nodes.map(Math.cos));
    panels.nodes.forEach((x, i) => expect(Math.abs(atNodes[i] - Math.sin(x))).toBeLessThan(3e-15));
    panels.ends.forEach((x, i) => expect(Math.abs(atEnds[i] - Math.sin(x))).toBeLessThan(3e-15));
  });

  test("logarithms of running integrals keep relative accuracy from e^-12 to e^956", () => {
    // ∫₀ˣ 40t e^{…}: d/dx e^{g} = g′e^{g} with g = 60x² − 4, so that ∫ = e^{g(x)} − e^{g(0)}.
    const fine = panelsBetween(Float64Array.from({ length: 3201 }, (_, i) => i / 800));
    const logF = fine.nodes.map((x) => Math.log(120 * x) + 60 * x * x - 4);
    const { atNodes } = logRunning(fine, logF);
    fine.nodes.forEach((x, i) => {
      const exact = -4 + 60 * x * x + Math.log(-Math.expm1(-60 * x * x));
      if (i >= NODES) expect(Math.abs(atNodes[i] - exact)).toBeLessThan(1e-12);
    });
    const right = logRunningFromRight(
      fine,
      fine.nodes.map((x) => -300 * x),
    );
    fine.ends.forEach((x, i) => {
      const exact = -300 * x + Math.log(-Math.expm1(-300 * (4 - x)) / 300);
      expect(Math.abs(right.atEnds[i] - exact) || 0).toBeLessThan(1e-12);
    });
  });

  test("refuses ends that do not ascend", () => {
    expect(() => panelsBetween([0, 1, 1])).toThrow(
      "ends of panels must ascend, got 1 before 1 at 1",
    );
    expect(() => panelsBetween([0])).toThrow("panels need two ends at least, got 1");
  });
});
