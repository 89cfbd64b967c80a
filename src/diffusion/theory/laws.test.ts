import { expect, suite, test } from "vitest";
import type { PotentialCalculus } from "../potential/calculus.ts";
import { barrier1d, barrierBetween } from "./barrier.ts";
import type { Convention } from "./convention.ts";
import { ddtSgd } from "./ddt-sgd.ts";
import { ddtWhiteNoise } from "./ddt-white-noise.ts";
import { escapePath, flooredIntegral } from "./escape-path.ts";
import { firstPassage, meanFirstPassage, type Boundary } from "./first-passage.ts";
import { kramers } from "./kramers.ts";
import type { Process1d } from "./process.ts";

const natural: Boundary = { kind: "natural" };
const exit = (at: number): Boundary => ({ kind: "exit", at });
const conventions: readonly Convention[] = ["ito", "stratonovich", "anti-ito"];

// Styblinski–Tang in one dimension: ½(θ⁴ − 16θ² + 5θ)
const f = (x: number) => 0.5 * (x ** 4 - 16 * x * x + 5 * x);
const slope = (x: number) => 2 * x ** 3 - 16 * x + 2.5;
const curvature = (x: number) => 6 * x * x - 16;
const [aL, b, aR] = [-2.903534027771177, 0.1567312567888, 2.746802770982];
const fromRight = barrier1d(f(b) - f(aR), curvature(aR), -curvature(b), f(aR));
const escape = (process: Process1d, scale = 1) =>
  meanFirstPassage(process, aR / scale, { left: exit(aL / scale), right: natural });

suite("Styblinski–Tang", () => {
  test("its barrier from the right is 25.225 high", () => {
    expect(slope(aR)).toBeCloseTo(0, 9);
    expect(slope(b)).toBeCloseTo(0, 9);
    expect(fromRight.height).toBeCloseTo(25.2250590143, 9);
  });

  test.each([
    [8, 7.959, 6.828],
    [6, 21.834, 19.533],
    [5, 49.484, 45.284],
    [4, 170.86, 159.84],
    [3, 1370.5, 1308.0],
    [2.5, 7299.9, 7030.1],
  ])("white noise D = %f: quadrature %f, Kramers %f", (D, exact, asymptotic) => {
    const time = escape({ gradient: slope, diffusion: D });
    expect(Math.abs(time / exact - 1)).toBeLessThan(1e-4);
    expect(Math.abs(kramers(fromRight, D).time / asymptotic - 1)).toBeLessThan(1e-4);
  });

  test("Kramers over quadrature tends to 1 like D/ΔL", () => {
    const gap = (D: number) =>
      1 - kramers(fromRight, D).time / escape({ gradient: slope, diffusion: D });
    expect(gap(1) / gap(0.5)).toBeCloseTo(2, 0);
    expect(Math.abs(gap(0.05))).toBeLessThan(1e-3);
    expect(Math.abs(gap(0.05) / gap(0.1))).toBeCloseTo(0.5, 1);
  });

  test("exit at the saddle takes half the time to the other well", () => {
    const D = 0.5;
    const top = meanFirstPassage({ gradient: slope, diffusion: D }, aR, {
      left: exit(b),
      right: natural,
    });
    const law = kramers(fromRight, D, { exitSurface: "saddle" });
    expect(law.time / top).toBeCloseTo(1, 1);
    expect(Math.abs(law.time / top - 1)).toBeLessThan(0.02);
    expect(law.time / kramers(fromRight, D).time).toBeCloseTo(0.5, 12);
  });

  const epsilon = 10;
  const floored = (ratio: number, k = 1, convention: Convention = "ito"): Process1d => ({
    gradient: (x) => Math.sqrt(k) * slope(Math.sqrt(k) * x),
    diffusion: (x) => Math.hypot(k * curvature(Math.sqrt(k) * x), k * epsilon) / ratio,
    convention,
  });

  test.each([
    [2, 11.668],
    [3, 76.204],
    [4, 509.1],
    [5, 3431.2],
    [6, 23_212.6],
    [8, 1.0675e6],
  ])("floored |H| noise, 2B/η = %i: exact Itô time %f", (ratio, exact) => {
    expect(Math.abs(escape(floored(ratio)) / exact - 1)).toBeLessThan(5e-5);
  });

  test.each([
    [20, 1.137],
    [10, 1.918],
    [5, 2.871],
    [2, 4.231],
  ])("floored integral for ε = %i is %f, above the interval of s below ε = 20", (eps, exact) => {
    const path = { from: aR, to: b, slope, curvature };
    expect(flooredIntegral(path, eps)).toBeCloseTo(exact, 3);
    const noise = { eta: 0.002, batch: 0.01 };
    const law = ddtSgd(fromRight, noise, { floor: { path, epsilon: eps } });
    expect(law.high.logTime - law.low.logTime).toBeCloseTo(10 * (1.591 - 0.862), 1);
    expect(law.low.applies).toBe(eps === 20);
    if (eps < 20) expect(law.low.why).toContain("no s exists");
  });

  test.each(conventions)(
    "the floored law over quadrature tends to 1 in the convention %s",
    (convention) => {
      const path = { from: aR, to: b, slope, curvature };
      const gap = (ratio: number) => {
        const { flooredIntegral: law } = ddtSgd(
          fromRight,
          { eta: 0.002, batch: 0.001 * ratio },
          { convention, floor: { path, epsilon } },
        );
        return (law?.time ?? 0) / escape(floored(ratio, 1, convention)) - 1;
      };
      expect(Math.abs(gap(40))).toBeLessThan(0.03);
      expect(gap(80) / gap(40)).toBeCloseTo(0.5, 1);
    },
  );

  test("the k-scan: 6.2326 … −0.7720, and k·τ_k(B/η) = τ₁(B/kη) exactly", () => {
    const scan = [
      [1, 6.2326],
      [1.25, 4.4889],
      [1.5, 3.2988],
      [2, 1.7637],
      [3, 0.1297],
      [4, -0.772],
    ];
    for (const [k, exact] of scan) {
      const time = escape(floored(4, k), Math.sqrt(k));
      expect(Math.abs(Math.log(time) - exact)).toBeLessThan(6e-5);
      expect(Math.abs((k * time) / escape(floored(4 / k)) - 1)).toBeLessThan(1e-8);
      const white: Process1d = { ...floored(4, k), diffusion: 5 };
      expect((k * escape(white, Math.sqrt(k))) / 49.484).toBeCloseTo(1, 4);
    }
  });

  test.each([0.3, 0.5, 0.7])(
    "|H| noise in two pieces, s = %f: the printed exponent and prefactor",
    (s) => {
      const level = f(aR) + s * fromRight.height;
      let [low, high] = [b, aR];
      while (high - low > 1e-15 * high) {
        const middle = (low + high) / 2;
        if (middle === low || middle === high) break;
        if (f(middle) > level) low = middle;
        else high = middle;
      }
      const [ha, hb] = [fromRight.minimumCurvature, fromRight.saddleCurvature];
      for (const convention of conventions) {
        const ratio = (nu: number) => {
          const process: Process1d = {
            gradient: slope,
            diffusion: (x) => nu * (x > low ? ha : hb),
            convention,
            breakpoints: [low],
          };
          const law = ddtSgd(fromRight, { eta: 2 * nu, batch: 1 }, { convention });
          // ln τ is linear in s between its ends: at s = 0 all is |H_b|.
          const [atA, atB] =
            ha > hb ? [law.low.logTime, law.high.logTime] : [law.high.logTime, law.low.logTime];
          return escape(process) / Math.exp(s * atA + (1 - s) * atB);
        };
        if (convention !== "stratonovich") {
          expect(ratio(0.25)).toBeGreaterThan(1.02);
          expect(ratio(0.25)).toBeLessThan(1.16);
        }
        expect(Math.abs(ratio(0.01) - 1)).toBeLessThan(0.01);
      }
    },
  );
});

