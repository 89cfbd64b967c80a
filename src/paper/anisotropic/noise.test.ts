import { expect, suite, test } from "vitest";
import { lossFromMinimum } from "../../diffusion/index.ts";
import { matmul, transpose } from "../../numeric/index.ts";
import { stream, substream } from "../../random/index.ts";
import type { TaskContext } from "../../run/index.ts";
import { type Covariance, curvatureTraces, fillNoise, scaled, traceOf } from "./noise.ts";
import { densePoint } from "./noise-point.ts";
import { ouTask, type Rise } from "./ou-task.ts";
import { randomNoises } from "./random-noises.ts";
import { rankCorrelation } from "./rank-correlation.ts";
import { rotatedTrace, signedPermutation, turned, turnedBack } from "./rotation.ts";
import { covarianceOf, type ToyDynamics, toyTrace } from "./toy-task.ts";

const draws = stream("5", "anisotropic-test");

function diagonalMatrix(values: readonly number[]): Float64Array {
  const matrix = new Float64Array(values.length ** 2);
  values.forEach((v, i) => (matrix[i * (values.length + 1)] = v));
  return matrix;
}

/** A random dense positive definite matrix. */
function wishart(name: string, d: number): Float64Array {
  const factor = new Float64Array(d * d);
  fillNoise({ kind: "isotropic", variance: 1 }, substream(draws, name), factor);
  return matmul(factor, transpose(factor, d, d), d, d, d);
}

const dense = (covariance: Covariance, d: number): Float64Array => {
  const out = new Float64Array(d * d);
  for (let i = 0; i < d; i++)
    for (let j = 0; j < d; j++) {
      if (covariance.kind === "columns")
        for (const c of covariance.columns) out[i * d + j] += c[i] * c[j];
      else if (i === j && covariance.kind === "isotropic") out[i * d + j] = covariance.variance;
      else if (i === j && covariance.kind === "diagonal") out[i * d + j] = covariance.variances[i];
    }
  return out;
};

const traceOfMatrix = (m: Float64Array, d: number) => {
  let sum = 0;
  for (let i = 0; i < d; i++) sum += m[i * (d + 1)];
  return sum;
};

suite("densePoint", () => {
  // λᵢ = 1/i, P = 1000 would take a minute of eigenvalues; the law is the same at 200.
  const d = 200;
  const values = Array.from({ length: d }, (_, i) => 1 / (i + 1));
  const H = diagonalMatrix(values);
  const sum = (power: number) => values.reduce((total, v) => total + v ** power, 0);

  test("has the ratio P·Tr H²/(Tr H)² and â = 1 where Σ goes with H", () => {
    const point = densePoint(H, H.map((h) => 3 * h), d, draws, 2); // prettier-ignore
    expect(point.ratio).toBeCloseTo((d * sum(2)) / sum(1) ** 2, 10);
    expect(point.aHat).toBeCloseTo(1, 12);
    expect(point.ratio).toBeGreaterThan(point.aHat * point.bound);
    expect(point.enough).toBe(14); // λ₁₅ = 1/15 < 200^(−½) = 1/14.1
    const level = densePoint(diagonalMatrix(values.map(() => 1)), H, d, draws, 1);
    expect(level.enough).toBe(0);
  });
  test("has the ratio Pλ₁/Tr H for noise along u₁, and 1 for isotropic noise", () => {
    const first = diagonalMatrix(values.map((_, i) => (i === 0 ? 2 : 0)));
    expect(densePoint(H, first, d, draws, 1).ratio).toBeCloseTo(d / sum(1), 10);
    const isotropic = diagonalMatrix(values.map(() => 0.3));
    const point = densePoint(H, isotropic, d, draws, 3);
    expect(point.ratio).toBeCloseTo(1, 12);
    expect(point.rotated.ratio).toBeCloseTo(1, 12);
    expect(point.aHat).toBeCloseTo(sum(1) / d, 12);
  });
  test("the sanity values of λᵢ = 1/i at P = 1000 are those of the specification", () => {
    const many = Array.from({ length: 1000 }, (_, i) => 1 / (i + 1));
    const [one, two] = [1, 2].map((p) => many.reduce((total, v) => total + v ** p, 0));
    expect((1000 * two) / one ** 2).toBeCloseTo(29.34, 2);
    expect(1000 / one).toBeCloseTo(133.6, 1);
  });
});

