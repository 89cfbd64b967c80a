import { afterAll, expect, suite, test } from "vitest";
import { mlp } from "../../src/learn/index.ts";
import {
  dimension,
  gradientMeter,
  hessianOperator,
  perSampleCurvatures,
  perSampleGradients,
  perSampleLosses,
  perSampleSlopes,
  perSampleSquaredNorms,
  type Problem,
  sampleMeter,
  subsetProblem,
} from "../../src/measure/index.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import { dot, type FloatArray } from "../../src/numeric/index.ts";
import { fillNormal, stream } from "../../src/random/index.ts";
import { distance, golden, goldenProblem } from "./golden-problem.ts";
import { explicitGradients, modelProblem, type NetworkProblem, smallCnn } from "./networks.ts";

const runtime = nodeRuntime();
afterAll(() => runtime.dispose());

const networks: [string, () => NetworkProblem][] = [
  ["PyTorch's net", () => goldenProblem(golden.tanh_4_6_3_ce)],
  [
    "an MLP",
    () =>
      modelProblem(mlp([6], 4, { hidden: [9, 8], activation: "tanh" }), "half-squared-error", 11),
  ],
  ["a CNN", () => modelProblem(smallCnn(), "cross-entropy", 7)],
];
const direction = (theta: FloatArray) => {
  const v = new Float64Array(theta.length);
  fillNormal(stream("1", "v"), 0, v);
  return v;
};

/** Sample i alone. */
function only({ data, ...problem }: Problem, i: number): Problem {
  const [wide, tall] = [data.inputs.length / data.count, data.targets.length / data.count];
  const one = {
    ...data,
    count: 1,
    inputs: data.inputs.subarray(i * wide, (i + 1) * wide),
    targets: data.targets.subarray(i * tall, (i + 1) * tall),
  };
  return { ...problem, data: one };
}

suite.each(networks)("quantities of every sample of %s", (_, make) => {
  const { problem, theta } = make();
  const v = direction(theta);
  const { count } = problem.data;
  const options = [{}, { chunk: 1 }, { chunk: 3 }, { byteBudget: 1 }];

  test("gradients, norms and slopes are those of one call a sample, to 1e-12, for any chunks", async () => {
    const gradients = await explicitGradients(runtime, problem, theta);
    for (const option of options) {
      const norms = await perSampleSquaredNorms(runtime, problem, theta, option);
      expect(
        distance(
          norms,
          gradients.map((g) => dot(g, g)),
        ),
      ).toBeLessThan(1e-12);
      const slopes = await perSampleSlopes(runtime, problem, theta, v, option);
      expect(
        distance(
          slopes,
          gradients.map((g) => dot(g, v)),
        ),
      ).toBeLessThan(1e-12);
    }
    for (const chunk of [1, 3, 100]) {
      const { rows, dim, values } = await perSampleGradients(runtime, problem, theta, { chunk });
      expect([rows, dim]).toEqual([count, theta.length]);
      expect(
        distance(
          values,
          gradients.flatMap((g) => Array.from(g)),
        ),
      ).toBeLessThan(1e-12);
    }
  });

  test("losses are their mean's parts, and their differences the slopes, to 1e-8", async () => {
    const at = (h: number) =>
      perSampleLosses(
        runtime,
        problem,
        Float64Array.from(theta, (t, i) => t + h * v[i]),
        { chunk: 4 },
      );
    const [here, up, down] = [await at(0), await at(1e-5), await at(-1e-5)];
    await using meter = await gradientMeter(runtime, problem);
    const { loss } = await meter.measure(theta);
    expect(Math.abs(here.reduce((a, b) => a + b) / count / loss - 1)).toBeLessThan(1e-13);
    const slopes = await perSampleSlopes(runtime, problem, theta, v);
    expect(
      distance(
        up.map((l, i) => (l - down[i]) / 2e-5),
        slopes,
      ),
    ).toBeLessThan(1e-8);
  });

  test("curvatures are vᵀHᵢv with the Hessian of each sample alone, to 1e-11", async () => {
    const expected: number[] = [];
    for (let i = 0; i < count; i++) {
      await using hessian = await hessianOperator(runtime, only(problem, i), theta);
      const out = new Float64Array(v.length);
      await hessian.apply(v, out);
      expected.push(dot(v, out));
    }
    for (const option of options)
      expect(
        distance(await perSampleCurvatures(runtime, problem, theta, v, option), expected),
      ).toBeLessThan(1e-11);
  });

  test("all in one pass are the same numbers", async () => {
    await using meter = await sampleMeter(
      runtime,
      problem,
      ["loss", "squaredNorm", "slope", "curvature"],
      { chunk: 4 },
    );
    const all = await meter.measure(theta, v);
    expect(distance(all.loss, await perSampleLosses(runtime, problem, theta))).toBeLessThan(1e-13);
    expect(
      distance(all.squaredNorm, await perSampleSquaredNorms(runtime, problem, theta)),
    ).toBeLessThan(1e-13);
    expect(distance(all.slope, await perSampleSlopes(runtime, problem, theta, v))).toBeLessThan(
      1e-13,
    );
    expect(
      distance(all.curvature, await perSampleCurvatures(runtime, problem, theta, v)),
    ).toBeLessThan(1e-12);
    expect(meter.plan.chunks).toBe(Math.ceil(count / meter.plan.chunk));
  });
});