suite("laws in n dimensions", () => {
  // x⁴/4 − x²/2 + 2y² + xy: rotated saddle at 0
  const landscape: PotentialCalculus = {
    dimension: 2,
    value: ({ 0: x, 1: y }) => x ** 4 / 4 - x ** 2 / 2 + 2 * y * y + x * y,
    gradient: ({ 0: x, 1: y }, out) => out.set([x ** 3 - x + y, 4 * y + x]),
    hessian: ({ 0: x }, out) => out.set([3 * x * x - 1, 1, 1, 4]),
  };
  const x0 = Math.sqrt(1.25);
  const minimum = Float64Array.of(-x0, x0 / 4);
  const barrier = barrierBetween(landscape, minimum, new Float64Array(2));

  test("barrierBetween reads height, eigenvalues and the curvature along e", () => {
    expect(barrier.height).toBeCloseTo(1.25 ** 2 / 4, 12);
    const root = Math.sqrt(1 + 25 / 4);
    expect(barrier.saddleEigenvalues[0]).toBeCloseTo(1.5 + root, 12);
    expect(barrier.saddleCurvature).toBeCloseTo(root - 1.5, 12);
    const unstable = [1, -(barrier.saddleCurvature - 1)]; // (H + |λ|)e = 0: e₂ = (1 − |λ|)e₁
    const size = Math.hypot(...unstable);
    const [u, v] = unstable.map((c) => c / size);
    expect(barrier.minimumCurvature).toBeCloseTo(
      (3 * 1.25 - 1) * u * u + 2 * u * v + 4 * v * v,
      10,
    );
  });

  test("Kramers is the 1-D law for a separable landscape, whatever the other curvatures", () => {
    const separable: PotentialCalculus = {
      dimension: 3,
      value: ({ 0: x, 1: y, 2: z }) => x ** 4 / 4 - x ** 2 / 2 + 3 * y * y + z * z,
      gradient: ({ 0: x, 1: y, 2: z }, out) => out.set([x ** 3 - x, 6 * y, 2 * z]),
      hessian: ({ 0: x }, out) => out.set([3 * x * x - 1, 0, 0, 0, 6, 0, 0, 0, 2]),
    };
    const b3 = barrierBetween(separable, Float64Array.of(-1, 0, 0), new Float64Array(3));
    expect(kramers(b3, 0.01).logTime).toBeCloseTo(kramers(barrier1d(0.25, 2, 1), 0.01).logTime, 12);
    expect(ddtWhiteNoise(b3, 0.01).logTime).toBeCloseTo(kramers(b3, 0.01).logTime, 12);
    const along = ddtWhiteNoise(b3, 0.01, { form: "along-path" });
    expect(along.logTime).toBeCloseTo(kramers(b3, 0.01).logTime, 12);
    expect(along.applies).toBe(true);
  });

  test("x⁴/4 − x²/2 with D = 0.1: 54.125 well to well, and says that escapes are not rare", () => {
    const law = kramers(barrier1d(0.25, 2, 1), 0.1);
    expect(law.time).toBeCloseTo(54.125, 3);
    expect(law.applies).toBe(false);
    expect(law.why).toBe("ΔL/D is 2.50, below 5: escapes are not rare");
    expect(kramers(barrier1d(0.25, 2, 1), 0.01).why).toBe(
      "ΔL/D is 25.0, at least 5: escapes are rare",
    );
  });

  test("the time along the path says how far the other curvatures take it", () => {
    const wide = {
      ...barrier1d(0.25, 2, 1),
      dimension: 2,
      minimumEigenvalues: [2, 1],
      saddleEigenvalues: [4, -1],
    };
    const law = ddtWhiteNoise(wide, 0.01, { form: "along-path" });
    expect(law.applies).toBe(false);
    expect(law.why).toBe(
      "curvatures across the path at minimum and saddle change the time by 50 %",
    );
  });

  test("refuses points that are not critical, or of the wrong kind", () => {
    const origin = new Float64Array(2);
    const go = (a: Float64Array, c: Float64Array) => () => barrierBetween(landscape, a, c);
    expect(go(Float64Array.of(1, 1), origin)).toThrow(
      "minimum must be a critical point, got a gradient of 5.10",
    );
    expect(go(origin, origin)).toThrow("minimum must have positive curvatures only, got -1.19");
    expect(go(minimum, minimum)).toThrow(
      "saddle must have one negative curvature and none of zero, got ",
    );
    expect(go(minimum, new Float64Array(3))).toThrow("saddle must have 2 coordinates, got 3");
    expect(() => barrier1d(-1, 1, 1)).toThrow(
      "barrier must be higher than the minimum, got a height of -1",
    );
    expect(() => kramers(barrier, 0)).toThrow("diffusion must be positive and finite, got 0");
    expect(() => flooredIntegral({ from: aR, to: b, slope, curvature }, 0)).toThrow(
      "floor of the curvature must be positive and finite, got 0",
    );
  });

  test("a path by points has the floored integral of the line it is", () => {
    const line: PotentialCalculus = {
      dimension: 2,
      value: ({ 0: x, 1: y }) => f(x) + 3 * y * y,
      gradient: ({ 0: x, 1: y }, out) => out.set([slope(x), 6 * y]),
      hessian: ({ 0: x }, out) => out.set([curvature(x), 0, 0, 6]),
    };
    const points = [aR, 2, 1.1, b].map((x) => [x, 0]);
    expect(flooredIntegral(escapePath(line, points), 10)).toBeCloseTo(1.918, 3);
    // Round a corner the integral of L′ alone is still the height.
    const bent = escapePath(line, [[aR, 0], [2, 1], [b, 0]]); // prettier-ignore
    const flat = { ...bent, curvature: () => 0 };
    expect(flooredIntegral(flat, 1)).toBeCloseTo(fromRight.height, 8);
    expect(() => escapePath(line, [[0, 0]])).toThrow("a path must have two points at least, got 1");
    expect(() =>
      escapePath(line, [
        [0, 0],
        [0, 0],
      ]),
    ).toThrow(
      // prettier-ignore
      "points of a path must differ, got a step of 0 at 0",
    );
  });

  test("the exponential law is right where escapes are rare", () => {
    const t = firstPassage({ gradient: slope, diffusion: 2 }, aR, {
      left: exit(aL),
      right: natural,
    });
    expect(t.variation).toBeCloseTo(1, 4);
  });
});
