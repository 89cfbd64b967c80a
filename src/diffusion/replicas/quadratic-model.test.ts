import { expect, suite, test } from "vitest";
import { quadraticMoments, type SpectralMeasure } from "./quadratic-model.ts";

const lambdas = [-0.3, 0, 1e-9, 0.7, 4, 12];
const dimension = lambdas.length;
/** The spectral measure of a vector in the eigenbasis of H. */
const measureOf = (v: readonly number[]): SpectralMeasure => {
  const mass = v.reduce((sum, x) => sum + x * x, 0);
  return {
    nodes: Float64Array.from(lambdas),
    weights: Float64Array.from(v, (x) => (x * x) / mass),
    mass,
  };
};
const gradient = [0.1, -0.2, 0.05, 0.3, -0.1, 0.4];
const probes = [
  [1, 0.5, -0.3, 0.2, 2, -1],
  [-0.4, 1.5, 0.7, -1, 0.1, 0.6],
  [0.3, 0.2, 1.1, 0.9, -0.8, 0.1],
];

/** Mean and covariance of δ ← (I − ηH)δ − η(ḡ + ξ), step by step, with C the probes' second moment. */
function recursion(eta: number, steps: number) {
  const mean = new Float64Array(dimension);
  const covariance = Array.from({ length: dimension }, () => new Float64Array(dimension));
  for (let t = 0; t < steps; t++)
    for (let i = 0; i < dimension; i++) {
      const qi = 1 - eta * lambdas[i];
      mean[i] = qi * mean[i] - eta * gradient[i];
      for (let j = 0; j < dimension; j++) {
        const c = probes.reduce((sum, p) => sum + p[i] * p[j], 0) / probes.length;
        covariance[i][j] = qi * (1 - eta * lambdas[j]) * covariance[i][j] + eta * eta * c;
      }
    }
  let [distance2, loss] = [0, 1.5];
  for (let i = 0; i < dimension; i++) {
    const second = covariance[i][i] + mean[i] ** 2;
    distance2 += second;
    loss += gradient[i] * mean[i] + 0.5 * lambdas[i] * second;
  }
  return { distance2, loss };
}

suite("quadraticMoments", () => {
  const model = { loss: 1.5, drift: measureOf(gradient), noise: probes.map(measureOf) };

  // ηλ of 0.12, 1.2 (beyond the minimum at each step), 1 and 2 (the edge), and past it.
  test.each([0.01, 0.1, 1 / 12, 1 / 6, 0.2])(
    "equals the recursion, step by step, at learning rate %s",
    (eta) => {
      for (const t of [1, 2, 3, 17, 200]) {
        const exact = recursion(eta, t);
        const found = quadraticMoments(model, eta, t);
        expect(found.distance2 / exact.distance2).toBeCloseTo(1, 9);
        expect(Math.abs(found.loss - exact.loss)).toBeLessThan(1e-9 * Math.max(1, Math.abs(exact.loss), exact.distance2)); // prettier-ignore
      }
    },
  );

  test("before the first step nothing has moved", () => {
    expect(quadraticMoments(model, 0.1, 0)).toEqual({ distance2: 0, loss: 1.5 });
  });
});
