import { describe, expect, test } from "vitest";
import { levyNoise } from "../../src/diffusion/noise/levy.ts";
import { diffusionProcess } from "../../src/diffusion/process/process.ts";
import { eulerMaruyama } from "../../src/diffusion/scheme/euler-maruyama.ts";
import { integrate, normalCdf } from "../../src/numeric/index.ts";
import { kolmogorovTest } from "../../src/statistics/index.ts";
import { fieldOf, potentialOf } from "./landscapes.ts";
import { oneStep } from "./one-step.ts";
import { hostStep, simulate } from "./simulate.ts";

const flat = potentialOf("0*x", 1);
const particles = 20_000;
const alphas = [0.5, 0.9, 1, 1.3, 1.7, 2];
const k = [0.3, 1, 2.5];

/** Mean of cos(kx) less `expected`, in standard errors. */
function deviation(x: Float64Array, frequency: number, expected: number): number {
  const cosines = x.map((v) => Math.cos(frequency * v));
  const mean = cosines.reduce((s, c) => s + c, 0) / x.length;
  const variance = cosines.reduce((s, c) => s + (c - mean) ** 2, 0) / x.length;
  return Math.abs(mean - expected) / Math.sqrt(variance / x.length);
}

describe("characteristic function of a step, E cos kΔ = e^(−ηD|k|^α)", () => {
  test.each(alphas.flatMap((alpha) => (["f32", "f64"] as const).map((p) => [alpha, p] as const)))(
    "α = %d, %s: within 4 standard errors",
    (alpha, precision) => {
      const [eta, diffusion] = [0.25, 3];
      const options = { potential: flat, noise: levyNoise(1.5, diffusion), scheme: eulerMaruyama };
      const [x] = oneStep(options, { eta, alpha }, [0], particles, precision);
      for (const f of k)
        expect(deviation(x, f, Math.exp(-eta * diffusion * f ** alpha))).toBeLessThan(4);
    },
  );

  test("D as a function of the place, in two coordinates, independent of each other", () => {
    const noise = levyNoise(1.4, fieldOf("1 + x^2", 2));
    const options = { potential: potentialOf("0*x + 0*y", 2), noise, scheme: eulerMaruyama };
    const [x, y] = oneStep(options, { eta: 0.2 }, [1, 0], particles);
    const steps = x.map((v) => v - 1);
    for (const f of k) {
      const one = Math.exp(-0.2 * 2 * f ** 1.4);
      expect(deviation(steps, f, one)).toBeLessThan(4);
      expect(deviation(y, f, one)).toBeLessThan(4);
      expect(deviation(steps.map((v, i) => v + y[i]), f, one * one)).toBeLessThan(4); // prettier-ignore
    }
  });

  test("eight steps of η/8 have the law of one of η: increments go with η^(1/α)", () => {
    const process = diffusionProcess({ potential: flat, noise: levyNoise(1.2, 1), scheme: eulerMaruyama, target: "continuous" }); // prettier-ignore
    const [x] = simulate(process, { parameters: { eta: 1 / 8 }, start: [0], particles, burnIn: 8, seed: "51" }); // prettier-ignore
    for (const f of k) expect(deviation(x, f, Math.exp(-(f ** 1.2)))).toBeLessThan(4);
  });
});

describe("the laws that are known in closed form", () => {
  test("α = 2 is √(2D) dW", () => {
    const options = { potential: flat, noise: levyNoise(2, 0.5), scheme: eulerMaruyama };
    const [x] = oneStep(options, { eta: 0.5 }, [0], particles);
    expect(kolmogorovTest(x, (v) => normalCdf(v / Math.SQRT1_2)).pValue).toBeGreaterThan(6e-5);
  });

  test("α = 1 is Cauchy's", () => {
    const options = { potential: flat, noise: levyNoise(1, 0.5), scheme: eulerMaruyama };
    const [x] = oneStep(options, { eta: 0.5 }, [0], particles);
    const cdf = (v: number) => 0.5 + Math.atan(v / 0.25) / Math.PI;
    expect(kolmogorovTest(x, cdf).pValue).toBeGreaterThan(6e-5);
  });

  test("α = ½ has the distribution that inverts e^(−√k)", () => {
    const options = { potential: flat, noise: levyNoise(0.5, 1), scheme: eulerMaruyama };
    const [x] = oneStep(options, { eta: 1 }, [0], particles);
    // F(x) = ½ + (1/π) ∫ sin(kx)/k·e^(−√k) dk, with k = s².
    const cdf = (v: number) =>
      0.5 + (2 / Math.PI) * integrate((s) => (s === 0 ? 0 : (Math.sin(s * s * v) / s) * Math.exp(-s)), 0, 40).value; // prettier-ignore
    for (const edge of [0.2, 1, 3]) {
      const p = cdf(edge);
      const share = x.filter((v) => v < edge).length / x.length;
      expect(Math.abs(share - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / x.length));
    }
  });

  test("the increment of two uniforms is Chambers, Mallows and Stuck's, to 1e-9", () => {
    const process = diffusionProcess({ potential: flat, noise: levyNoise(1, 1), scheme: eulerMaruyama, target: "discrete" }); // prettier-ignore
    for (const alpha of alphas) {
      const [eta, diffusion] = [0.3, 2];
      const step = hostStep(process, { eta, alpha, diffusion });
      for (const [p, q] of [
        [0.1, 0.3],
        [0.5, 0.9],
        [0.999, 0.01],
        [1e-6, 0.5],
      ]) {
        // prettier-ignore
        const u = Math.PI * (p - 0.5);
        const w = -Math.log(q);
        const x =
          (Math.sin(alpha * u) / Math.cos(u) ** (1 / alpha)) *
          (Math.cos((1 - alpha) * u) / w) ** ((1 - alpha) / alpha) *
          (eta * diffusion) ** (1 / alpha);
        const [y] = step([0], [], [p, q]);
        expect(Math.abs(y - x)).toBeLessThanOrEqual(1e-9 * Math.abs(x) + 1e-15);
      }
    }
  });

  test("no diffusion, no increment", () => {
    const options = { potential: flat, noise: levyNoise(1.5, 0), scheme: eulerMaruyama };
    const [x] = oneStep(options, { eta: 0.5 }, [0.25], 64);
    expect(new Set(x)).toEqual(new Set([0.25]));
  });
});

test("alpha and D are held to their ranges", () => {
  expect(() => levyNoise(0, 1)).toThrow("alpha must be above 0 and at most 2, got 0");
  expect(() => levyNoise(2.1, 1)).toThrow("alpha must be above 0 and at most 2, got 2.1");
  expect(() => levyNoise(1, -1)).toThrow("diffusion must be a number of at least 0, got -1");
});