suite("rotations", () => {
  const d = 12;
  const [H, sigma] = [wishart("H", d), wishart("sigma", d)];
  const q = signedPermutation(substream(draws, "q"), d);

  test("are orthogonal, and Tr(H·QΣQᵀ) is that of the matrices", () => {
    const columns = Array.from({ length: d }, (_, i) => {
      const unit = new Float64Array(d);
      unit[i] = 1;
      expect(turnedBack(turned(unit, q), q)).toEqual(unit);
      return turned(unit, q);
    });
    const Q = new Float64Array(d * d);
    columns.forEach((c, j) => c.forEach((v, i) => (Q[i * d + j] = v)));
    const rotated = matmul(matmul(Q, sigma, d, d, d), transpose(Q, d, d), d, d, d);
    const product = matmul(H, rotated, d, d, d);
    expect(rotatedTrace(H, sigma, q)).toBeCloseTo(traceOfMatrix(product, d), 8);
  });
  test("give Tr H·Tr Σ/P in the mean, to four standard errors", () => {
    const n = 4000;
    const traces = Array.from({ length: n }, (_, i) =>
      rotatedTrace(H, sigma, signedPermutation(substream(draws, i), d)),
    );
    const mean = traces.reduce((total, t) => total + t, 0) / n;
    const spread = Math.sqrt(traces.reduce((total, t) => total + (t - mean) ** 2, 0) / n);
    const expected = (traceOfMatrix(H, d) * traceOfMatrix(sigma, d)) / d;
    expect(Math.abs(mean - expected)).toBeLessThan((4 * spread) / Math.sqrt(n));
    expect(spread / Math.sqrt(n)).toBeLessThan(0.02 * expected);
  });
});

suite("noises", () => {
  const d = 6;
  const H = wishart("curvature", d);
  const columns = [0, 1, 2].map((k) => {
    const c = new Float64Array(d);
    fillNoise({ kind: "isotropic", variance: 1 }, substream(draws, `column ${k}`), c);
    return c;
  });
  const kinds: readonly Covariance[] = [
    { kind: "isotropic", variance: 0.7 },
    { kind: "diagonal", variances: Float64Array.from([1, 2, 3, 0, 1, 5]) },
    { kind: "columns", columns },
  ];

  test.each(kinds.map((kind) => [kind.kind, kind] as const))(
    "%s: trace, Tr(HΣ) and Tr(HΣHΣ) are those of the matrix",
    (_, covariance) => {
      for (const own of [covariance, scaled(covariance, 0.3)]) {
        const sigma = dense(own, d);
        const product = matmul(H, sigma, d, d, d);
        const { trace, square } = curvatureTraces(own, H, d);
        expect(traceOf(own, d)).toBeCloseTo(traceOfMatrix(sigma, d), 10);
        expect(trace).toBeCloseTo(traceOfMatrix(product, d), 8);
        expect(square / traceOfMatrix(matmul(product, product, d, d, d), d)).toBeCloseTo(1, 10);
      }
      expect(traceOf(scaled(covariance, 0.3), d)).toBeCloseTo(0.3 * traceOf(covariance, d), 10);
    },
  );
  test.each(kinds.map((kind) => [kind.kind, kind] as const))(
    "%s: draws have the covariance, to four standard errors",
    (_, covariance) => {
      const n = 20_000;
      const sigma = dense(covariance, d);
      const found = new Float64Array(d * d);
      const draw = new Float64Array(d);
      for (let i = 0; i < n; i++) {
        fillNoise(covariance, substream(draws, i), draw);
        for (let j = 0; j < d; j++)
          for (let k = 0; k < d; k++) found[j * d + k] += (draw[j] * draw[k]) / n;
      }
      for (let j = 0; j < d; j++)
        for (let k = 0; k < d; k++) {
          const variance = sigma[j * d + k] ** 2 + sigma[j * (d + 1)] * sigma[k * (d + 1)];
          const error = Math.abs(found[j * d + k] - sigma[j * d + k]);
          expect(error).toBeLessThanOrEqual(4 * Math.sqrt(variance / n));
        }
    },
  );
  test("none is none, and a factor of −1 turns a draw round", () => {
    const [a, b] = [new Float64Array(d).fill(3), new Float64Array(d)];
    fillNoise({ kind: "none" }, draws, a);
    expect(a).toEqual(new Float64Array(d));
    fillNoise(kinds[2], draws, a);
    fillNoise(kinds[2], draws, b, -1);
    expect(b).toEqual(a.map((v) => -v));
  });
  test("random noises have trace 1 and reach from isotropic to sharp", () => {
    const values = Array.from({ length: 50 }, (_, i) => (i + 1) ** -1.5);
    const hessian = diagonalMatrix(values);
    const unit = traceOfMatrix(hessian, 50) / 50;
    const all = randomNoises(50, (z) => z.map((v, i) => values[i] * v), draws);
    const ratios = all.map((own) => {
      expect(traceOf(own, 50)).toBeCloseTo(1, 12);
      return curvatureTraces(own, hessian, 50).trace / unit;
    });
    expect(ratios[0]).toBeLessThan(2);
    expect(ratios.at(-1)).toBeGreaterThan(10);
  });
});

