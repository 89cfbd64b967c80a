import { expect, suite, test } from "vitest";
import { matmul, transpose } from "../../numeric/index.ts";
import { fillNormal, stream } from "../../random/index.ts";
import { finiteBatchStationary, type QuadraticSum } from "./finite-batches.ts";
import { ornsteinUhlenbeckCovariance, stationaryLoss } from "./ornstein-uhlenbeck.ts";
import { lossFromMinimum } from "./transient-loss.ts";

const [d, samples] = [2, 5];
const draws = new Float64Array(samples * 2 * d);
fillNormal(stream("12", "batches"), 0, draws);
const features = Array.from({ length: samples }, (_, i) => draws.slice(i * d, (i + 1) * d));
const hessians = Float64Array.from(features.flatMap((x) => [...matmul(x, x, d, 1, d)]));
const raw = draws.slice(samples * d);
const gradients = raw.map((g, i) => {
  let mean = 0;
  for (let s = 0; s < samples; s++) mean += raw[s * d + (i % d)] / samples;
  return g - mean;
});

/** All batches of two, as lists of samples. */
function batches(replacement: boolean): number[][] {
  const all: number[][] = [];
  for (let i = 0; i < samples; i++)
    for (let j = 0; j < samples; j++) if (replacement || i !== j) all.push([i, j]);
  return all;
}

/** X ← mean over all batches of (I − ηH_B)X(I − ηH_B) + η²g_Bg_Bᵀ, until it rests. */
function enumerated(eta: number, replacement: boolean): Float64Array {
  const all = batches(replacement).map((batch) => {
    const step = Float64Array.of(1, 0, 0, 1);
    const g = new Float64Array(d);
    for (const s of batch) {
      for (let i = 0; i < d * d; i++) step[i] -= (eta / 2) * hessians[s * d * d + i];
      for (let i = 0; i < d; i++) g[i] += gradients[s * d + i] / 2;
    }
    return { step, noise: matmul(g, g, d, 1, d).map((v) => eta * eta * v) };
  });
  let x = new Float64Array(d * d);
  for (let round = 0; round < 4000; round++) {
    const next = new Float64Array(d * d);
    for (const { step, noise } of all)
      matmul(matmul(step, x, d, d, d), transpose(step, d, d), d, d, d).forEach(
        (v, i) => (next[i] += (v + noise[i]) / all.length),
      );
    x = next;
  }
  return x;
}

suite("finiteBatchStationary", () => {
  const problem: QuadraticSum = {
    dimension: d,
    hessians,
    gradients,
    batch: 2,
    replacement: false,
    eta: 0.3,
  };

  test.each([true, false])("is the covariance over all batches, replacement %s", (replacement) => {
    const { covariance, loss } = finiteBatchStationary({ ...problem, replacement });
    const exact = enumerated(0.3, replacement);
    covariance.forEach((v, i) => expect(v).toBeCloseTo(exact[i], 12));
    const h = new Float64Array(d * d);
    hessians.forEach((v, i) => (h[i % (d * d)] += v / samples));
    const hx = matmul(h, exact, d, d, d);
    expect(loss).toBeCloseTo(0.5 * (hx[0] + hx[3]), 12);
  });

  test("with one Hessian for all is the additive law; with the whole sum it rests at the minimum", () => {
    const same = Float64Array.from({ length: hessians.length }, (_, i) => [2, 0.5, 0.5, 1][i % 4]);
    const { covariance } = finiteBatchStationary({ ...problem, hessians: same, replacement: true });
    const sigma = matmul(transpose(gradients, samples, d), gradients, d, samples, d).map(
      (v) => v / samples / 2,
    );
    const additive = ornsteinUhlenbeckCovariance(
      { dimension: d, hessian: same.slice(0, 4), covariance: sigma, eta: 0.3 },
      "discrete",
    );
    covariance.forEach((v, i) => expect(v).toBeCloseTo(additive[i], 12));
    expect(finiteBatchStationary({ ...problem, batch: samples }).loss).toBe(0);
  });

  test("refuses steps that are not stable in mean square, and sizes that do not fit", () => {
    expect(() => finiteBatchStationary({ ...problem, eta: 10 })).toThrow(
      "eta must be stable in mean square for a stationary law, got 10, whose covariance would not be positive",
    );
    expect(() => finiteBatchStationary({ ...problem, batch: 6 })).toThrow(
      "batch must be whole and from 1 to 5, got 6",
    );
    expect(() => finiteBatchStationary({ ...problem, hessians: hessians.slice(1) })).toThrow(
      "a Hessian and a gradient must be given for each sample, got 19 and 10 values in 2 dimensions",
    );
  });
});

test("lossFromMinimum starts with slope (η/2)Tr(HC) and ends at the stationary loss", () => {
  const problem = {
    dimension: 2,
    hessian: Float64Array.of(3, 1, 1, 0.8),
    covariance: Float64Array.of(1, -0.3, -0.3, 0.5),
    eta: 0.2,
  };
  const trace = 3 * 1 + 2 * 1 * -0.3 + 0.8 * 0.5;
  expect(lossFromMinimum(problem, 1e-7) / 1e-7).toBeCloseTo(0.1 * trace, 6);
  expect(lossFromMinimum(problem, 200)).toBeCloseTo(stationaryLoss(problem).continuous, 12);
  const saddle = { ...problem, hessian: Float64Array.of(-1, 0, 0, 2) };
  expect(lossFromMinimum(saddle, 5)).toBeCloseTo(
    0.05 * ((1 - Math.exp(10)) * 1 + (1 - Math.exp(-20)) * 0.5),
    9,
  );
  expect(() => lossFromMinimum(problem, -1)).toThrow("time must not be negative, got -1");
});
