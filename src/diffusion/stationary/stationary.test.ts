import { expect, suite, test } from "vitest";
import { integrate, matmul, studentCdf, transpose } from "../../numeric/index.ts";
import { fillNormal, stream } from "../../random/index.ts";
import type { Convention } from "../theory/convention.ts";
import { stationaryByQuadrature } from "./by-quadrature.ts";
import { gibbs1d, gibbsLogWeight } from "./gibbs.ts";
import { kestenTail } from "./kesten.ts";
import { ornsteinUhlenbeckCovariance, stationaryLoss } from "./ornstein-uhlenbeck.ts";
import { powerLawLogDensityNd, powerLawStationary } from "./power-law.ts";
import { crossoverDiffusion, occupancy, occupancyFromTimes } from "./two-wells.ts";

const conventions: readonly Convention[] = ["ito", "stratonovich", "anti-ito"];
const line = (f: (x: number) => number) =>
  integrate(f, -Infinity, Infinity, { relativeTolerance: 1e-12 }).value;

suite("Gibbs", () => {
  const value = (x: number) => x ** 4 / 4 - x ** 2 / 2;
  const law = gibbs1d({ value, gradient: (x) => x ** 3 - x }, 0.1, 0.3);

  test("is normalised, symmetric and e^−V/D", () => {
    const Z = line((x) => Math.exp(-value(x) / 0.1));
    for (const x of [-1.7, -1, 0, 0.4, 2]) {
      expect(law.logDensity(x)).toBeCloseTo(-value(x) / 0.1 - Math.log(Z), 10);
      expect(law.cdf(x) + law.cdf(-x)).toBeCloseTo(1, 10);
      expect(gibbsLogWeight(([y]) => value(y), 0.1)(Float64Array.of(x))).toBe(-value(x) / 0.1);
    }
    const below = integrate((x) => Math.exp(law.logDensity(x)), law.low, 0.4).value;
    expect(law.cdf(0.4)).toBeCloseTo(below, 10);
    expect(law.mean((x) => x * x)).toBeCloseTo(
      line((x) => x * x * Math.exp(-value(x) / 0.1)) / Z,
      10,
    );
  });

  test("occupancy of two wells of curvatures 16 and 1: the odds 0.614 and −0.386", () => {
    const sharp = { loss: 0, curvatures: [16] };
    const flat = { loss: 0.1, curvatures: [1] };
    // T = 0.1 and 0.2 with p ∝ e^−2L/T
    expect(occupancy(sharp, flat, 0.05).logOdds).toBeCloseTo(2 - 1.386, 3);
    expect(occupancy(sharp, flat, 0.1).logOdds).toBeCloseTo(1 - 1.386, 3);
    const even = crossoverDiffusion(sharp, flat);
    expect(even).toBeCloseTo(0.1 / Math.log(4), 12);
    expect(occupancy(sharp, flat, even ?? 0).probability).toBeCloseTo(0.5, 12);
    expect(crossoverDiffusion(flat, sharp)).toBeCloseTo(even ?? 0, 12);
    expect(
      crossoverDiffusion({ loss: -1, curvatures: [1] }, { loss: 0, curvatures: [2] }),
    ).toBeUndefined();
    expect(() => occupancy({ loss: 0, curvatures: [-1] }, flat, 1)).toThrow(
      "curvature of a well must be positive and finite, got -1",
    );
  });

  test("Laplace's odds are the quadrature's as D → 0, at an error of order D", () => {
    // Quartic with unequal wells: L′ = (x + 1)(x − 0.1)(x − 1)·3
    const gradient = (x: number) => 3 * (x + 1) * (x - 0.1) * (x - 1);
    const L = (x: number) => 0.75 * x ** 4 - 0.1 * x ** 3 - 1.5 * x * x + 0.3 * x;
    const well = (x: number) => ({ loss: L(x), curvatures: [9 * x * x - 0.6 * x - 3] });
    const gap = (D: number) => {
      const left = gibbs1d({ value: L, gradient }, D, 0).cdf(0.1);
      return Math.log(left / (1 - left)) - occupancy(well(-1), well(1), D).logOdds;
    };
    expect(Math.abs(gap(0.02))).toBeLessThan(0.01);
    expect(gap(0.04) / gap(0.02)).toBeCloseTo(2, 0);
  });

  test("occupancy from times keeps to logarithms", () => {
    expect(occupancyFromTimes(900, 900 - Math.log(3)).probability).toBeCloseTo(0.75, 10);
    expect(occupancyFromTimes(2000, 0).probability).toBe(1);
  });

  test("refuses a landscape that does not confine", () => {
    expect(() => stationaryByQuadrature({ gradient: () => 0, diffusion: 1 }, 0)).toThrow(
      "stationary density must have an integral, got none that converges from 0 outwards",
    );
  });
});

