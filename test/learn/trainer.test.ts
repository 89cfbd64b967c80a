import { fc, test as property } from "@fast-check/vitest";
import { afterAll, expect, suite, test } from "vitest";
import {
  constantly,
  initialState,
  type MetricRow,
  type OptimiserSpec,
  scheduled,
  trainer,
  type Training,
  type TrainState,
} from "../../src/learn/index.ts";
import { isotropicNoise, resamplingNoise } from "../../src/measure/noise-sources/index.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import { imageTraining, normalisedNet, smallTraining, wideTraining } from "./trainings.ts";

const runtime = nodeRuntime();
afterAll(() => runtime.dispose());

/** Steps 0 … `steps` − 1 in calls of the given sizes, over and over. */
async function inCalls(training: Training, steps: number, sizes: readonly number[]) {
  await using machine = trainer(runtime, training);
  let state = initialState(training);
  const rows: MetricRow[] = [];
  const calls: number[] = [];
  for (let k = 0; state.step < steps; k++) {
    const advance = await machine.advance(
      state,
      Math.min(sizes[k % sizes.length], steps - state.step),
    );
    calls.push(advance.state.step - state.step);
    state = advance.state;
    rows.push(...advance.rows);
  }
  return { state, rows, calls };
}

const optimisers: OptimiserSpec[] = [
  { kind: "sgd", weightDecay: 0.01 },
  { kind: "momentum", momentum: 0.9 },
  { kind: "nesterov", momentum: 0.8 },
  { kind: "adam" },
  { kind: "adamw", weightDecay: 0.1 },
  { kind: "rmsprop" },
];

const trainings: [string, Training][] = [
  ...optimisers.map((optimiser): [string, Training] => [
    optimiser.kind,
    smallTraining({ optimiser, learningRate: constantly(0.01) }),
  ]),
  ["float64", smallTraining({ precision: "float64" })],
  [
    "a rate that changes each step",
    smallTraining({ learningRate: { kind: "cosine", value: 0.1, final: 0, steps: 15 } }),
  ],
  [
    "batch sizes that change",
    smallTraining({ batchSize: { kind: "step", value: 2, factor: 2, boundaries: [5, 11] } }),
  ],
  ["batches with replacement", smallTraining({ sampler: { kind: "with-replacement" } })],
  ["batches without", smallTraining({ sampler: { kind: "without-replacement" } })],
  [
    "batch norm",
    smallTraining({ model: normalisedNet, sampler: { kind: "epochs", last: "drop" } }),
  ],
  ["isotropic noise", smallTraining({ noise: isotropicNoise })],
  ["resampling noise", smallTraining({ noise: resamplingNoise })],
];

suite.each(trainings)("a trajectory with %s", (_, training) => {
  test("is the same bits however it is cut into calls", async () => {
    const whole = await inCalls(training, 17, [17]);
    for (const sizes of [[1], [3, 5], [16, 1]]) {
      const pieces = await inCalls(training, 17, sizes);
      expectSame(pieces.state, whole.state);
      expect(pieces.rows).toEqual(whole.rows);
    }
    expect(whole.rows.filter(({ name }) => name === "loss").map(({ step }) => step)).toEqual([
      ...Array(17).keys(),
    ]);
    expect(whole.state.parameters).not.toEqual(initialState(training).parameters);
  });
});

suite("advance", () => {
  property.prop([fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 })], {
    seed: 61,
    numRuns: 8,
  })("gives the same bits for calls of any sizes", async (sizes) => {
    const training = smallTraining({ optimiser: { kind: "adam" } });
    expectSame(
      (await inCalls(training, 20, sizes)).state,
      (await inCalls(training, 20, [20])).state,
    );
  });

  test("ends a call where the batch size changes", async () => {
    const batchSize = { kind: "step", value: 2, factor: 2, boundaries: [5, 11] } as const;
    const { calls, state } = await inCalls(smallTraining({ batchSize }), 14, [100]);
    expect(calls).toEqual([5, 6, 3]);
    const used = Array.from({ length: 14 }, (_, step) => scheduled(batchSize, step));
    expect(used).toEqual([2, 2, 2, 2, 2, 4, 4, 4, 4, 4, 4, 8, 8, 8]);
    // 22 samples an epoch: five of 2 and three of 4; three of 4, one of 8 and the 2 left; one of 8.
    expect(state.position).toEqual({ epoch: 2, offset: 8, batches: 14 });
  });

  test("refuses padded batches for batch statistics", async () => {
    await using machine = trainer(runtime, smallTraining({ model: normalisedNet }));
    const start = initialState(machine.training);
    await expect(machine.advance(start, 6)).rejects.toThrow(
      new RangeError(
        'normalised: batch statistics need whole batches: use a sampler with last: "drop"',
      ),
    );
  });

  test("takes the mean over a padded batch's own rows", async () => {
    // Batches of all 22 samples in one and in a padded 4-row batch: the sixth batch holds two.
    const training = smallTraining({ precision: "float64", learningRate: constantly(0) });
    const { rows } = await inCalls(training, 6, [6]);
    const full = await inCalls({ ...training, batchSize: constantly(22) }, 1, [1]);
    const weights = [4, 4, 4, 4, 4, 2];
    const mean = rows.reduce((s, { value }, k) => s + (value * weights[k]) / 22, 0);
    expect(mean).toBeCloseTo(full.rows[0].value, 12);
  });

  test.each<[string, Training]>([
    ["an MLP in float32", smallTraining()],
    ["an MLP in float64", smallTraining({ precision: "float64" })],
    ["Adam", smallTraining({ optimiser: { kind: "adam" } })],
    [
      "batch norm",
      smallTraining({ model: normalisedNet, sampler: { kind: "epochs", last: "drop" } }),
    ],
    ["a CNN with max pooling", imageTraining()],
    ["a wide MLP with cross-entropy", wideTraining()],
    ["a batch larger than the layers", smallTraining({ batchSize: constantly(22) })],
  ])("measures the curvature of %s and leaves the trajectory's bits alone", async (_, training) => {
    await using machine = trainer(runtime, training);
    const start = initialState(training);
    const plain = await machine.advance(start, 5);
    const measured = await machine.advance(start, 5, 1);
    const names = new Set(measured.rows.map(({ name }) => name));
    expect(names).toEqual(new Set(["loss", "batch-gradient-norm2", "batch-curvature"]));
    expect(plain.state.parameters.every((value) => Number.isFinite(value))).toBe(true);
    expectSame(measured.state, plain.state);
    expect(measured.rows.filter(({ name }) => name === "loss")).toEqual(plain.rows);
  });
});

function expectSame(found: TrainState, expected: TrainState): void {
  expect(found.step).toBe(expected.step);
  expect(found.position).toEqual(expected.position);
  expect(found.parameters).toEqual(expected.parameters);
  expect(found.slots).toEqual(expected.slots);
  expect(found.buffers).toEqual(expected.buffers);
}
