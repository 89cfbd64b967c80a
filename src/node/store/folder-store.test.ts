import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MetricRow } from "../../learn/index.ts";
import { type Environment, parseTraining } from "../../run/index.ts";
import { folderStore, machineEnvironment, readMetrics, writeMetrics } from "./index.ts";

let scratch = "";
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "thalweg-store-"));
});
afterAll(() => rm(scratch, { recursive: true }));

const config = parseTraining({
  name: "tiny",
  model: { kind: "mlp" },
  data: { name: "mnist" },
  optimizer: { kind: "sgd", learningRate: 0.1 },
  batchSize: 1,
  steps: 100,
});
const environment: Environment = machineEnvironment({ name: "none", version: "0" });
const loss = (step: number): MetricRow => ({ step, name: "loss", value: 1 / (step + 1) });
const rows = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => loss(from + i));
const bytes = (n: number) => Uint8Array.from({ length: 100 }, (_, i) => (i * n) % 256);
const fresh = async () => folderStore(await mkdtemp(join(scratch, "s-")));

describe("metrics as Parquet", () => {
  test("come back with the same bits, not-a-numbers and missing members included", async () => {
    const path = join(scratch, "rows.parquet");
    const odd: MetricRow[] = [
      { step: 0, name: "it's", value: 0.1 + 0.2, stderr: 5e-324, samples: 3 },
      { step: 1, name: "loss", value: NaN },
      { step: 2, name: "loss", value: -Infinity, stderr: Infinity },
      { step: 3, name: "loss", value: -0 },
      { step: 4, name: "lambda-max", value: 2, residual: 1e-3 / 3 },
    ];
    await writeMetrics(path, odd);
    expect(await readMetrics([path])).toEqual(odd);
    expect(await readMetrics([path], ["it's"])).toEqual([odd[0]]);
    expect((await readFile(path)).subarray(0, 4).toString()).toBe("PAR1");
  });

  test("say in one line what is no Parquet", async () => {
    const path = join(scratch, "bad.parquet");
    await writeFile(path, "PAR1 and then nothing");
    const failure = readMetrics([path]);
    await expect(failure).rejects.toThrow(`${path}: metrics must be readable Parquet, got `);
    await expect(failure).rejects.not.toThrow("\n");
  });
});

describe("a run in a folder", () => {
  test("has the files of the design, and opens as it was", async () => {
    const store = await fresh();
    const run = await store.create(config, environment);
    await run.begin(0);
    await run.checkpoint(0, bytes(1));
    run.append(rows(0, 10));
    await run.checkpoint(10, bytes(2));
    run.append([{ step: 10, name: "lambda-max", value: 4, stderr: 0.5, samples: 7 }]);
    await run.end("finished", { step: 10 });
    expect((await readdir(run.place)).sort()).toEqual([
      "checkpoints",
      "config.json",
      "environment.json",
      "metrics-00001.parquet",
      "metrics-00002.parquet",
      "status.json",
    ]);
    const again = await store.open(run.id);
    expect(again.config).toEqual(config);
    expect(again.environment).toEqual(environment);
    expect(again.status()).toMatchObject({ state: "finished", step: 10, loss: 0.1 });
    expect(again.checkpoints()).toEqual([0, 10]);
    expect(again.alive()).toBe(false);
    expect(await again.metrics()).toEqual([
      ...rows(0, 10),
      { step: 10, name: "lambda-max", value: 4, stderr: 0.5, samples: 7 },
    ]);
    expect(await again.metrics(["lambda-max"])).toHaveLength(1);
    expect((await again.restore()).checkpoint).toMatchObject({ step: 10, bytes: bytes(2) });
    expect((await again.restore(9)).checkpoint?.step).toBe(0);
  });

  test("keeps rows from the checkpoint's step on for the next part", async () => {
    const run = await (await fresh()).create(config, environment);
    run.append(rows(0, 8));
    await run.checkpoint(5, bytes(1));
    expect(await run.metrics()).toEqual(rows(0, 5));
    await run.end("interrupted", { step: 5 });
    expect(await run.metrics()).toEqual(rows(0, 8));
  });

  test("drops what lies beyond the step it goes on from, files too", async () => {
    const store = await fresh();
    const run = await store.create(config, environment);
    for (const step of [0, 10, 20]) {
      run.append(rows(step - 10 < 0 ? 0 : step - 10, step));
      await run.checkpoint(step, bytes(step));
    }
    run.append(rows(20, 25));
    await run.end("interrupted", { step: 25 });
    await writeFile(join(run.place, "metrics-00099.parquet"), "left by a killed process");
    const again = await store.open(run.id);
    await again.begin(10);
    expect(again.checkpoints()).toEqual([0, 10]);
    expect(await again.metrics()).toEqual(rows(0, 10));
    expect((await readdir(again.place)).filter((name) => name.startsWith("metrics"))).toEqual([
      "metrics-00001.parquet",
    ]);
    expect(await readdir(join(again.place, "checkpoints"))).toHaveLength(2);
    again.append(rows(10, 20));
    await again.checkpoint(20, bytes(20));
    expect(await again.metrics()).toEqual(rows(0, 20));
  });

  test("names a damaged checkpoint and gives the one before", async () => {
    const store = await fresh();
    const run = await store.create(config, environment);
    for (const step of [0, 10, 20, 30]) await run.checkpoint(step, bytes(step + 1));
    const file = (step: number) =>
      join(run.place, `checkpoints/step-${String(step).padStart(8, "0")}.safetensors`);
    const flipped = bytes(31);
    flipped[50] ^= 1;
    await writeFile(file(30), flipped);
    await truncate(file(20), 60);
    const { checkpoint, damage } = await (await store.open(run.id)).restore();
    expect(checkpoint).toMatchObject({ step: 10, bytes: bytes(11) });
    expect(damage).toEqual([
      {
        file: file(30),
        reason: expect.stringMatching(
          /^the checkpoint must have the checksum \w{12}…, got \w{12}…$/,
        ),
      },
      { file: file(20), reason: "the checkpoint must have 100 bytes, got 60" },
    ]);
    await rm(file(10));
    await rm(file(0));
    const none = await (await store.open(run.id)).restore();
    expect(none.checkpoint).toBeUndefined();
    expect(none.damage.at(-1)?.reason).toBe("a file must be there to read, got nothing (ENOENT)");
  });

  test("names of runs never meet", async () => {
    const store = await fresh();
    const ids = await Promise.all(
      Array.from({ length: 5 }, async () => (await store.create(config, environment)).id),
    );
    expect(ids.sort()).toEqual(["tiny", "tiny-2", "tiny-3", "tiny-4", "tiny-5"]);
  });

  test("is listed by age, and named where it is damaged", async () => {
    const root = await mkdtemp(join(scratch, "s-"));
    const store = folderStore(root);
    await store.create(config, environment);
    const second = await store.create(config, environment);
    await writeFile(join(second.place, "status.json"), "{ not json");
    const { runs, damage } = await store.list();
    expect(runs.map(({ id }) => id)).toEqual(["tiny"]);
    expect(damage).toEqual([
      {
        file: second.place,
        reason: `${join(second.place, "status.json")}: the file must hold a JSON object, got other content`,
      },
    ]);
    await expect(store.open("tinny")).rejects.toThrow(
      `tinny: a run must be a folder with a status.json, in ${root} or by its path, got none; runs there: tiny, tiny-2`,
    );
  });
});