suite.each(conventions)("power law, %s", (convention) => {
  const alpha = { ito: 0, stratonovich: 0.5, "anti-ito": 1 }[convention];

  test("with ρ = 0 is Student's t with ν = 2(κ + 1 − α) − 1, and the law by quadrature", () => {
    const noise = { curvature: 1.3, eta: 0.1, sigmaG: 0.7, sigmaH: 5, minimum: 0.4 };
    const law = powerLawStationary(noise, { convention });
    expect(law.kappa).toBeCloseTo(2.6, 12);
    expect(law.degreesOfFreedom).toBeCloseTo(2 * (2.6 - alpha) + 1, 12);
    const scale = Math.sqrt(0.7 / (5 * law.degreesOfFreedom));
    const numeric = stationaryByQuadrature(
      {
        gradient: (x) => 1.3 * (x - 0.4),
        diffusion: (x) => 0.05 * (0.7 + 5 * (x - 0.4) ** 2),
        convention,
      },
      0.1,
    );
    for (const x of [-3, -0.2, 0.4, 0.9, 7]) {
      expect(law.logDensity(x)).toBeCloseTo(numeric.logDensity(x), 8);
      expect(law.cdf(x)).toBeCloseTo(numeric.cdf(x), 9);
      expect(law.cdf(x)).toBeCloseTo(studentCdf((x - 0.4) / scale, law.degreesOfFreedom), 12);
    }
    const tail = (law.logDensity(1e6) - law.logDensity(1e5)) / Math.LN10;
    expect(-tail).toBeCloseTo(law.tailExponent, 4);
  });

  test("with ρ the arctan factor is that of −∫2Hz/(ηC), and the law is normalised", () => {
    const noise = { curvature: 1.3, eta: 0.1, sigmaG: 1, sigmaH: 0.8, rho: 0.3 };
    const law = powerLawStationary(noise, { convention });
    const C = (z: number) => 1 + 0.6 * z + 0.8 * z * z;
    const exponent = (z: number) =>
      integrate((u) => (-26 * u) / C(u), 0, z, { relativeTolerance: 1e-13 }).value +
      (alpha - 1) * Math.log(C(z));
    for (const z of [-3, -1, 0.5, 3])
      expect(law.logDensity(z) - law.logDensity(0)).toBeCloseTo(exponent(z), 9);
    expect(line((x) => Math.exp(law.logDensity(x)))).toBeCloseTo(1, 9);
    const below = integrate((x) => Math.exp(law.logDensity(x)), -Infinity, 0.2).value;
    expect(law.cdf(0.2)).toBeCloseTo(below, 9);
    expect([law.cdf(-1e9), law.cdf(1e9)].map((p) => Math.round(p * 1e9))).toEqual([0, 1e9]);
  });

  test("in d dimensions is normalised, and the one-dimensional law for d = 1", () => {
    const [eta, kappa] = [0.1, 3];
    const one = powerLawLogDensityNd(
      { curvatures: Float64Array.of(2), sigmaG: Float64Array.of(0.5), eta, kappa },
      { convention },
    );
    const law = powerLawStationary(
      { curvature: 2, eta, sigmaG: 0.5, sigmaH: 2 / (eta * kappa) },
      { convention },
    );
    for (const x of [-1, 0.2, 4])
      expect(one(Float64Array.of(x))).toBeCloseTo(law.logDensity(x), 12);
    const two = powerLawLogDensityNd(
      { curvatures: Float64Array.of(2, 1), sigmaG: Float64Array.of(0.5, 1), eta, kappa },
      { convention },
    );
    const w = new Float64Array(2);
    const total = line((x) =>
      line((y) => {
        [w[0], w[1]] = [x, y];
        return Math.exp(two(w));
      }),
    );
    expect(total).toBeCloseTo(1, 8);
  });
});