test("weights of samples change none of them: they belong to means", async () => {
  const { problem, theta } = networks[0][1]();
  const weights = Float64Array.from({ length: problem.data.count }, (_, i) => i);
  const weighted = { ...problem, data: { ...problem.data, weights } };
  expect(await perSampleSquaredNorms(runtime, weighted, theta)).toEqual(
    await perSampleSquaredNorms(runtime, problem, theta),
  );
});

test("chunks of a CNN are cut to the byte budget, those of an MLP's norms need not be", async () => {
  const cnn = modelProblem(smallCnn(), "cross-entropy", 64);
  await using tight = await sampleMeter(runtime, cnn.problem, ["squaredNorm"], {
    byteBudget: 2 ** 16,
  });
  await using loose = await sampleMeter(runtime, cnn.problem, ["squaredNorm"]);
  expect(loose.plan.chunks).toBe(1);
  expect(tight.plan.chunks).toBeGreaterThan(4);
  const a = (await tight.measure(cnn.theta)).squaredNorm;
  const b = (await loose.measure(cnn.theta)).squaredNorm;
  expect(distance(a, b)).toBeLessThan(1e-13);
  // N×P floats are 64 × 41,000 × 8 = 21 MB; Gram products hold a fiftieth of that.
  const wide = modelProblem(mlp([200], 4, { hidden: [200] }), "cross-entropy", 64);
  await using dense = await sampleMeter(runtime, wide.problem, ["squaredNorm"], {
    byteBudget: 2 ** 20,
  });
  expect(dimension(wide.problem)).toBe(41_004);
  expect(dense.plan.chunks).toBe(1);
});

test("refuses what is too large, with the numbers, and what is missing", async () => {
  const { problem, theta } = networks[0][1]();
  await expect(perSampleGradients(runtime, problem, theta, { byteBudget: 1000 })).rejects.toThrow(
    new RangeError(
      "per-sample gradients must fit the byte budget of 1000, got 3672 bytes for 9 samples × 51 parameters",
    ),
  );
  await using meter = await sampleMeter(runtime, problem, ["slope"]);
  await expect(meter.measure(theta)).rejects.toThrow(
    new TypeError("slopes and curvatures of samples need a vector, got none"),
  );
  await expect(sampleMeter(runtime, problem, [])).rejects.toThrow(
    new RangeError("a meter of samples must measure something, got no quantity"),
  );
  await expect(perSampleLosses(runtime, problem, theta, { chunk: 0 })).rejects.toThrow(
    new RangeError("chunk must be a positive integer, got 0"),
  );
  await expect(perSampleLosses(runtime, problem, theta, { byteBudget: 0 })).rejects.toThrow(
    new RangeError("byteBudget must be positive, got 0"),
  );
  const first = await perSampleLosses(runtime, subsetProblem(problem, 2), theta);
  expect(first.length).toBe(2);
});
