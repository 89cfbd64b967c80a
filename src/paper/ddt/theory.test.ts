import { expect, suite, test } from "vitest";
import { stream } from "../../random/index.ts";
import { exactLogTime } from "./escape-task.ts";
import { landscapeOf } from "../landscape.ts";
import { logisticData, logisticMinimum, logisticMoments } from "./logistic-model.ts";
import { drivenBy, type NoiseSpec } from "./noise.ts";
import { exactLogOdds } from "./occupancy-task.ts";
import { conditionSeed } from "../condition-seed.ts";
import { exponentSlope } from "./scans.ts";

// Sanity values of the specification, sections A.4 and A.6; well to well.
const exact = (noise: NoiseSpec, k = 1, eta = 0.002) => {
  const place = landscapeOf({ kind: "styblinski-tang", k });
  return exactLogTime(noise, { ...place, out: place.opposite }, eta);
};

suite("the theory of the escapes", () => {
  test.each([
    [8, 7.959],
    [6, 21.834],
    [5, 49.484],
    [4, 170.86],
    [3, 1370.5],
    [2.5, 7299.9],
  ])("white noise of D = %d takes %d", (diffusion, time) => {
    expect(Math.exp(exact({ kind: "white", diffusion })) / time).toBeCloseTo(1, 3);
  });

  test.each([
    [2, 11.668],
    [3, 76.204],
    [4, 509.1],
    [6, 23212.6],
  ])("batches at 2B/ηs² = %d take %d", (x, time) => {
    const noise: NoiseSpec = { kind: "batches", batchSize: 4, variance: 4000 / x, floor: 10, samples: 64 }; // prettier-ignore
    expect(Math.exp(exact(noise)) / time).toBeCloseTo(1, 3);
  });

  test.each([
    [1, 6.2326],
    [1.5, 3.2988],
    [2, 1.7637],
    [4, -0.772],
  ])("batches at sharpness %d have ln τ = %d", (k, logTime) => {
    const noise: NoiseSpec = { kind: "batches", batchSize: 4, variance: 1000, floor: 10 * k, samples: 64 }; // prettier-ignore
    expect(exact(noise, k)).toBeCloseTo(logTime, 3);
  });

  test("kτ does not depend on k under white noise", () => {
    const white: NoiseSpec = { kind: "white", diffusion: 5 };
    expect(Math.log(4) + exact(white, 4)).toBeCloseTo(exact(white, 1), 8);
  });

  test("the integral of the floored exponent is 1.918", () => {
    expect(exponentSlope()).toBeCloseTo(1.918, 3);
  });
});

suite("valleys", () => {
  const valley = (left: number, right: number) =>
    landscapeOf({ kind: "valleys", height: 1, left, right });

  test("are equally deep, with their minima where they are said to be", () => {
    const { calculus, gradient, start, opposite, saddle } = valley(1, 2);
    for (const x of [start, opposite]) {
      expect(calculus.value([x])).toBeCloseTo(0, 12);
      expect(gradient(x)).toBeCloseTo(0, 10);
    }
    expect(calculus.value([saddle])).toBeCloseTo(1, 12);
  });

  test("white noise divides by the roots of the curvatures as D falls", () => {
    const place = valley(1, 2);
    const half = 0.5 * Math.log(place.curvature(place.start) / place.curvature(place.opposite));
    const odds = exactLogOdds({ kind: "white", diffusion: 0.05 }, place, 0.003);
    expect(odds / half).toBeCloseTo(1, 2);
  });

  test("equal ones divide evenly under any noise", () => {
    const place = valley(1, 1);
    const noise: NoiseSpec = { kind: "curvature", scale: 0.1, floor: 2, power: 1 };
    expect(exactLogOdds(noise, place, 0.003)).toBeCloseTo(0, 8);
  });
});

suite("the finite sum", () => {
  test("has samples of mean 0, no odd cumulant and the variance asked for", () => {
    const place = landscapeOf({ kind: "styblinski-tang", k: 1 });
    const { noise } = drivenBy(
      { kind: "batches", batchSize: 4, variance: 2000, floor: 10, samples: 64 },
      place,
      "7",
    );
    if (noise.kind !== "batch") throw new Error("not batches");
    const moment = (n: number) =>
      noise.problem.data.reduce((sum, xi) => sum + xi ** n, 0) / noise.problem.samples;
    expect(noise.problem.samples).toBe(64);
    expect(moment(1)).toBeCloseTo(0, 10);
    expect(moment(2)).toBeCloseTo(2000, 8);
    expect(moment(3) / 2000 ** 1.5).toBeCloseTo(0, 10);
  });
});

suite("logistic regression", () => {
  const data = logisticData(stream("7", "test"), {
    samples: 400,
    scales: [1, 0.5, 0.2],
    strength: 1,
    law: "model",
  });

  test("has derivatives that agree with differences", () => {
    const theta = Float64Array.of(0.3, -0.4, 0.8);
    const { gradient, hessian } = logisticMoments(data, theta);
    const loss = (t: Float64Array) => {
      let sum = 0;
      for (let i = 0; i < data.samples; i++) {
        const m = [0, 1, 2].reduce((s, j) => s + data.inputs[3 * i + j] * t[j], 0);
        sum += Math.log1p(Math.exp(m)) - data.labels[i] * m;
      }
      return sum / data.samples;
    };
    const h = 1e-5;
    for (let j = 0; j < 3; j++) {
      const moved = (by: number) => theta.map((t, i) => (i === j ? t + by : t));
      expect((loss(moved(h)) - loss(moved(-h))) / (2 * h)).toBeCloseTo(gradient[j], 8);
      const [up, down] = [moved(h), moved(-h)].map((t) => logisticMoments(data, t).gradient);
      for (let k = 0; k < 3; k++)
        expect((up[k] - down[k]) / (2 * h)).toBeCloseTo(hessian[3 * j + k], 8);
    }
  });

  test("has no gradient at its minimum", () => {
    expect(Math.hypot(...logisticMoments(data, logisticMinimum(data)).gradient)).toBeLessThan(
      1e-11,
    );
  });

  test("has none where a plane separates the labels", () => {
    const labels = Float64Array.from({ length: 400 }, (_, i) => (data.inputs[3 * i] > 0 ? 1 : 0));
    expect(() => logisticMinimum({ ...data, labels })).toThrow(
      "logistic regression must have a minimum, got none in 50 steps",
    );
  });
});

test("conditions have seeds of their own", () => {
  const seeds = ["11", "12"].flatMap((s) => ["a", "b"].map((label) => conditionSeed(s, label)));
  expect(new Set(seeds).size).toBe(4);
  expect(seeds.every((s) => BigInt(s) < 2n ** 64n)).toBe(true);
});
