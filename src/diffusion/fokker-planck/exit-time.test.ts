import { expect, suite, test } from "vitest";
import { barrier1d, barrierBetween } from "../theory/barrier.ts";
import type { Convention } from "../theory/convention.ts";
import { meanFirstPassage } from "../theory/first-passage.ts";
import { kramers } from "../theory/kramers.ts";
import { powerLawNd } from "../theory/power-law-nd.ts";
import { bernoulli } from "./chain.ts";
import { exitTime1d, exitTime2d } from "./exit-time.ts";
import type { Diffusion2d, Process2d } from "./process2d.ts";
import { refine } from "./refine.ts";

const conventions: readonly Convention[] = ["ito", "stratonovich", "anti-ito"];
const slope = (x: number) => x ** 3 - x;

test("bernoulli is z/(e^z − 1) through zero", () => {
  for (const z of [-700, -30, -1, -1e-5, -9e-6, 1e-9, 1.1e-5, 2, 600]) {
    expect(bernoulli(z) / (z / Math.expm1(z))).toBeCloseTo(1, 12);
    expect(bernoulli(-z) - bernoulli(z)).toBeCloseTo(z, 12); // B(−z) = B(z) + z
  }
  expect(bernoulli(0)).toBe(1);
});

suite("refine", () => {
  test("extrapolates the second order exactly and gives the correction as the error", () => {
    const { value, error, order, status } = refine([5 + 16, 5 + 4, 5 + 1]);
    expect([value, error, order, status]).toEqual([5, 1, 2, "asymptotic"]);
  });
  test("does not extrapolate what has no such order", () => {
    expect(refine([1, 2, 1.5])).toMatchObject({ value: 1.5, error: 0.5, status: "not-asymptotic" });
    expect(refine([3, 3, 3])).toMatchObject({ value: 3, error: 0, status: "asymptotic" });
  });
});

suite("exitTime1d against quadrature", () => {
  const boundaries = (at: number) => ({
    left: { kind: "reflect", at: -3 } as const,
    right: { kind: "exit", at } as const,
  });

  test.each<[string, number]>([
    ["the cells", 1],
    ["no cells", 1.03],
  ])("exit at an edge of %s: second order, and within the error", (_, high) => {
    const process = { gradient: slope, diffusion: 0.1 };
    const exact = meanFirstPassage(process, -1, boundaries(0));
    const x = { low: -3, high, cells: 256 };
    const time = exitTime1d(process, { x, exit: (at) => at, start: -1 });
    expect(Math.abs(time.value - exact)).toBeLessThan(time.error);
    expect(time.error / exact).toBeLessThan(2e-4);
    expect(Math.abs(time.order - 2)).toBeLessThan(0.12);
    expect(time.status).toBe("asymptotic");
    expect(time.residual).toBeLessThan(1e-14);
    const double = exitTime1d(process, { x: { ...x, cells: 512 }, exit: (at) => at, start: -1 });
    const errors = [time.levels[2] - exact, double.levels[2] - exact];
    expect(errors[0] / errors[1]).toBeCloseTo(4, 0);
  });

  test.each(conventions)("noise that depends on the place, convention %s", (convention) => {
    const diffusion = (x: number) => 0.1 * (1 + 0.5 * x * x);
    const process = { gradient: slope, diffusion, convention };
    const exact = meanFirstPassage(process, -1, boundaries(0.3));
    const x = { low: -3, high: 1.03, cells: 256 };
    const time = exitTime1d(process, { x, exit: (at) => at - 0.3, start: -1 });
    expect(Math.abs(time.value / exact - 1)).toBeLessThan(1e-5);
    expect(Math.abs(time.value - exact)).toBeLessThan(time.error);
  });

  test("a time of e^200 keeps its digits", () => {
    const process = { gradient: (x: number) => slope(x), diffusion: 0.25 / 200 };
    const exact = meanFirstPassage(process, -1, { ...boundaries(0), left: { kind: "natural" } });
    const x = { low: -1.6, high: 0.4, cells: 2048 };
    const time = exitTime1d(process, { x, exit: (at) => at, start: -1 });
    expect(Math.abs(time.value / exact - 1)).toBeLessThan(1e-4);
    expect(time.variation).toBeCloseTo(1, 6);
  });
});

