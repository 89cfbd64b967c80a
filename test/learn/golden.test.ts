import { readFileSync } from "node:fs";
import { afterAll, expect, suite, test } from "vitest";
import type { Data } from "../../src/graph/index.ts";
import * as g from "../../src/graph/index.ts";
import {
  constantly,
  initialState,
  linear,
  losses,
  model,
  activation,
  optimiser,
  type OptimiserSpec,
  sampleSet,
  sequential,
  stepProgram,
  type Training,
  views,
} from "../../src/learn/index.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";

// test/golden/golden.json: float64, PyTorch 1.13; every random object is written out.
const golden = JSON.parse(readFileSync(new URL("../golden/golden.json", import.meta.url), "utf8"));
const runtime = nodeRuntime();
afterAll(() => runtime.dispose());

const net = model(
  "golden",
  sequential(["fc1", linear(4)], ["tanh", activation("tanh")], ["fc2", linear(2)]),
  [3],
);

/** The training of a golden trajectory: net 3-4-2, tanh, squared error, eight samples, written batches of three. */
function training(spec: OptimiserSpec, rate: number, precision: "float32" | "float64"): Training {
  const { X, Y, n } = golden.enum_3_4_2_mse;
  const floats = (values: number[]) =>
    precision === "float32" ? Float32Array.from(values) : Float64Array.from(values);
  return {
    model: net,
    loss: losses["squared-error"],
    optimiser: spec,
    samples: sampleSet({
      name: "golden",
      count: n,
      inputs: floats(X),
      inputShape: [3],
      targets: floats(Y),
      targetShape: [2],
    }),
    sampler: { kind: "without-replacement" },
    learningRate: constantly(rate),
    batchSize: constantly(3),
    precision,
    seed: "0",
  };
}

const cases: [string, OptimiserSpec, number][] = [
  ["sgd", { kind: "sgd" }, 0.05],
  ["momentum", { kind: "momentum", momentum: 0.9 }, 0.05],
  ["nesterov", { kind: "nesterov", momentum: 0.9 }, 0.05],
  ["rmsprop", { kind: "rmsprop", alpha: 0.9, epsilon: 1e-8 }, 0.01],
  ["adam", { kind: "adam", beta1: 0.9, beta2: 0.99, epsilon: 1e-8 }, 0.01],
  ["adamw", { kind: "adamw", weightDecay: 0.01 }, 0.01],
];

/** Twelve steps over the written batches, in one loop. */
async function trajectory(spec: OptimiserSpec, rate: number, precision: "float32" | "float64") {
  const setup = training(spec, rate, precision);
  const rule = optimiser(spec);
  const floats = (values: number[]) =>
    precision === "float32" ? Float32Array.from(values) : Float64Array.from(values);
  const batches: number[][] = golden.trajectories.batches;
  await using loop = await runtime.compileScan(stepProgram(setup, 3, false));
  const start = initialState(setup);
  const { carry, emitted } = await loop.run(batches.length, {
    carry: [
      ...views(net.parameters, floats(golden.enum_3_4_2_mse.theta)),
      ...start.slots.flatMap((slot) => views(net.parameters, slot)),
    ],
    constants: [setup.samples.inputs, setup.samples.targets, floats(Array(8).fill(1))] as Data[],
    slices: [
      Int32Array.from(batches.flat()),
      floats(Array(3 * batches.length).fill(1)),
      floats(batches.flatMap((_, step) => [...rule.scalars(step, rate)])),
    ],
  });
  const theta = carry
    .slice(0, net.parameters.length)
    .flatMap((part) => Array.from(part as Float64Array));
  return { losses: Array.from(emitted[0] as Float64Array), theta };
}

