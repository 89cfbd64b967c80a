// `thalweg escape --run` as it is shipped.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, suite, test } from "vitest";
import type { ReplicaResult } from "../../src/diffusion/index.ts";
import { fileDataSource } from "../../src/node/datasets/index.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import { folderStore, machineEnvironment } from "../../src/node/store/index.ts";
import {
  escapeResultSchema,
  inlinePool,
  parseRunEscape,
  planReplicas,
  replicaSubject,
  runReplicas,
  runTasks,
} from "../../src/run/index.ts";
import { start, thalweg } from "../faults/cli.ts";

const config = `
name: small
model: { kind: mlp, hidden: [16], activation: tanh }
data: { name: fashion-mnist, count: 128 }
loss: squared-error
optimizer: { kind: sgd, learningRate: 0.02 }
sampler: { kind: without-replacement }
batchSize: 8
steps: 400
checkpointEvery: 200
`;

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "thalweg-escape-run-"));
  await writeFile(join(folder, "small.yaml"), config);
  expect(await thalweg(["train", "small.yaml", "--quiet"], folder)).toMatchObject({ code: 0 });
});
afterAll(() => rm(folder, { recursive: true }));

const run = (args: string) => thalweg(["escape", "--run", "small", ...args.split(" ")], folder);
const read = async (file: string) =>
  JSON.parse(await readFile(join(folder, file), "utf8")) as ReplicaResult;