suite("exitTime2d", () => {
  const [c, s] = [Math.cos(0.4), Math.sin(0.4)];
  // The double well along a direction turned by 0.4, and an exit line that cuts the cells askew.
  const turned = (gradient: (u: number) => number) => (x: number, y: number) => {
    const [u, v] = [c * x + s * y, -s * x + c * y];
    const [gu, gv] = [gradient(u), 2 * v];
    return [c * gu - s * gv, s * gu + c * gv] as const;
  };
  const box = (cells: number) => ({
    x: { low: -2.6, high: 2, cells },
    y: { low: -2.2, high: 2.2, cells },
  });

  test("a turned separable landscape is the one-dimensional one, to second order", () => {
    const exact = meanFirstPassage({ gradient: slope, diffusion: 0.1 }, -1, {
      left: { kind: "natural" },
      right: { kind: "exit", at: 0 },
    });
    const process = { gradient: turned(slope), diffusion: 0.1 };
    const exit = (x: number, y: number) => c * x + s * y;
    const time = exitTime2d(process, { ...box(96), exit, start: [-c, -s] });
    expect(Math.abs(time.value / exact - 1)).toBeLessThan(1e-4);
    expect(Math.abs(time.value - exact)).toBeLessThan(time.error);
    expect(Math.abs(time.order - 2)).toBeLessThan(0.1);
    expect(time.residual).toBeLessThan(1e-13);
  });

  test.each<[string, Diffusion2d]>([
    ["isotropic", (x) => 0.1 * (1 + 0.5 * x * x)],
    ["diagonal", { kind: "diagonal", at: (x, y) => [0.1 * (1 + 0.5 * x * x), 0.2 + 0.1 * y * y] }],
    ["full", { kind: "matrix", at: (x) => [0.1 * (1 + 0.5 * x * x), 0, 0.2] }],
  ])("%s noise in each convention, separable: the one-dimensional time", (_, diffusion) => {
    for (const convention of conventions) {
      if (
        typeof diffusion === "object" &&
        diffusion.kind === "matrix" &&
        convention === "stratonovich"
      )
        continue;
      const exact = meanFirstPassage(
        { gradient: slope, diffusion: (x) => 0.1 * (1 + 0.5 * x * x), convention },
        -1,
        { left: { kind: "reflect", at: -2.6 }, right: { kind: "exit", at: 0.1 } },
      );
      const process: Process2d = { gradient: (x, y) => [slope(x), 2 * y], diffusion, convention };
      const time = exitTime2d(process, { ...box(64), exit: (x) => x - 0.1, start: [-1, 0.2] });
      expect(Math.abs(time.value / exact - 1)).toBeLessThan(2e-3);
      expect(Math.abs(time.value - exact)).toBeLessThan(time.error);
    }
  });

  test("a full constant matrix is isotropic noise in other coordinates", () => {
    // x = Mz with D = MMᵀ/10, z in the separable landscape.
    const [p, q, r] = [1, 0.3, 0.9]; // M = [[p, 0], [q, r]]
    const z = (x: number, y: number) => [x / p, (y - (q * x) / p) / r] as const;
    const gradient = (x: number, y: number) => {
      const [u, v] = z(x, y);
      const [gu, gv] = [slope(u), 2 * v]; // dx = M dz: the drift is −M∇V(z)
      return [p * gu, q * gu + r * gv] as const;
    };
    const process: Process2d = {
      gradient,
      diffusion: { kind: "matrix", at: () => [0.1 * p * p, 0.1 * p * q, 0.1 * (q * q + r * r)] },
    };
    const exact = meanFirstPassage({ gradient: slope, diffusion: 0.1 }, -1, {
      left: { kind: "natural" },
      right: { kind: "exit", at: 0 },
    });
    const time = exitTime2d(process, { ...box(96), exit: (x) => x, start: [-p, -q] });
    expect(Math.abs(time.value / exact - 1)).toBeLessThan(3e-4);
    expect(Math.abs(time.value - exact)).toBeLessThan(time.error);
  });

  test("Kramers over Fokker–Planck tends to 1 like D/ΔL", () => {
    // x⁴/4 − x²/2 + 2y² + xy, from the minimum to the line through the saddle along its stable
    // direction, from which half of all walks go on.
    const gradient = (x: number, y: number) => [slope(x) + y, 4 * y + x] as const;
    const x0 = Math.sqrt(1.25);
    const start = [-x0, x0 / 4] as const;
    const barrier = barrierBetween(
      {
        dimension: 2,
        value: ({ 0: x, 1: y }) => x ** 4 / 4 - x ** 2 / 2 + 2 * y * y + x * y,
        gradient: ({ 0: x, 1: y }, out) => out.set(gradient(x, y)),
        hessian: ({ 0: x }, out) => out.set([3 * x * x - 1, 1, 1, 4]),
      },
      Float64Array.of(...start),
      new Float64Array(2),
    );
    const lambda = barrier.saddleEigenvalues[0];
    // Normal of the stable direction (1, λ − (−1))ᵀ is the unstable direction.
    const exit = (x: number, y: number) => (lambda + 1) * x - y;
    const gap = (D: number) => {
      const width = Math.sqrt(D);
      const time = exitTime2d(
        { gradient, diffusion: D },
        {
          x: { low: -x0 - 3.5 * width, high: 0.5, cells: 96 },
          y: { low: -2.5 * width - 0.05, high: x0 / 4 + 3 * width, cells: 64 },
          exit,
          start,
        },
      );
      expect(time.status).toBe("asymptotic");
      return kramers(barrier, D, { exitSurface: "saddle" }).time / time.value - 1;
    };
    const gaps = [0.08, 0.04, 0.02, 0.01].map(gap);
    expect(Math.abs(gaps[3])).toBeLessThan(0.03);
    for (let i = 0; i < 3; i++) expect(Math.abs(gaps[i + 1] / gaps[i])).toBeLessThan(0.75);
  });

  test.each<[Convention, number, number]>([
    ["ito", 3, 0.04],
    ["anti-ito", 6, 0.02],
  ])(
    "the derived power law in two dimensions holds, convention %s, κ = %i",
    (convention, kappa, es) => {
      const L = (x: number, y: number) =>
        (x < 1 ? 0.5 * x * x : 1 - 0.5 * (x - 2) ** 2) + 0.5 * y * y;
      const time = exitTime2d(
        {
          gradient: (x, y) => [x < 1 ? x : 2 - x, y],
          diffusion: (x, y) => 0.5 * es * (1 + (2 * Math.max(L(x, y), 0)) / (es * kappa)),
          convention,
        },
        {
          x: { low: -2.5, high: 3.5, cells: 128 },
          y: { low: -2.5, high: 2.5, cells: 128 },
          exit: (x) => x - 3.4,
          start: [0, 0],
        },
      );
      const plane = {
        ...barrier1d(1, 1, 1),
        dimension: 2,
        minimumEigenvalues: [1, 1],
        saddleEigenvalues: [1, -1],
      };
      const { derived, low, mengPaper } = powerLawNd(
        plane,
        { eta: 1, sigmaG: es, kappa },
        { convention },
      );
      expect(Math.abs(derived.time / time.value - 1)).toBeLessThan(0.01);
      expect((low?.time ?? 0) / time.value).toBeLessThan(1);
      // As quoted, the paper's exponent and bracket miss by a factor of 7 and more.
      expect(mengPaper.time / time.value).toBeLessThan(0.15);
    },
  );

  test("Styblinski–Tang in two dimensions leaves by two saddles, at twice the rate of one", () => {
    const st = (x: number) => 2 * x ** 3 - 16 * x + 2.5;
    const [b, a] = [0.1567312568, 2.746802771];
    const time = (cells: number) =>
      exitTime2d(
        { gradient: (x, y) => [st(x), st(y)], diffusion: 2.5 },
        {
          x: { low: -0.3, high: 4.5, cells },
          y: { low: -0.3, high: 4.5, cells },
          exit: (x, y) => Math.max(b - x, b - y),
          start: [a, a],
        },
      );
    const solved = time(96);
    const one = meanFirstPassage({ gradient: st, diffusion: 2.5 }, a, {
      left: { kind: "exit", at: b },
      right: { kind: "natural" },
    });
    expect(solved.value / (one / 2)).toBeCloseTo(1, 2);
    const f = (x: number) => 0.5 * (x ** 4 - 16 * x * x + 5 * x);
    const barrier = barrier1d(f(b) - f(a), 6 * a * a - 16, 16 - 6 * b * b);
    const law = kramers(barrier, 2.5, { exitSurface: "saddle" });
    expect(law.time / 2 / solved.value).toBeCloseTo(0.96, 1);
    expect(solved.status).toBe("asymptotic");
  });

  test("refuses what it cannot hold", () => {
    const gradient = (x: number, y: number) => [x, y] as const;
    const go =
      (diffusion: Diffusion2d, convention: Convention = "ito", start = [0, 0] as const) =>
      () =>
        exitTime2d({ gradient, diffusion, convention }, { ...box(16), exit: (x) => x - 1, start });
    const matrix = (...d: readonly [number, number, number]): Diffusion2d => ({
      kind: "matrix",
      at: () => d,
    });
    expect(go(matrix(1, 0.2, 1), "stratonovich")).toThrow(
      "a full diffusion matrix must be ito or anti-ito: its Stratonovich drift depends on the factor of D, not on D",
    );
    expect(go(matrix(1, 2, 1))).toThrow(
      "diffusion must be positive definite and finite, got [[1, 2], [2, 1]] at (",
    );
    expect(go(matrix(1, 0.9, 0.85))).toThrow(
      /^diffusion must be diagonally dominant in units of the cells for rates that are not negative, got .*: rotate the coordinates or change the cells' shape$/,
    );
    expect(go(-1)).toThrow(
      "diffusion must be positive definite and finite, got [[-1, 0], [0, -1]]",
    );
    const at = (x: readonly [number, number]) => () =>
      exitTime2d({ gradient, diffusion: 1 }, { ...box(16), exit: (px) => px - 1, start: x });
    expect(at([1.5, 0])).toThrow("start must lie inside, got an exit of 0.5 there");
    expect(at([-5, 0])).toThrow("start must lie on the grid, got (-5, 0)");
    expect(() =>
      exitTime1d(
        { gradient: slope, diffusion: 1 },
        { x: { low: 0, high: 1, cells: 30 }, exit: (x) => x, start: 0.5 },
      ),
    ).toThrow("axis x must have a multiple of 4 cells, 16 at least, got 30");
    expect(() =>
      exitTime1d(
        { gradient: slope, diffusion: 1 },
        { x: { low: 1, high: 0, cells: 32 }, exit: (x) => x, start: 0.5 },
      ),
    ).toThrow("axis x must have low < high, both finite, got 1 and 0");
    expect(() =>
      exitTime1d(
        { gradient: slope, diffusion: 1 },
        { x: { low: -1, high: 1, cells: 32 }, exit: () => -1, start: 0 },
      ),
    ).toThrow("chain must have an exit for its absorption, got none that is reached");
  });
});