suite("optimisers follow PyTorch over written batches", () => {
  test.each(cases)(
    "%s: twelve losses and the final weights to 1e-9 in float64",
    async (name, spec, rate) => {
      const found = await trajectory(spec, rate, "float64");
      const { losses: expected, theta } = golden.trajectories[name];
      const worst = Math.max(
        ...found.losses.map((value, i) => Math.abs(value - expected[i]) / Math.abs(expected[i])),
        ...found.theta.map(
          (value, i) => Math.abs(value - theta[i]) / Math.max(1, Math.abs(theta[i])),
        ),
      );
      expect(worst).toBeLessThan(1e-9);
    },
  );

  test.each(cases)("%s: to 1e-4 in float32", async (name, spec, rate) => {
    const found = await trajectory(spec, rate, "float32");
    const { losses: expected } = golden.trajectories[name];
    found.losses.forEach((value, i) =>
      expect(Math.abs(value / expected[i] - 1)).toBeLessThan(1e-4),
    );
  });
});

test("the curvature that a measured step emits is gᵀHg of its own batch, and ‖g‖² with it", async () => {
  const setup = training({ kind: "sgd" }, 0.05, "float64");
  await using loop = await runtime.compileScan(stepProgram(setup, 8, true));
  const theta = Float64Array.from(golden.enum_3_4_2_mse.theta);
  const { emitted } = await loop.run(1, {
    carry: views(net.parameters, theta),
    constants: [setup.samples.inputs, setup.samples.targets, new Float64Array(8).fill(1)] as Data[],
    slices: [
      Int32Array.from({ length: 8 }, (_, i) => i),
      new Float64Array(8).fill(1),
      Float64Array.of(-0.05),
      Uint8Array.of(1),
    ],
  });
  const gradient: number[] = golden.enum_3_4_2_mse.grad;
  expect(emitted[1][0]).toBeCloseTo(
    gradient.reduce((sum, x) => sum + x * x, 0),
    9,
  );
  // gᵀHg by differences of the gradient along g, an oracle without second derivatives.
  const parameters = net.parameters.map((spec) => g.input(spec.shape, "float64", spec.name));
  const { X, Y } = golden.enum_3_4_2_mse;
  const loss = (p: readonly g.Tensor[]) =>
    g.mean(
      setup.loss.perSample(
        net.apply(p, g.constant(Float64Array.from(X as number[]), [8, 3])).outputs,
        g.constant(Float64Array.from(Y as number[]), [8, 2]),
      ),
    );
  await using slope = await runtime.compile({
    inputs: parameters,
    outputs: [...g.grad(loss)(parameters)],
  });
  const at = async (step: number) =>
    (
      await slope.run(
        views(
          net.parameters,
          theta.map((x, i) => x + step * gradient[i]),
        ),
      )
    ).flatMap((part) => Array.from(part as Float64Array));
  const [up, down] = [await at(1e-5), await at(-1e-5)];
  const curvature = gradient.reduce((sum, x, i) => sum + (x * (up[i] - down[i])) / 2e-5, 0);
  expect(Math.abs(Number(emitted[2][0]) / curvature - 1)).toBeLessThan(1e-7);
});

test("only steps whose flag holds emit a curvature, the others 0, and the weights keep their bits", async () => {
  const setup = training({ kind: "sgd" }, 0.05, "float64");
  const theta = Float64Array.from(golden.enum_3_4_2_mse.theta);
  const steps = 4;
  const run = async (measured: boolean) => {
    await using loop = await runtime.compileScan(stepProgram(setup, 3, measured));
    return loop.run(steps, {
      carry: views(net.parameters, theta),
      constants: [
        setup.samples.inputs,
        setup.samples.targets,
        new Float64Array(8).fill(1),
      ] as Data[],
      slices: [
        Int32Array.from({ length: 3 * steps }, (_, i) => (5 * i) % 8),
        new Float64Array(3 * steps).fill(1),
        new Float64Array(steps).fill(-0.05),
        ...(measured ? [Uint8Array.of(1, 0, 0, 1)] : []),
      ],
    });
  };
  const [plain, sometimes] = [await run(false), await run(true)];
  expect(sometimes.carry).toEqual(plain.carry);
  expect(sometimes.emitted[0]).toEqual(plain.emitted[0]);
  for (const values of [sometimes.emitted[1], sometimes.emitted[2]])
    expect(Array.from(values as Float64Array, (value) => value !== 0)).toEqual([
      true,
      false,
      false,
      true,
    ]);
});
