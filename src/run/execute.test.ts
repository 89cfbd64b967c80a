import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkDataset, type DataSource, readSafetensors } from "../data/index.ts";
import { initialState, trainer } from "../learn/index.ts";
import { nodeRuntime } from "../node/ort/node-runtime.ts";
import { folderStore, machineEnvironment } from "../node/store/index.ts";
import { fillNormal, stream } from "../random/index.ts";
import {
  differences,
  execute,
  fork,
  inlinePool,
  parseOverride,
  parseTraining,
  prepare,
  readSnapshot,
  runTasks,
  type TrainingInput,
  type Workplace,
  writeSnapshot,
} from "./index.ts";

let scratch = "";
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "thalweg-run-"));
});
afterAll(() => rm(scratch, { recursive: true }));

/** 60 points of a plane in three classes, as a table. */
const points: DataSource = {
  async load({ name, count = 60 }) {
    const data = new Float64Array(2 * count);
    fillNormal(stream("3", "points"), 0, data);
    const labels = Int32Array.from({ length: count }, (_, i) => i % 3);
    for (let i = 0; i < count; i++) data[2 * i + (labels[i] % 2)] += 2 * labels[i];
    return checkDataset({
      name,
      inputs: { data, shape: [count, 2] },
      labels,
      classes: 3,
      source: "here",
    });
  },
};

const base: TrainingInput = {
  name: "points",
  model: { kind: "mlp", hidden: [8], activation: "tanh", init: { kind: "pytorch" } },
  data: { name: "points" },
  optimizer: { kind: "adam", learningRate: 0.02 },
  batchSize: 7,
  steps: 120,
  checkpointEvery: 25,
  probes: [
    { kind: "lambda-max", every: 30 },
    { kind: "full-loss", every: 30 },
  ],
};

async function place(): Promise<{ store: ReturnType<typeof folderStore>; workplace: Workplace }> {
  const runtime = nodeRuntime();
  return {
    store: folderStore(await mkdtemp(join(scratch, "r-"))),
    workplace: { runtime, data: points, environment: machineEnvironment(runtime) },
  };
}

async function ran(input: TrainingInput) {
  const { store, workplace } = await place();
  const run = await store.create(parseTraining(input), workplace.environment);
  const outcome = await execute(run, workplace);
  return { store, workplace, run, outcome };
}

describe("execute", () => {
  test("puts every step's loss and every measurement on record", async () => {
    const { run, outcome } = await ran(base);
    expect(outcome).toEqual({ state: "finished", step: 120 });
    const rows = await run.metrics();
    const stepsOf = (name: string) => rows.filter((r) => r.name === name).map(({ step }) => step);
    expect(stepsOf("loss")).toEqual(Array.from({ length: 120 }, (_, i) => i));
    expect(stepsOf("lambda-max")).toEqual([0, 30, 60, 90, 120]);
    expect(run.checkpoints()).toEqual([0, 25, 50, 75, 100, 120]);
    // The mean over the data, whichever way it is taken.
    const [first, last] = [0, -1].map((i) => rows.filter((r) => r.name === "full-loss").at(i)!);
    expect(last.value).toBeLessThan(first.value / 2);
  });

  test("interrupted at any step and resumed, it ends with the same bits", async () => {
    const control = await ran(base);
    const rows = await control.run.metrics();
    const end = (await control.run.restore()).checkpoint!;
    for (const at of [1, 30, 77, 119]) {
      const { store, workplace } = await place();
      const run = await store.create(parseTraining(base), workplace.environment);
      const stop = new AbortController();
      const outcome = await execute(
        run,
        { ...workplace, signal: stop.signal },
        { onRows: (all) => all.some(({ step }) => step >= at) && stop.abort() },
      );
      expect(outcome.state).toBe("interrupted");
      expect(run.checkpoints().at(-1)).toBe(outcome.step);
      const again = await store.open(run.id);
      expect(await execute(again, workplace)).toEqual({ state: "finished", step: 120 });
      expect(await again.metrics()).toEqual(rows);
      expect((await again.restore()).checkpoint?.bytes).toEqual(end.bytes);
    }
  });

  test("stops where the loss over all samples is low enough, at a step of its own cadence", async () => {
    const { outcome, run } = await ran({
      ...base,
      probes: [],
      stop: { lossBelow: 0.7, every: 10 },
    });
    expect(outcome.state).toBe("stopped");
    expect(outcome.step % 10).toBe(0);
    const full = (await run.metrics(["full-loss"])).map(({ value }) => value);
    expect(full.at(-1)).toBeLessThan(0.7);
    expect(full.slice(0, -1).every((value) => value >= 0.7)).toBe(true);
  });

  test.each(["isotropic", "diagonal", "resampling"] as const)(
    "runs with %s noise",
    async (kind) => {
      const { outcome, run } = await ran({ ...base, steps: 10, noise: { kind }, probes: [] });
      expect(outcome.state).toBe("finished");
      const traces = await run.metrics(["noise-trace"]);
      expect(traces).toHaveLength(10);
      expect(traces.every(({ value }) => value > 0)).toBe(true);
    },
  );

  test("an error is on record", async () => {
    const { store, workplace } = await place();
    const run = await store.create(
      parseTraining({ ...base, batchSize: 61 }),
      workplace.environment,
    );
    const message = "batch size must be from 1 to the 60 samples, got 61";
    await expect(execute(run, workplace)).rejects.toThrow(message);
    expect((await store.open(run.id)).status()).toMatchObject({ state: "failed", error: message });
  });

  test("warns of another machine", async () => {
    const { store, workplace } = await place();
    const { environment } = workplace;
    const elsewhere = { ...environment, cpuFeatures: ["avx512f"], node: "99.0.0" };
    const run = await store.create(parseTraining({ ...base, steps: 2, probes: [] }), elsewhere);
    const warnings: string[] = [];
    await execute(run, workplace, { onWarning: (message) => warnings.push(message) });
    expect(warnings[0]).toBe(
      `results may differ in their last bits: node 99.0.0 before, ${environment.node} now`,
    );
    expect(warnings.some((text) => text.includes("cpu features"))).toBe(true);
    expect(differences(environment, environment)).toEqual([]);
  });
});