test("the Ornstein–Uhlenbeck process rises as its closed form says, to four standard errors", async () => {
  const [d, decay, time] = [20, 1, 0.05];
  const input = { dimension: d, decay, time, steps: 20, walkers: 400, seed: "3" };
  const context = { signal: new AbortController().signal, progress: () => undefined };
  const rises = (await ouTask(input, context as unknown as TaskContext)) as unknown as readonly Rise[]; // prettier-ignore
  const values = Array.from({ length: d }, (_, i) => (i + 1) ** -decay);
  const hessian = diagonalMatrix(values);
  const unit = traceOfMatrix(hessian, d) / d;
  const noises = randomNoises(
    d,
    (z) => z.map((v, i) => values[i] * v),
    substream(stream("3", "ornstein-uhlenbeck"), "noises"),
  );
  const straight = rises.filter(({ rotated }) => !rotated);
  expect(straight.length).toBe(8);
  straight.forEach(({ rise, stderr, indicator }, j) => {
    const covariance = dense(noises[j], d);
    const exact = lossFromMinimum({ dimension: d, hessian, covariance, eta: 1 }, time);
    expect(Math.abs(rise - (2 * exact) / time / unit)).toBeLessThan(4 * stderr);
    // The law of small times is above by λ₁t at most.
    expect((2 * exact) / time / unit / indicator).toBeGreaterThan(1 - time);
    expect((2 * exact) / time / unit / indicator).toBeLessThan(1);
  });
});

test("the toy's noises have trace 0.01 and the indicators of the specification", () => {
  const data = new Float64Array(4000);
  fillNoise({ kind: "isotropic", variance: 1e-4 }, draws, data);
  const skewed = data.map((_, i) => {
    const [p, q] = [Math.sqrt(10) * data[i - (i % 2)], data[i - (i % 2) + 1]];
    return (i % 2 === 0 ? p + q : q - p) * Math.SQRT1_2;
  });
  const indicator = (id: ToyDynamics) => {
    const [a, b, c, d] = covarianceOf(id, skewed);
    expect(a + d).toBeCloseTo(id === "gd" ? 0 : toyTrace, 14);
    return 110 * a + 90 * (b + c) + 110 * d;
  };
  expect(indicator("gd")).toBe(0);
  expect(indicator("constant")).toBeCloseTo(1.1, 12);
  expect(indicator("diagonal")).toBeCloseTo(1.1, 2);
  expect(indicator("hessian")).toBeCloseTo(404 / 220, 12);
  expect(indicator("first-eigenvector")).toBeCloseTo(2, 12);
  expect(indicator("second-eigenvector")).toBeCloseTo(0.2, 12);
  // Σ = HΣₓH with variances 10 across and 1 along the steep direction: (200³ + 10·20³)/(200² + 10·20²)·0.01
  expect(indicator("leading")).toBeCloseTo((0.01 * (200 ** 3 + 10 * 20 ** 3)) / (200 ** 2 + 10 * 20 ** 2), 1); // prettier-ignore
});

test("rank correlation is that of ranks, with ties in the middle", () => {
  expect(rankCorrelation([1, 2, 3, 4], [10, 100, 1000, 1001])).toBeCloseTo(1, 14);
  expect(rankCorrelation([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1, 14);
  // Ranks 1.5, 1.5, 3 against 1, 2, 3: 1.5/√(1.5·2)
  expect(rankCorrelation([0, 0, 5], [1, 2, 3])).toBeCloseTo(1.5 / Math.sqrt(3), 14);
  expect(rankCorrelation([1, 1, 1], [1, 2, 3])).toBeNaN();
});
