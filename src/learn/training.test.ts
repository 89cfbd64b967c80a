import { expect, suite, test } from "vitest";
import type { Dataset } from "../data/index.ts";
import { batchNorm, linear } from "./layers/index.ts";
import { sequential } from "./layer.ts";
import { losses } from "./loss.ts";
import { model } from "./model.ts";
import { optimiser } from "./optimiser.ts";
import { everySteps, type Probe, probeSet } from "./probe.ts";
import { sampleSet, type SampleSet, samplesOf } from "./sample-set.ts";
import { constantly } from "./schedule.ts";
import { initialSnapshot } from "./train.ts";
import { initialState, joined, streamOf, type Training, views } from "./training.ts";
import { normalAt } from "../random/index.ts";

const set: SampleSet = {
  name: "two",
  count: 2,
  inputs: new Float32Array(6),
  inputShape: [3],
  targets: new Int32Array(2),
  targetShape: [],
};

const training: Training = {
  model: model("net", sequential(["fc", linear(2)], ["norm", batchNorm()]), [3]),
  loss: losses["cross-entropy"],
  optimiser: { kind: "adam" },
  samples: set,
  sampler: { kind: "with-replacement" },
  learningRate: constantly(0.1),
  batchSize: constantly(1),
  precision: "float32",
  seed: "5",
};

suite("initialState", () => {
  test("starts slots at zero, statistics at mean 0 and variance 1, scale at 1", () => {
    const state = initialState(training);
    expect(state.step).toBe(0);
    expect(state.slots.map((slot) => [slot.length, slot.every((x) => x === 0)])).toEqual([
      [12, true],
      [12, true],
    ]);
    expect([...state.buffers]).toEqual([0, 0, 1, 1]);
    const [weight, bias, scale, shift] = views(training.model.parameters, state.parameters);
    expect(weight.every((x) => x !== 0)).toBe(true);
    expect([[...bias], [...scale], [...shift]]).toEqual([
      [0, 0],
      [1, 1],
      [0, 0],
    ]);
    expect(state.position).toEqual({ epoch: 0, offset: 0, batches: 0 });
  });

  test("is where the first snapshot stands, with nothing remembered", () => {
    expect(initialSnapshot(training)).toEqual({ state: initialState(training), probes: {} });
  });

  test("depends on the seed alone: another data order starts at the same place", () => {
    const start = initialState(training).parameters;
    expect(initialState({ ...training, orderSeed: "6" }).parameters).toEqual(start);
    expect(initialState({ ...training, seed: "6" }).parameters).not.toEqual(start);
  });
});

test("initialisation, data order and noise have streams of their own; the last two follow the order's seed", () => {
  const first = (change: Partial<Training>, purpose: Parameters<typeof streamOf>[1]) =>
    normalAt(streamOf({ ...training, ...change }, purpose), 0);
  const purposes = ["initial", "order", "noise"] as const;
  expect(new Set(purposes.map((purpose) => first({}, purpose))).size).toBe(3);
  const other = { orderSeed: "6" };
  expect(purposes.map((purpose) => first(other, purpose) === first({}, purpose))).toEqual([
    true,
    false,
    false,
  ]);
});

test("joined undoes views", () => {
  const flat = Float32Array.from({ length: 12 }, (_, i) => i);
  const pieces = views(training.model.parameters, flat);
  expect(pieces.map(({ length }) => length)).toEqual([6, 2, 2, 2]);
  expect(joined(pieces, "float32")).toEqual(flat);
  pieces[1][1] = -1;
  expect(flat[7]).toBe(-1);
  expect(() => views(training.model.parameters, flat.subarray(1))).toThrow(
    new RangeError("a flat vector must hold 12 numbers, got 11"),
  );
});