describe("fork", () => {
  test("between two checkpoints repeats the parent's way there", async () => {
    const { store, workplace, run } = await ran(base);
    const same = await fork(store, run, 60, [], workplace);
    expect(same.origin).toEqual({ run: run.id, step: 60 });
    await execute(same, workplace);
    const rows = (await run.metrics()).filter(({ step }) => step >= 60);
    expect(await same.metrics()).toEqual(rows);
    const other = await fork(store, run, 60, [parseOverride("batchSize=3")], workplace);
    await execute(other, workplace);
    expect((await other.metrics(["loss"])).at(-1)).not.toEqual(rows.at(-1));
  });
});

describe("a checkpoint file", () => {
  test("brings back every bit of parameters, slots, buffers and probes", async () => {
    for (const precision of ["float32", "float64"] as const) {
      const config = parseTraining({ ...base, precision });
      const { training } = await prepare(config, points);
      await using runtime = nodeRuntime();
      await using steps = trainer(runtime, training);
      const { state } = await steps.advance(initialState(training), 5);
      const probes = { "lambda-max": { warm: state.parameters.slice() } };
      const bytes = writeSnapshot({ state, probes }, training);
      expect(readSnapshot(bytes, training, "x")).toEqual({ state, probes });
      const { training: other } = await prepare(
        parseTraining({ ...base, precision, optimizer: { kind: "sgd", learningRate: 1 } }),
        points,
      );
      expect(readSnapshot(bytes, other, "x").state.slots).toEqual([]);
      const { training: wide } = await prepare(
        parseTraining({ ...base, precision, model: { kind: "mlp", hidden: [9] } }),
        points,
      );
      expect(() => readSnapshot(bytes, wide, "a.safetensors")).toThrow(
        `a.safetensors: fc1.weight must be ${precision} [9, 2], got ${precision} [8, 2]`,
      );
    }
  });
});

test("a checkpoint file brings back the statistics of batch norm, under their own names", async () => {
  const images: DataSource = {
    async load({ name }) {
      const data = new Float64Array(6 * 3 * 64);
      fillNormal(stream("3", "images"), 0, data);
      const labels = Int32Array.from([0, 1, 2, 0, 1, 2]);
      return checkDataset({
        name,
        inputs: { data, shape: [6, 3, 8, 8] },
        labels,
        classes: 3,
        source: "here",
      });
    },
  };
  const model = { kind: "resnet8", widths: [2, 3, 4], batchNorm: true } as const;
  const optimizer = { kind: "sgd", learningRate: 0.1 } as const;
  const { training } = await prepare(
    parseTraining({ ...base, model, optimizer, batchSize: 3 }),
    images,
  );
  await using runtime = nodeRuntime();
  await using steps = trainer(runtime, training);
  const start = initialState(training);
  const { state } = await steps.advance(start, 2);
  expect(state.buffers).not.toEqual(start.buffers);
  const bytes = writeSnapshot({ state, probes: {} }, training);
  expect(readSnapshot(bytes, training, "x").state).toEqual(state);
  const { tensors } = readSafetensors(bytes);
  expect([...tensors.keys()]).toEqual(
    expect.arrayContaining(training.model.buffers.map(({ name }) => name)),
  );
});

describe("inlinePool", () => {
  test("trains by name and hands back where the run ended", async () => {
    const { store, workplace } = await place();
    const pool = inlinePool(runTasks, async () => ({ ...workplace, store }));
    const heard: number[] = [];
    const config = { ...base, steps: 10, probes: [] } as never;
    const [result] = await pool.run([{ name: "train", input: { config } }], {
      onProgress: (_, fraction) => heard.push(fraction),
    });
    expect(result).toEqual({ run: "points", state: "finished", step: 10 });
    expect(heard.at(-1)).toBe(1);
    await expect(pool.run([{ name: "trian", input: null }])).rejects.toThrow(
      "a task must be one of train, escape/walkers, escape/replicas, got trian",
    );
  });
});
