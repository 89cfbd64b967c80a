import { afterAll, expect, suite, test } from "vitest";
import {
  constantly,
  initialSnapshot,
  initialState,
  losses,
  type MetricRow,
  mlp,
  sampleSet,
  train,
  type Training,
} from "../../src/learn/index.ts";
import { planTracking } from "../../src/measure/index.ts";
import {
  batchSharpnessProbe,
  streamingBatchSharpnessProbe,
} from "../../src/measure/probes/index.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import { fillNormal, stream } from "../../src/random/index.ts";

const runtime = nodeRuntime();
afterAll(() => runtime.dispose());

const count = 128;
const inputs = new Float32Array(count * 20);
fillNormal(stream("4", "x"), 0, inputs);

/** Learning rate 10⁻⁶: the parameters stand still, so the window's mean has a fixed aim. */
const training: Training = {
  model: mlp([20], 3, { hidden: [16], activation: "tanh", init: { kind: "lecun-normal" } }),
  loss: losses["squared-error"],
  optimiser: { kind: "sgd" },
  samples: sampleSet({
    name: "normal",
    count,
    inputs,
    inputShape: [20],
    targets: Int32Array.from({ length: count }, (_, i) => i % 3),
    targetShape: [],
  }),
  sampler: { kind: "without-replacement" },
  learningRate: constantly(1e-6),
  batchSize: constantly(8),
  precision: "float32",
  seed: "9",
};
const start = () => initialSnapshot(training);

suite("streaming batch sharpness", () => {
  test("agrees with fresh batches at parameters that stand still, within both error bars", async () => {
    const due = (step: number) => step === 2000;
    const rows: MetricRow[] = [];
    await train(runtime, training, start(), {
      until: 2000,
      stride: 8,
      probes: [
        streamingBatchSharpnessProbe({ due, seed: "1", window: 250 }),
        batchSharpnessProbe({ due, seed: "1", relativeStderr: 0.01 }),
      ],
      onRows: (batch) => void rows.push(...batch),
    });
    const of = (name: string) => rows.find((row) => row.name === name)!;
    const [streamed, fresh] = [of("batch-sharpness-streaming"), of("batch-sharpness")];
    expect(streamed.samples).toBe(250);
    expect(streamed.stderr! / streamed.value).toBeLessThan(0.1);
    expect(Math.abs(streamed.value - fresh.value)).toBeLessThan(
      4 * Math.hypot(streamed.stderr!, fresh.stderr!),
    );
  });

  test("goes on bit for bit from a snapshot: the window is part of it", async () => {
    const due = (step: number) => step % 100 === 0;
    const make = () => streamingBatchSharpnessProbe({ due, seed: "1", window: 16 });
    const run = async (from: ReturnType<typeof start>, until: number) => {
      const rows: MetricRow[] = [];
      const { snapshot } = await train(runtime, training, from, {
        until,
        stride: 10,
        probes: [make()],
        onRows: (batch) =>
          void rows.push(...batch.filter((row) => row.name === "batch-sharpness-streaming")),
      });
      return { rows, snapshot };
    };
    const whole = await run(start(), 600);
    const first = await run(start(), 300);
    const rest = await run(first.snapshot, 600);
    expect([...first.rows.filter((row) => row.step < 300), ...rest.rows]).toEqual(whole.rows);
    expect(whole.rows.length).toBeGreaterThan(4);
  });
});

test("a plan keeps the time that its own timings foresee within the budget", async () => {
  const plan = await planTracking(runtime, training, initialState(training), {
    budget: 0.2,
    lambdaMaxSamples: 64,
  });
  const { step, measured, lambdaMax } = plan.costs;
  expect(plan.lambdaMaxSamples).toBe(64);
  expect(measured / plan.stride + lambdaMax / plan.lambdaMaxEvery).toBeLessThanOrEqual(0.2 * step);
  // Where money is no object, every step is measured.
  const lavish = await planTracking(runtime, training, initialState(training), {
    budget: 1000,
    lambdaMaxSamples: 64,
  });
  expect(lavish.stride).toBe(1);
});