test("the power law tends to N(w*, ησ_g/2H) as κ → ∞, and refuses what has no law", () => {
  const law = powerLawStationary({ curvature: 2, eta: 0.1, sigmaG: 3, sigmaH: 1e-5 });
  const variance = (0.1 * 3) / 4;
  expect(law.logDensity(0.3)).toBeCloseTo(
    -0.5 * Math.log(2 * Math.PI * variance) - 0.045 / variance,
    5,
  );
  const noise = { curvature: 1, eta: 1, sigmaG: 1, sigmaH: 4 };
  expect(() => powerLawStationary({ ...noise, rho: 2 })).toThrow(
    "rho² must be below sigmaG·sigmaH, got 4 and 4",
  );
  expect(() => powerLawStationary(noise, { convention: "anti-ito" })).toThrow(
    "kappa must exceed 0.5, got 0.25",
  );
  expect(powerLawStationary(noise).degreesOfFreedom).toBe(1.5);
  expect(() =>
    powerLawLogDensityNd({
      curvatures: new Float64Array(6).fill(1),
      sigmaG: new Float64Array(6).fill(1),
      eta: 1,
      kappa: 2,
    }),
  ).toThrow("kappa must exceed 2 in 6 dimensions for the law to have an integral, got 2");
});

suite("Ornstein–Uhlenbeck", () => {
  const diagonal = (...d: number[]) =>
    Float64Array.from({ length: d.length ** 2 }, (_, i) =>
      i % (d.length + 1) ? 0 : d[i / (d.length + 1)],
    );
  const lambda = [3, 1, 0.3];

  test("C = H/S: covariance (η/2S)·I, loss 0.013438 and 0.015271 in discrete time", () => {
    const problem = {
      dimension: 3,
      hessian: diagonal(...lambda),
      covariance: diagonal(...lambda.map((l) => l / 8)),
      eta: 0.1,
    };
    const x = ornsteinUhlenbeckCovariance(problem, "continuous");
    diagonal(1, 1, 1).forEach((unit, i) => expect(x[i]).toBeCloseTo((0.1 / 16) * unit, 14));
    const loss = stationaryLoss(problem);
    expect(loss.continuous).toBeCloseTo(0.0134375, 12);
    expect(loss.discrete).toBeCloseTo(0.015271, 6);
    const modes = lambda.reduce((sum, l) => sum + (0.1 * l) / (16 * (2 - 0.1 * l)), 0);
    expect(loss.discrete).toBeCloseTo(modes, 14);
    expect(loss.correction).toBeCloseTo(modes / 0.0134375 - 1, 12);
  });

  test("η = 0.1, S = 128, Tr H = 50: 9.77e-3", () => {
    const h = Array.from({ length: 10 }, () => 5);
    const loss = stationaryLoss({
      dimension: 10,
      hessian: diagonal(...h),
      covariance: diagonal(...h.map((v) => v / 128)),
      eta: 0.1,
    });
    expect(loss.continuous).toBeCloseTo(9.77e-3, 5);
  });

  test("momentum: ηC(1 + β)/(λ(1 − β)(2(1 + β) − ηλ)); refuses what is past the edge", () => {
    const at = (l: number, beta: number, eta: number) =>
      ornsteinUhlenbeckCovariance(
        {
          dimension: 1,
          hessian: Float64Array.of(l),
          covariance: Float64Array.of(0.7),
          eta,
          momentum: beta,
        },
        "discrete",
      )[0];
    for (const [l, beta, eta] of [
      [2, 0, 0.3],
      [2, 0.9, 0.1],
      [0.5, 0.5, 3],
    ])
      expect(at(l, beta, eta)).toBeCloseTo(
        (eta * 0.7 * (1 + beta)) / (l * (1 - beta) * (2 * (1 + beta) - eta * l)),
        11,
      );
    expect(() => at(2, 0, 1.01)).toThrow(
      "eta must be below the edge of stability for a stationary law, got 1.01 with momentum 0",
    );
    expect(() => at(2, 0.9, 1.95)).toThrow("got 1.95 with momentum 0.9");
    expect(() =>
      ornsteinUhlenbeckCovariance(
        { dimension: 1, hessian: Float64Array.of(-1), covariance: Float64Array.of(1), eta: 0.1 },
        "continuous",
      ),
    ).toThrow("hessian must be positive definite for a stationary law, got one that is not");
  });

  test("full matrices that do not commute: Tr(HX) = (η/2)Tr C, and the recursion leaves X alone", () => {
    const d = 4;
    const draws = new Float64Array(2 * d * d);
    fillNormal(stream("9", "ou"), 0, draws);
    const gram = (a: Float64Array) => matmul(a, transpose(a, d, d), d, d, d);
    const hessian = gram(draws.slice(0, d * d)).map((v, i) => v + (i % (d + 1) ? 0 : 0.5));
    const covariance = gram(draws.slice(d * d));
    const eta = 0.05;
    const problem = { dimension: d, hessian, covariance, eta };
    const x = ornsteinUhlenbeckCovariance(problem, "continuous");
    const trace = (m: Float64Array) => m.reduce((sum, v, i) => (i % (d + 1) ? sum : sum + v), 0);
    expect(trace(matmul(hessian, x, d, d, d))).toBeCloseTo((eta / 2) * trace(covariance), 11);
    const y = ornsteinUhlenbeckCovariance(problem, "discrete");
    const step = hessian.map((v, i) => (i % (d + 1) ? 0 : 1) - eta * v);
    const moved = matmul(matmul(step, y, d, d, d), step, d, d, d);
    y.forEach((v, i) => expect(moved[i] + eta * eta * covariance[i]).toBeCloseTo(v, 13));
    expect(stationaryLoss(problem).discrete).toBeCloseTo(
      0.5 * trace(matmul(hessian, y, d, d, d)),
      13,
    );
  });
});