suite("thalweg escape --run", () => {
  test("gives the same exits with 1 and 2 processes, in a file that its schema takes, with a report", async () => {
    const found: Omit<ReplicaResult, "throughput">[] = [];
    for (const jobs of [1, 2]) {
      const { code, out, err } = await run(
        `--at 400 --exit r>0.35 --walkers 12 --set replicas=3 --jobs ${jobs} --json ${jobs}.json --report ${jobs}.html`,
      );
      expect({ code, err }).toMatchObject({ code: 0 });
      expect(out).toMatch(/^small at step 400: mlp-16 \(12,730 parameters\) on fashion-mnist\/test × 128, squared-error 0\.\d+$/m); // prettier-ignore
      expect(out).toMatch(/^in steps {17}\d/m);
      expect(out).toMatch(/^quadratic model /m);
      const json = await read(`${jobs}.json`);
      expect(escapeResultSchema.safeParse(json).error).toBeUndefined();
      expect(await readFile(join(folder, `${jobs}.html`), "utf8")).toMatch(
        /Escape from a checkpoint/,
      );
      const { throughput, ...rest } = json;
      expect(throughput.particleSteps).toBe(rest.steps.value! * 12);
      found.push(rest);
    }
    expect(found[1]).toEqual(found[0]);
    const [{ steps, meanFirstPassageTime: time, schema, target, spec, checkpoint }] = found;
    expect({ schema, target }).toEqual({ schema: "thalweg/escape-run@1", target: "discrete" });
    expect(spec).toMatchObject({ run: "small", at: 400, eta: 0.02, batchSize: 8, every: 1 });
    expect(time.value! / steps.value!).toBeCloseTo(0.02, 9);
    expect(steps).toMatchObject({ samples: 12, censored: 0 });
    expect(checkpoint!.edge).toBe(100);
  });

  test("a walker is the run's fork with its order seed; a step without a checkpoint is repeated", async () => {
    const { code, err } = await run("--at 300 --exit r>0.2 --walkers 3 --jobs 1 --json at.json");
    expect({ code, err }).toMatchObject({ code: 0 });
    const { tracks } = await read("at.json");
    const { steps, batchLoss } = tracks[2];
    const fork = `fork small --at 300 --set orderSeed="3" --set steps=${300 + steps[3]} --name third --json --quiet`;
    const forked = await thalweg(fork.split(" "), folder);
    expect(forked.code).toBe(0);
    const losses = forked.out
      .split("\n")
      .filter((line) => line.includes('"name":"loss"'))
      .map((line) => (JSON.parse(line) as { value: number }).value);
    expect(losses.slice(0, 4)).toEqual(batchLoss.slice(0, 4).map((x) => expect.closeTo(x, 5)));
  });

  test("an exit of the loss", async () => {
    const { code, err } = await run(
      "--at 400 --exit V>2*V0 --eta 0.1 --walkers 4 --horizon 40 --set every=4 --json loss.json",
    );
    expect({ code, err }).toMatchObject({ code: 0 });
    const { spec, notes, steps } = await read("loss.json");
    expect(spec).toMatchObject({ every: 4, eta: 0.1, horizon: 400 });
    expect(notes).toContain("V is looked at every 4 steps: times are late by up to 3");
    expect(steps.samples).toBe(4);
  });

  test.each([
    ["--at 400", "--exit is missing: --run needs it"],
    ["--at 900 --exit r>1", "--at must be a step from 0 to 400, which small has reached, got 900"],
    ["--at 400 --exit R>1", "exit: unknown name 'R' (did you mean 'r'?) at column 1"],
    ["--at 400 --exit r>-1", 'exit must not hold at the checkpoint, got "r>-1" where V = '],
    ["--at 400 --exit r>1 --batch 1000", "--batch must be at most the 128 samples, got 1000"],
    [
      "--at 400 --exit r>1 --batch 128",
      "batch size must be below the 128 samples for replicas to go different ways, got 128",
    ],
    [
      "--at 400 --exit r>1 --set samples=200",
      "--set samples must be at most the 128 of the run, got 200",
    ],
    [
      "--at 400 --exit r>1e6",
      "none of 8 replicas left within 4000 steps, and no theory says how long it takes: --horizon says when to give up",
    ],
  ])("%s: %s", async (args, message) => {
    const { code, err } = await run(args);
    expect(err.startsWith(`error: ${message}`)).toBe(true);
    expect(err.trimEnd()).not.toContain("\n");
    expect(code).toBeGreaterThan(0);
  });

  test("a horizon of days is refused before it starts", async () => {
    const { code, err } = await run("--at 400 --exit r>1e6 --horizon 1e6");
    expect(code).toBe(2);
    expect(err).toMatch(
      /^error: the run would take about .*; --yes runs it, fewer --walkers or a shorter --horizon make it shorter$/m,
    );
  });

  test("an interrupt at any moment ends with 130, and a file says what it is", async () => {
    const args = "--at 400 --exit r>1e6 --walkers 16 --horizon 1e7 --yes --json none.json";
    const { child, ended } = start(["escape", "--run", "small", ...args.split(" ")], folder);
    // While it plans, or later on a slow machine.
    child.stdout!.once("data", () => child.kill("SIGINT"));
    const { code, err } = await ended;
    expect({ code, err }).toMatchObject({ code: 130 });
    const kept = await read("none.json").catch(() => undefined);
    expect(kept?.interrupted ?? true).toBe(true);
  });
});

test("a run that is stopped keeps the steps that were watched", async () => {
  const store = folderStore(join(folder, "runs"));
  const runtime = nodeRuntime({ threads: 1 });
  const small = await store.open("small");
  const input = parseRunEscape({ run: "small", at: 400, exit: "r > 1e6", horizon: "1e6" });
  const { checkpoint } = await small.restore(400);
  const subject = await replicaSubject(small, checkpoint!.bytes, input, { runtime, data: fileDataSource }); // prettier-ignore
  const stopping = new AbortController();
  const plan = await planReplicas(runtime, subject, 1, stopping.signal);
  const pool = inlinePool(runTasks, async () => {
    const own = nodeRuntime({ threads: 1 });
    return { runtime: own, data: fileDataSource, store, environment: machineEnvironment(own) };
  });
  const place = { place: small.place };
  const { exits, interrupted } = await runReplicas(plan, place, pool, {
    signal: stopping.signal,
    onProgress: () => stopping.abort(),
  });
  await runtime.dispose();
  expect(interrupted).toBe(true);
  expect(Array.from(exits.left)).toEqual(Array(64).fill(0));
  const begun = exits.steps.filter((steps) => steps > 0);
  expect(begun.length).toBe(8);
  expect(new Set(begun).size).toBe(1);
});