suite("optimiser", () => {
  test("needs −η, and for Adam its bias corrections, at each step", () => {
    expect(optimiser({ kind: "sgd" }).scalars(7, 0.1)).toEqual([-0.1]);
    const adam = optimiser({ kind: "adam", beta1: 0.5, beta2: 0.75 });
    expect(adam.scalars(0, 0.1)).toEqual([-0.2, 2, -0]);
    const [rate, unbias] = adam.scalars(1, 0.1);
    expect(rate).toBeCloseTo(-0.1 / 0.75, 15);
    expect(unbias).toBeCloseTo(1 / Math.sqrt(1 - 0.5625), 15);
  });

  test.each([
    [{ kind: "momentum", momentum: 1 }, "momentum momentum must be in [0, 1), got 1"],
    [{ kind: "nesterov", momentum: -0.1 }, "nesterov momentum must be in [0, 1), got -0.1"],
    [{ kind: "adam", beta1: NaN }, "adam beta1 must be in [0, 1), got NaN"],
    [{ kind: "adamw", beta2: 1.5 }, "adamw beta2 must be in [0, 1), got 1.5"],
    [{ kind: "rmsprop", alpha: 2 }, "rmsprop alpha must be in [0, 1), got 2"],
  ] as const)("refuses %j", (spec, message) => {
    expect(() => optimiser(spec)).toThrow(new RangeError(message));
  });
});

suite("sampleSet", () => {
  test.each<[Partial<SampleSet>, string]>([
    [{ count: 0 }, "two: samples must be at least 1, got 0"],
    [{ inputs: new Float32Array(5) }, "two: inputs must hold 6 numbers, got 5"],
    [{ targets: new Int32Array(3) }, "two: targets must hold 2 numbers, got 3"],
    [{ weights: new Float32Array(1) }, "two: weights must hold 2 numbers, got 1"],
  ])("refuses sizes that do not fit: %#", (change, message) => {
    expect(() => sampleSet({ ...set, ...change })).toThrow(new RangeError(message));
  });
  test("hands back what fits", () => expect(sampleSet(set)).toBe(set));
});

suite("samplesOf", () => {
  const dataset: Dataset = {
    name: "two",
    source: "made here",
    inputs: { data: new Float32Array(6), shape: [2, 3] },
    labels: Int32Array.of(1, 0),
    targets: { data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] },
    classes: 2,
    weights: Float32Array.of(1, 2),
  };
  const { labels, ...real } = dataset;
  test("takes the labels, or the targets where there are none, under the name given", () => {
    const common = { count: 2, inputs: dataset.inputs.data, inputShape: [3] };
    const weights = dataset.weights;
    expect(samplesOf(dataset)).toEqual({
      ...common,
      name: "two × 2",
      targets: labels,
      targetShape: [],
      weights,
    });
    expect(samplesOf(real, "mine")).toEqual({
      ...common,
      name: "mine",
      targets: dataset.targets!.data,
      targetShape: [2],
      weights,
    });
  });
  test("refuses what has neither", () => {
    const { targets: _, ...bare } = real;
    expect(() => samplesOf(bare)).toThrow(
      new RangeError("two: samples must have labels or targets, got neither"),
    );
  });
});

test("probeSet is its probes in order, and disposes of each that has anything to give back", async () => {
  const gone: string[] = [];
  const probe = (name: string): Probe => ({ name, due: () => true, measure: async () => [] });
  const dispose = (name: string) => async () => void gone.push(name);
  const first = { ...probe("a"), dispose: dispose("a") };
  {
    await using probes = probeSet(first, probe("b"), { ...probe("c"), dispose: dispose("c") });
    expect(probes.map(({ name }) => name)).toEqual(["a", "b", "c"]);
    expect(probes[0]).toBe(first);
    expect(gone).toEqual([]);
  }
  expect(gone).toEqual(["a", "c"]);
});

suite("everySteps", () => {
  test("is due at step 0 and each multiple", () => {
    const due = everySteps(4);
    expect([0, 1, 3, 4, 6, 8].filter(due)).toEqual([0, 4, 8]);
  });
  test.each([0, -1, 1.5, NaN])("refuses %d", (every) => {
    expect(() => everySteps(every)).toThrow(
      new RangeError(`a cadence must be a positive number of steps, got ${every}`),
    );
  });
});
