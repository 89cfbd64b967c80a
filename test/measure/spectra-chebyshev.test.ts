// Both ends of the Hessian along a training, against all eigenvalues of the explicit matrix.
import { afterAll, expect, test } from "vitest";
import { eigenpairs, gradientMeter, hessianOperator, toDense } from "../../src/measure/index.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import { dot, norm, symmetricEigen } from "../../src/numeric/index.ts";
import { fillNormal, stream } from "../../src/random/index.ts";
import { type GoldenNet, goldenProblem } from "./golden-problem.ts";

const runtime = nodeRuntime();
afterAll(() => runtime.dispose());

/** tanh layers 1-30-20-1, 701 parameters, fitted to T₄ at 20 points. */
function network() {
  const sizes = [1, 30, 20, 1];
  const X = Array.from({ length: 20 }, (_, i) => -1 + (2 * i) / 19);
  const Y = X.map((x) => 8 * x ** 4 - 8 * x ** 2 + 1);
  const theta: number[] = [];
  sizes.slice(1).forEach((out, k) => {
    const z = new Float64Array(out * sizes[k]);
    fillNormal(stream("18", `w${k}`), 0, z);
    theta.push(...z.map((v) => v / Math.sqrt(sizes[k])), ...new Float64Array(out));
  });
  return goldenProblem({ sizes, loss: "mse", theta, X, Y, n: 20 } as unknown as GoldenNet);
}

test("five of each end are the explicit Hessian's after 0, 500 and 1,500 steps, to 1e-6 of the largest", async () => {
  const { problem, theta } = network();
  expect(theta.length).toBe(701);
  await using meter = await gradientMeter(runtime, problem);
  let done = 0;
  let before = Infinity;
  for (const steps of [0, 500, 1500]) {
    for (; done < steps; done++) {
      const { gradient } = await meter.measure(theta);
      for (let k = 0; k < theta.length; k++) theta[k] -= 0.005 * gradient[k];
    }
    const { loss } = await meter.measure(theta);
    expect(loss).toBeLessThan(before);
    before = loss;
    await using hessian = await hessianOperator(runtime, problem, theta);
    const matrix = await toDense(hessian);
    const exact = [...symmetricEigen(matrix, 701).values].sort((a, b) => b - a);
    const size = Math.max(Math.abs(exact[0]), Math.abs(exact[700]));
    const found = await eigenpairs(hessian, stream("18", "pairs"), {
      top: 5,
      bottom: 5,
      tolerance: 1e-8,
      maxProducts: 5000,
    });
    const pairs = [...found.top, ...found.bottom];
    const truth = [...exact.slice(0, 5), ...exact.slice(-5).toReversed()];
    pairs.forEach(({ value, vector, residual }, i) => {
      expect(Math.abs(value - truth[i])).toBeLessThan(1e-6 * size);
      const r = vector.map((v, k) => dot(matrix.subarray(k * 701, (k + 1) * 701), vector) - value * v); // prettier-ignore
      expect(norm(r)).toBeLessThan(1e-6 * size);
      expect(Math.abs(norm(r) - residual)).toBeLessThan(1e-8 * size);
      for (let j = 0; j <= i; j++)
        expect(Math.abs(dot(vector, pairs[j].vector) - (i === j ? 1 : 0))).toBeLessThan(1e-6);
    });
  }
}, 600_000);
