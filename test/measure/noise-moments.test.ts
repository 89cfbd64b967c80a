import { afterAll, expect, suite, test } from "vitest";
import * as g from "../../src/graph/index.ts";
import type { Tensor } from "../../src/graph/index.ts";
import type { NoiseContext, NoiseSource } from "../../src/learn/index.ts";
import {
  diagonalNoise,
  diagonalNoiseWithin,
  dimension,
  isotropicNoise,
  isotropicNoiseWithin,
} from "../../src/measure/index.ts";
import { workingBytes } from "../../src/measure/operators/working-bytes.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import { distance } from "./golden-problem.ts";
import { explicitGradients, modelProblem, smallCnn } from "./networks.ts";

const runtime = nodeRuntime();
afterAll(() => runtime.dispose());

const [count, batchSize] = [13, 4];
const { problem, theta } = modelProblem(smallCnn(), "cross-entropy", count);
const dim = dimension(problem);

/** A step's loss, gradient and trace, of draws that are all 1. */
function program(source: NoiseSource) {
  const parameters = problem.parameters.map(({ shape }) => g.input(shape, "float64"));
  const x = g.input([count, 2, 8, 8], "float64");
  const y = g.input([count], "int32");
  const context: NoiseContext = {
    parameters,
    x,
    y,
    perSampleLoss: (p, rows, targets) => problem.perSampleLoss([...p], rows, targets),
    count,
    batchSize: g.scalar(batchSize, "float64"),
    learningRate: g.scalar(0.1, "float64"),
    slices: source.slices(dim, count).map((shape) => g.filled(1, shape, "float64")),
  };
  const { gradient, trace } = source.gradient(context);
  const flat = g.concat(
    gradient.map((t: Tensor) => g.reshape(t, [-1])),
    0,
  );
  return { inputs: [...parameters, x, y], outputs: [flat, trace] };
}

async function run(source: NoiseSource): Promise<{ gradient: Float64Array; trace: number }> {
  await using step = await runtime.compile(program(source));
  let offset = 0;
  const point = problem.parameters.map(({ shape }) =>
    theta.subarray(offset, (offset += g.sizeOf(shape))),
  );
  const { inputs, targets } = problem.data;
  const [gradient, trace] = (await step.run([...point, inputs, targets])) as Float64Array[];
  return { gradient, trace: trace[0] };
}

/** ḡ and the unbiased variance of each coordinate, from a loop over samples. */
async function expected() {
  const gradients = await explicitGradients(runtime, problem, theta);
  const mean = gradients[0].map((_, k) => gradients.reduce((sum, v) => sum + v[k] / count, 0));
  const variance = mean.map(
    (m, k) => gradients.reduce((sum, v) => sum + (v[k] - m) ** 2, 0) / (count - 1),
  );
  return { mean, variance, trace: variance.reduce((a, b) => a + b, 0) };
}

suite("noise of a convolutional network", () => {
  const budgets = [2 ** 28, 2 ** 15];

  test("isotropic: trace and deviation are those of a loop over samples, to 1e-11, within any budget", async () => {
    const { mean, trace } = await expected();
    const deviation = Math.sqrt(trace / batchSize / dim);
    for (const byteBudget of budgets) {
      const found = await run(isotropicNoiseWithin({ byteBudget }));
      expect(Math.abs((found.trace * batchSize) / trace - 1)).toBeLessThan(1e-11);
      expect(
        distance(
          found.gradient,
          mean.map((m) => m + deviation),
        ),
      ).toBeLessThan(1e-11);
    }
  });

  test("diagonal: every coordinate's deviation, to 1e-11, within any budget", async () => {
    const { mean, variance, trace } = await expected();
    for (const byteBudget of budgets) {
      const found = await run(diagonalNoiseWithin({ byteBudget }));
      expect(Math.abs((found.trace * batchSize) / trace - 1)).toBeLessThan(1e-11);
      const deviations = found.gradient.map((value, k) => value - mean[k]);
      expect(
        distance(
          deviations,
          variance.map((v) => Math.sqrt(v / batchSize)),
        ),
      ).toBeLessThan(1e-9);
    }
  });

  test("pieces move the isotropic trace in its last bits only", async () => {
    const whole = await run(isotropicNoise);
    const pieces = await run(isotropicNoiseWithin({ byteBudget: 2 ** 16 }));
    expect(Math.abs(pieces.trace / whole.trace - 1)).toBeLessThan(4e-15);
  });

  test("a tight budget holds less at once than all samples' gradients", () => {
    for (const [loose, within] of [
      [isotropicNoise, isotropicNoiseWithin],
      [diagonalNoise, diagonalNoiseWithin],
    ] as const) {
      const [whole, pieces] = [loose, within({ byteBudget: 2 ** 15 })].map((source) => {
        const { inputs, outputs } = program(source);
        // The full gradient is of all samples either way: only the moments are in pieces.
        return workingBytes({ inputs, outputs: [outputs[1]] });
      });
      expect(pieces).toBeLessThan(whole);
    }
  });

  test("refuses budgets that make no sense, with the numbers", () => {
    expect(() => program(isotropicNoiseWithin({ byteBudget: 0 }))).toThrow(
      new RangeError("byteBudget must be positive, got 0"),
    );
  });
});
