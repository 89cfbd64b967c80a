import { afterAll, expect, suite, test } from "vitest";
import { initialState, type SampleSet, sampleSet } from "../../src/learn/index.ts";
import { gradientMeter, hessianOperator, trainingProblem } from "../../src/measure/index.ts";
import { fileDataSource } from "../../src/node/datasets/index.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import { folderStore, machineEnvironment } from "../../src/node/store/index.ts";
import { symmetricEigen } from "../../src/numeric/index.ts";
import { sharpness } from "../../src/paper/three-factors/curvature.ts";
import { fitMeter } from "../../src/paper/three-factors/fit-meter.ts";
import type { NetworkInput, NetworkResult } from "../../src/paper/three-factors/network-task.ts";
import { networkTask } from "../../src/paper/three-factors/network-task.ts";
import { phaseRunner } from "../../src/paper/three-factors/run-phases.ts";
import type { NetworkSetting } from "../../src/paper/three-factors/setting.ts";
import { trainingOf } from "../../src/paper/three-factors/training.ts";
import { fillNormal, stream } from "../../src/random/index.ts";

const runtime = nodeRuntime({ threads: 1 });
afterAll(() => runtime.dispose());
const signal = new AbortController().signal;

const setting: NetworkSetting = {
  dataset: "fashion-mnist",
  samples: 40,
  validation: 20,
  pool: 4,
  model: { kind: "mlp", hidden: [3] },
  loss: "cross-entropy",
  labelNoise: 0.25,
};

function madeUp(count: number): SampleSet {
  const inputs = new Float32Array(count * 4);
  fillNormal(stream("3", "made-up"), 0, inputs);
  return sampleSet({
    name: "made up",
    count,
    inputs,
    inputShape: [1, 2, 2],
    targets: Int32Array.from({ length: count }, (_, i) => i % 10),
    targetShape: [],
  });
}

const phase = { learningRate: 0.1, batchSize: 8, steps: 30 };
const training = trainingOf(setting, madeUp(40), "5", phase);
const start = initialState(training);
const problem = trainingProblem(training, start.buffers);

test("fitMeter has the mean loss, and right answers where the label's output is largest", async () => {
  await using meter = await fitMeter(runtime, problem);
  await using gradients = await gradientMeter(runtime, problem);
  const { loss, correct } = await meter.at(start.parameters);
  expect(loss).toBeCloseTo((await gradients.measure(start.parameters)).loss, 5);
  // All weights 0 but the last biases: class 3 is answered for all, right for one in ten.
  const constant = start.parameters.slice().fill(0);
  constant[constant.length - 7] = 1;
  const answers = await meter.at(constant);
  expect([...answers.correct]).toEqual(
    Array.from({ length: 40 }, (_, i) => (i % 10 === 3 ? 1 : 0)),
  );
  expect(correct.length).toBe(40);
});

test("sharpness is that of the dense Hessian: λmax within 1 ‰, ‖H‖_F within 5 %", async () => {
  await using hessian = await hessianOperator(runtime, problem, start.parameters);
  const n = start.parameters.length;
  const dense = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const [unit, column] = [new Float32Array(n), new Float32Array(n)];
    unit[i] = 1;
    await hessian.apply(unit, column);
    dense.set(column, i * n);
  }
  // Columns in float32: symmetric to rounding.
  const even = dense.map((value, k) => (value + dense[(k % n) * n + Math.floor(k / n)]) / 2);
  const { values } = symmetricEigen(even, n);
  const frobenius = Math.hypot(...values);
  const found = await sharpness(hessian, start.parameters, stream("9", "sharpness"));
  expect(Math.abs(found.lambdaMax / Math.max(...values) - 1)).toBeLessThan(1e-3);
  expect(Math.abs(found.frobenius / frobenius - 1)).toBeLessThan(0.05);
});

suite("phaseRunner", () => {
  test("looks evenly in η·k, whatever the phases", async () => {
    await using runner = phaseRunner(runtime, (p) => trainingOf(setting, madeUp(40), "5", p));
    const times: number[] = [];
    const phases = [phase, { learningRate: 0.05, batchSize: 20, steps: 20 }];
    const { state, diverged } = await runner.run(start, phases, {
      signal,
      looks: 4,
      onLook: (_, time) => {
        times.push(time);
        return Promise.resolve();
      },
    });
    expect(diverged).toBe(false);
    expect(state.step).toBe(50);
    times.forEach((time, i) => expect(time).toBeCloseTo(i + 1, 9));
  });

  test("gives the same weights however often it is looked at", async () => {
    await using runner = phaseRunner(runtime, (p) => trainingOf(setting, madeUp(40), "5", p));
    const once = await runner.run(start, [phase], { signal });
    const often = await runner.run(start, [phase], { signal, looks: 7, onLook: () => Promise.resolve() }); // prettier-ignore
    expect([...often.state.parameters]).toEqual([...once.state.parameters]);
  });

  test("says that a run has no end", async () => {
    await using runner = phaseRunner(runtime, (p) => trainingOf(setting, madeUp(40), "5", p));
    const wild = { learningRate: 1e20, batchSize: 8, steps: 30 };
    expect((await runner.run(start, [wild], { signal })).diverged).toBe(true);
  });
});

suite("networkTask", () => {
  const context = {
    runtime,
    data: fileDataSource,
    store: folderStore("runs"),
    environment: machineEnvironment(runtime),
    signal,
    progress: () => undefined,
  };
  const input = (over: Partial<NetworkInput>): never =>
    ({
      ...setting,
      phases: [{ learningRate: 0.05, batchSize: 40, steps: 40 }],
      looks: 8,
      window: 4,
      coolings: 4,
      deep: 2,
      cooling: { time: 0.5, learningRate: 0.05 },
      seed: "4",
      ...over,
    }) as never;

  test("of full gradients keeps up less than batches do", async () => {
    const quiet = (await networkTask(input({}), context)) as unknown as NetworkResult;
    const loud = (await networkTask(input({ phases: [{ learningRate: 0.05, batchSize: 2, steps: 40 }] }), context)) as unknown as NetworkResult; // prettier-ignore
    expect(quiet.status).toBe("finished");
    expect(quiet.looks.map(({ loss }) => loss)).toEqual(quiet.looks.map(({ loss }) => loss).toSorted((a, b) => b - a)); // prettier-ignore
    expect(loud.excess).toBeGreaterThan(quiet.excess);
    expect(loud.lambdaMax).toBeGreaterThan(0);
    expect(loud.frobenius).toBeGreaterThan(loud.lambdaMax * 0.999);
  });

  test("trains a ResNet too", async () => {
    const model = { kind: "resnet8", widths: [2, 2, 2] } as const;
    const { status, lambdaMax } = (await networkTask(input({ model, phases: [{ learningRate: 0.05, batchSize: 8, steps: 6 }], looks: 2, window: 1, coolings: 1, deep: 1 }), context)) as unknown as NetworkResult; // prettier-ignore
    expect(status).toBe("finished");
    expect(lambdaMax).toBeGreaterThan(0);
  }, 120_000);

  test("says where there is no data", async () => {
    const dataset = "cifar10" as const;
    const data = { load: fileDataSource.load.bind(fileDataSource) };
    const missing = { ...context, data: { load: (request: Parameters<typeof data.load>[0]) => data.load({ ...request, name: "no-such-data" }) } }; // prettier-ignore
    const found = (await networkTask(input({ dataset }), missing)) as unknown as NetworkResult;
    expect(found.status).toBe("absent");
    expect(found.sampleSet).toContain("no-such-data");
  });
});