suite("kestenTail", () => {
  test("a Gaussian curvature: E(1 − ηh)² = 1 at α = 2 where η(H² + σ²) = 2H", () => {
    const [mean, variance] = [1, 3];
    const eta = (2 * mean) / (mean * mean + variance);
    const tail = kestenTail({ kind: "gaussian", mean, variance }, eta);
    expect(tail).toMatchObject({ kind: "power" });
    if (tail.kind === "power") expect(tail.alpha).toBeCloseTo(2, 9);
  });

  test("two values, |1 − ηh| = ½ and 3/2: α = 1 exactly, since ½(½ + 3/2) = 1", () => {
    const tail = kestenTail({ kind: "values", values: [0.5, -0.5] }, 1);
    if (tail.kind === "power") expect(tail.alpha).toBeCloseTo(1, 10);
    expect(tail.kind).toBe("power");
  });

  test("tends to 2κ + 1 as η → 0 at fixed κ, which is the tail of the Itô law", () => {
    const kappa = 2.5;
    const gap = (eta: number) => {
      const tail = kestenTail({ kind: "gaussian", mean: 1, variance: 1 / (eta * kappa) }, eta);
      return tail.kind === "power" ? tail.alpha - (2 * kappa + 1) : Number.NaN;
    };
    expect(Math.abs(gap(0.001))).toBeLessThan(0.02);
    expect(gap(0.002) / gap(0.001)).toBeCloseTo(2, 1);
    const law = powerLawStationary({ curvature: 1, eta: 0.001, sigmaG: 1, sigmaH: 400 });
    expect(law.tailExponent - 1).toBeCloseTo(2 * kappa + 1, 10);
  });

  test("no tail where no batch expands, no law where they expand on average", () => {
    expect(kestenTail({ kind: "values", values: [0.5, 1.5] }, 1)).toEqual({
      kind: "bounded",
      reason: "no batch expands: |1 − ηh| never exceeds 1",
    });
    expect(kestenTail({ kind: "gaussian", mean: 1, variance: 1 }, 10)).toEqual({
      kind: "diverges",
      reason: "E ln|1 − ηh| is not negative: no stationary law",
    });
    expect(() => kestenTail({ kind: "values", values: [] }, 1)).toThrow(
      "curvatures must be one at least, got none",
    );
  });
});
