import { expect, suite, test } from "vitest";
import { barrier1d } from "./barrier.ts";
import type { Convention } from "./convention.ts";
import { meanFirstPassage } from "./first-passage.ts";
import { kramers } from "./kramers.ts";
import { mori } from "./mori.ts";
import { noiseRatio, powerLaw1d } from "./power-law.ts";
import { powerLawNd } from "./power-law-nd.ts";
import { symmetricPowerLaw } from "./symmetric-power-law.ts";

const conventions: readonly Convention[] = ["ito", "stratonovich", "anti-ito"];

// Two parabolas of curvature H, joined half-way, as high as `height`: well at 0, barrier at 2u.
function parabolas(height: number, H = 1) {
  const u = Math.sqrt(height / H);
  return {
    u,
    value: (x: number) => (x < u ? 0.5 * H * x * x : height - 0.5 * H * (x - 2 * u) ** 2),
    slope: (x: number) => (x < u ? H * x : -H * (x - 2 * u)),
  };
}

suite("power law in one dimension, D linear in the loss", () => {
  const [eta, sigmaG] = [0.1, 0.2];
  const barrier = barrier1d(1, 1, 1);
  const { u, value, slope } = parabolas(1);
  const exact = (kappa: number, convention: Convention) =>
    meanFirstPassage(
      {
        gradient: slope,
        diffusion: (x) =>
          0.5 * eta * sigmaG * (1 + (2 * Math.max(value(x), 0)) / (eta * kappa * sigmaG)),
        convention,
        breakpoints: [u, 2 * u + Math.SQRT2],
      },
      0,
      { left: { kind: "natural" }, right: { kind: "exit", at: 4 * u } },
    );

  test.each<[number, number, number]>([
    [2, 0.991, 0.966],
    [4, 0.999, 0.997],
    [8, 1, 1],
    [16, 1, 1],
  ])("κ = %i: closed form over quadrature is %f (Itô), %f (anti-Itô)", (kappa, ito, anti) => {
    const ratio = (convention: Convention) =>
      powerLaw1d(barrier, { eta, sigmaG, kappa }, { convention }).time / exact(kappa, convention);
    expect(Math.abs(ratio("ito") - ito)).toBeLessThan(6e-4);
    expect(Math.abs(ratio("anti-ito") - anti)).toBeLessThan(6e-4);
    expect(ratio("stratonovich")).toBeGreaterThan(Math.min(ratio("anti-ito"), 0.9999));
    expect(ratio("stratonovich")).toBeLessThan(1.001);
  });

  test("becomes Kramers' with D = ησ_g/2 as κ → ∞, in every convention", () => {
    for (const convention of conventions) {
      const law = powerLaw1d(barrier, { eta, sigmaG, kappa: 1e9 }, { convention });
      expect(law.logTime).toBeCloseTo(kramers(barrier, (eta * sigmaG) / 2).logTime, 5);
    }
  });

  test("Mori's law is Itô's but for the factor 1 + 1/2κ", () => {
    const [batch, h, lossMinimum] = [4, 2, 0.3];
    const kappa = batch / (eta * h);
    const sigma = (2 * lossMinimum * h) / batch;
    const b = barrier1d(1.7, h, 0.8, lossMinimum);
    expect(noiseRatio(b, { eta, kappa, sigmaG: sigma })).toBeCloseTo(2 / 0.3, 12);
    const ito = powerLaw1d(b, { eta, kappa, sigmaG: sigma });
    const law = mori(b, { eta, batch });
    expect(law.logTime - ito.logTime).toBeCloseTo(Math.log1p(1 / (2 * kappa)), 12);
    const many = mori(b, { eta, batch, outliers: 42 });
    expect(many.applies).toBe(false);
    expect(many.why).toBe(
      "the density falls as distance^−42.0, too slowly for an integral in 42 dimensions",
    );
    expect(() => mori(barrier1d(1, 1, 1), { eta, batch })).toThrow(
      "loss at the minimum must be positive and finite, got 0",
    );
  });

  test("in n dimensions it reduces to this for d = 1, and brackets itself", () => {
    for (const convention of conventions) {
      const noise = { eta, sigmaG, kappa: 3 };
      const one = powerLaw1d(barrier, noise, { convention });
      const nd = powerLawNd(barrier, noise, { convention });
      expect(nd.derived.logTime).toBeCloseTo(one.logTime, 12);
      expect(nd.low?.logTime).toBeCloseTo(one.logTime, 12);
      const plane = {
        ...barrier,
        dimension: 2,
        minimumEigenvalues: [1, 1],
        saddleEigenvalues: [1, -1],
      };
      const two = powerLawNd(plane, noise, { convention });
      expect(two.low?.time).toBeLessThan(two.derived.time);
      expect(two.derived.time / (two.low?.time ?? 0)).toBeLessThan(1.2);
    }
    const paper = powerLawNd(
      barrier,
      { eta, sigmaG, kappa: 3 },
      { convention: "anti-ito" },
    ).mengPaper;
    expect(paper.applies).toBe(false);
    expect(paper.time).toBeCloseTo(
      ((2 * Math.PI) / (1 - 1 / 6)) * (1 + 1 / (eta * 3 * sigmaG)) ** 2.5,
      9,
    );
  });

  test("refuses a noise of no meaning", () => {
    expect(() => powerLaw1d(barrier, { eta, sigmaG, kappa: 0 })).toThrow(
      "kappa must be positive and finite, got 0",
    );
    expect(() => powerLaw1d({ ...barrier, dimension: 2 }, { eta, sigmaG, kappa: 1 })).toThrow(
      "barrier must have one dimension, got 2",
    );
  });
});

