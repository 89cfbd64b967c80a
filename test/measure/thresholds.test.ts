import { expect, suite, test } from "vitest";
import {
  adamThreshold,
  heavyBallThresholds,
  nesterovThresholds,
  rmspropThreshold,
  sgdThreshold,
} from "../../src/measure/index.ts";

type Step = (theta: number, v: number, h: number) => readonly [theta: number, v: number];

/** Whether 4000 steps on hθ²/2 grow. */
function grows(step: Step, h: number): boolean {
  let [theta, v] = [1, 0];
  let largest = 0;
  for (let k = 0; k < 4000 && largest < 1e6; k++) {
    [theta, v] = step(theta, v, h);
    if (k >= 3000 || Math.abs(theta) > 1e6) largest = Math.max(largest, Math.abs(theta));
  }
  return largest > 1;
}

const eta = 0.07;
const heavyBall =
  (beta: number): Step =>
  (theta, v, h) => {
    const next = beta * v + h * theta;
    return [theta - eta * next, next];
  };
const nesterov =
  (beta: number): Step =>
  (theta, v, h) => {
    const g = h * theta;
    const next = beta * v + g;
    return [theta - eta * (g + beta * next), next];
  };
const average =
  (beta: number): Step =>
  (theta, m, h) => {
    const next = beta * m + (1 - beta) * h * theta;
    return [theta - eta * next, next];
  };

suite("thresholds are where a quadratic turns from shrinking to growing, to 0.5 %", () => {
  const cases = [0, 0.5, 0.9].flatMap((beta) => [
    {
      name: `heavy ball ${beta}`,
      step: heavyBall(beta),
      edge: heavyBallThresholds(eta, beta).fullBatch,
    },
    {
      name: `Nesterov ${beta}`,
      step: nesterov(beta),
      edge: nesterovThresholds(eta, beta).fullBatch,
    },
    { name: `Adam's average ${beta}`, step: average(beta), edge: adamThreshold(eta, beta) },
  ]);
  test.each([...cases, { name: "SGD", step: heavyBall(0), edge: sgdThreshold(eta) }])(
    "$name",
    ({ step, edge }) => {
      expect(grows(step, 0.995 * edge)).toBe(false);
      expect(grows(step, 1.005 * edge)).toBe(true);
    },
  );

  test("Adam's is 38/η at 0.9, RMSProp's SGD's, and small batches see the effective rate", () => {
    expect(adamThreshold(eta) * eta).toBeCloseTo(38, 12);
    expect(rmspropThreshold(eta)).toBe(sgdThreshold(eta));
    const effective = sgdThreshold(eta / (1 - 0.9));
    expect(heavyBallThresholds(eta, 0.9).smallBatch).toBeCloseTo(effective, 12);
    expect(nesterovThresholds(eta, 0.9).smallBatch).toBeCloseTo(effective, 12);
  });

  test("refuses rates and momenta without an edge", () => {
    expect(() => sgdThreshold(0)).toThrow("learning rate must be positive, got 0");
    expect(() => heavyBallThresholds(eta, 1)).toThrow("momentum must be in [0, 1), got 1");
  });
});
