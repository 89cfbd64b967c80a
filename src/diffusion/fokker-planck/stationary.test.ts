import { expect, suite, test } from "vitest";
import type { Convention } from "../theory/convention.ts";
import type { Process2d } from "./process2d.ts";
import { stationary1d, stationary2d, type GridDensity } from "./stationary.ts";

const conventions: readonly Convention[] = ["ito", "stratonovich", "anti-ito"];
const alphas = { ito: 0, stratonovich: 0.5, "anti-ito": 1 };
const axis = (reach: number, cells: number) => ({ low: -reach, high: reach, cells });

/** Total variation between a density on a grid and a weight that wants normalising. */
function distance(
  { x, y, density }: GridDensity,
  weight: (x: number, y: number) => number,
): number {
  const exact = density.map((_, c) => weight(x[c % x.length], y[Math.floor(c / x.length)]));
  const total = exact.reduce((a, b) => a + b, 0);
  const mass = density.reduce((a, b) => a + b, 0);
  return 0.5 * density.reduce((sum, p, c) => sum + Math.abs(p / mass - exact[c] / total), 0);
}

suite("stationary1d", () => {
  test("is Gibbs' for constant noise, at the order of Simpson's rule", () => {
    const law = stationary1d({ gradient: (x) => x ** 3 - x, diffusion: 0.1 }, axis(2.5, 128));
    expect(distance(law, (x) => Math.exp(-(x ** 4 / 4 - x ** 2 / 2) / 0.1))).toBeLessThan(1e-6);
    expect(law.density.reduce((a, b) => a + b) * (5 / 128)).toBeCloseTo(1, 12);
    expect(law.error).toBeLessThan(2e-3);
  });

  test.each(conventions)("is (1 + x²)^(−κ − 1 + α) in the convention %s", (convention) => {
    const kappa = 2;
    const process = {
      gradient: (x: number) => x,
      diffusion: (x: number) => (1 + x * x) / (2 * kappa),
      convention,
    };
    const law = stationary1d(process, axis(6, 256));
    const off = distance(law, (x) => (1 + x * x) ** (alphas[convention] - 1 - kappa));
    expect(off).toBeLessThan(1e-6);
    for (const other of conventions)
      if (other !== convention)
        expect(distance(law, (x) => (1 + x * x) ** (alphas[other] - 1 - kappa))).toBeGreaterThan(
          0.02,
        );
  });
});

suite("stationary2d", () => {
  test("is Gibbs' in a coupled double well", () => {
    const process: Process2d = { gradient: (x, y) => [x ** 3 - x + y, 4 * y + x], diffusion: 0.2 };
    const law = stationary2d(process, axis(2.5, 64), axis(1.6, 48));
    const V = (x: number, y: number) => x ** 4 / 4 - x ** 2 / 2 + 2 * y * y + x * y;
    expect(distance(law, (x, y) => Math.exp(-V(x, y) / 0.2))).toBeLessThan(1e-4);
  });

  test.each(conventions)(
    "noise that grows with the loss gives its power law, convention %s",
    (convention) => {
      // D = D₀(1 + L): p ∝ D^(α − 1 − 1/D₀), with no current
      const L = (x: number, y: number) => 0.5 * x * x + y * y;
      const process: Process2d = {
        gradient: (x, y) => [x, 2 * y],
        diffusion: (x, y) => 0.3 * (1 + L(x, y)),
        convention,
      };
      const law = stationary2d(process, axis(8, 96), axis(6, 96));
      const off = distance(law, (x, y) => (1 + L(x, y)) ** (alphas[convention] - 1 - 1 / 0.3));
      expect(off).toBeLessThan(2e-3);
      expect(off).toBeLessThan(3 * law.error);
      const wrong = distance(law, (x, y) => (1 + L(x, y)) ** (alphas[convention] - 0.5 - 1 / 0.3));
      expect(wrong).toBeGreaterThan(0.02);
    },
  );

  test("a full matrix off the Hessian drives a current: the covariance solves HX + XH = 2D", () => {
    const [h, d] = [
      [2, 1],
      [1, 0.4, 0.5],
    ]; // H diagonal, D full
    const process: Process2d = {
      gradient: (x, y) => [h[0] * x, h[1] * y],
      diffusion: { kind: "matrix", at: () => [d[0], d[1], d[2]] },
    };
    const { x, y, density } = stationary2d(process, axis(5, 80), axis(5, 80));
    const mean = (f: (x: number, y: number) => number) =>
      density.reduce((sum, p, c) => sum + p * f(x[c % 80], y[Math.floor(c / 80)]), 0) / 64; // 8 cells to 1
    // In the eigenbasis of H: Xᵢⱼ = 2Dᵢⱼ/(hᵢ + hⱼ)
    expect(mean((a) => a * a)).toBeCloseTo((2 * d[0]) / 4, 2);
    expect(mean((a, b) => a * b)).toBeCloseTo((2 * d[1]) / 3, 2);
    expect(mean((_, b) => b * b)).toBeCloseTo((2 * d[2]) / 2, 2);
  });
});