suite("symmetric power law: η = 0.1, B = 1, H = 2, C = 4(2u² + 1)/B", () => {
  const noise = { curvature: 2, eta: 0.1, sigmaG: 4, sigmaH: 8 };
  test.each([
    [0.5, 27.0],
    [0.75, 58.36],
    [1, 113.78],
    [1.5, 347.22],
    [2, 864.0],
  ])("ΔL = %f: %f", (height, exact) => {
    const law = symmetricPowerLaw({ ...noise, height });
    expect(law.time).toBeCloseTo(exact, 2);
  });

  test.each(conventions)(
    "is the quadrature for high barriers in the convention %s",
    (convention) => {
      const height = 60;
      const { u, slope } = parabolas(height, 2);
      // A third parabola beyond, as deep, so that the integral over the barrier is whole.
      const distance = (x: number) => (x < u ? x : x - 2 * u);
      const exact = meanFirstPassage(
        {
          gradient: (x) => (x < 3 * u ? slope(x) : -2 * u),
          diffusion: (x) => 0.05 * (4 + 8 * Math.min(distance(x) ** 2, u * u)),
          convention,
          breakpoints: [u, 3 * u],
        },
        0,
        { left: { kind: "natural" }, right: { kind: "exit", at: 3 * u } },
      );
      expect(
        Math.abs(symmetricPowerLaw({ ...noise, height }, { convention }).time / exact - 1),
      ).toBeLessThan(2e-3);
    },
  );

  test("constant noise is Kramers': π·e^{ΔL/D}, D = 2η/B", () => {
    const law = symmetricPowerLaw({ ...noise, height: 1, sigmaH: 1e-7 });
    expect(law.time / (Math.PI * Math.exp(5))).toBeCloseTo(1, 6);
    // The series for large κ takes over at 10⁶ without a step.
    const at = (kappa: number) =>
      symmetricPowerLaw({ ...noise, height: 1, sigmaH: 20 / kappa }).logTime;
    const bend = at(1.01e6) - 2 * at(1e6) + at(0.99e6);
    expect(Math.abs(bend)).toBeLessThan(1e-8);
  });
});
