import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, suite, test } from "vitest";
import { ndArray, writeSafetensors } from "../../src/data/index.ts";
import type { InspectComparison, InspectResult } from "../../src/measure/index.ts";
import { start } from "../faults/cli.ts";
import { array, folder, layer, numbers, writeData, writeLinear } from "./linear.ts";

afterAll(() => rm(folder, { recursive: true }));

const N = 2_000;
const model = writeLinear("long", { k: 200 });
const data = writeData("long", {
  x: array(numbers("long", 4 * N), [N, 4]),
  y: array(
    Int32Array.from({ length: N }, (_, i) => i % 200),
    [N],
  ),
});
/** The last takes seconds, so that a signal during the others comes before its end. */
const measures = "loss,hessian.trace,mini-batch-sharpness";
const json = join(folder, "stopped.json");
const report = join(folder, "stopped.html");
const args =
  `inspect ${model} --data ${data} --loss cross-entropy --json ${json} --report ${report} --threads 1 --until stderr<0.0001% --measure ${measures}`.split(
    " ",
  );

/** SIGINT once `said` has been heard on either stream. */
async function stopped(said: RegExp, line: readonly string[] = args) {
  await Promise.all([json, report].map((path) => rm(path, { force: true })));
  const { child, ended } = start(line, folder);
  let heard = "";
  await new Promise<void>((resolve, reject) => {
    const listen = (text: string) => {
      heard += text;
      if (said.test(heard)) resolve();
    };
    child.stdout!.on("data", listen);
    child.stderr!.on("data", listen);
    child.once("close", () => reject(new Error(`ended without ${String(said)}:\n${heard}`)));
  });
  await sleep(100);
  const from = performance.now();
  child.kill("SIGINT");
  const end = await ended;
  return { ...end, seconds: (performance.now() - from) / 1000 };
}

suite("SIGINT", () => {
  test("within a measurement keeps what is finished, in the JSON and in the report", async () => {
    const { code, err } = await stopped(/%  hessian\.trace/);
    expect(err).toContain("stopping; what is finished is kept; press again to stop at once\n");
    expect(code).toBe(130);
    const result = JSON.parse(await readFile(json, "utf8")) as InspectResult;
    expect(result.interrupted).toBe(true);
    // The mean of log 200 and what little a random linear map adds.
    expect(result.measurements.loss!.value).toBeGreaterThan(Math.log(200) - 0.5);
    expect(result.missing.map(({ name }) => name)).toContain("mini-batch-sharpness");
    for (const { reason } of result.missing)
      expect(reason).toBe("interrupted before it was finished");
    const page = await readFile(report, "utf8");
    expect(page).toContain("interrupted");
  });

  test("within the second of two models keeps the first, and differences of what both have", async () => {
    const flags = `--data ${data} --loss cross-entropy --json ${json} --report ${report} --threads 1 --until stderr<0.1% --measure ${measures}`;
    const line = `inspect ${writeLinear("first", { k: 200 })} ${model} ${flags}`.split(" ");
    const { code } = await stopped(/% {2}long\.onnx: [hm]/, line);
    expect(code).toBe(130);
    const { a, b, differences } = JSON.parse(await readFile(json, "utf8")) as InspectComparison;
    expect([a.interrupted, b.interrupted]).toEqual([false, true]);
    expect(Object.keys(a.measurements)).toEqual(measures.split(","));
    // Which of the second model's measures were finished is the machine's business.
    const finished = Object.keys(b.measurements);
    expect(finished).toContain("loss");
    expect(finished).not.toContain("mini-batch-sharpness");
    expect(Object.keys(differences)).toEqual(finished);
    expect(await readFile(report, "utf8")).toContain("interrupted");
  });

  test("within the second checkpoint keeps the first in JSON, table and report", async () => {
    for (const step of [1, 2, 3, 4]) {
      const { W, b } = layer(`at ${step}`, 200, 4);
      const tensors = new Map([["W", ndArray(W, [200, 4])], ["b", ndArray(b, [200])]]); // prettier-ignore
      await writeFile(join(folder, `at-${step}.safetensors`), writeSafetensors(tensors));
    }
    const table = join(folder, "stopped.parquet");
    const line = `inspect ${model} --data ${data} --loss cross-entropy --json ${json} --report ${report} --parquet ${table} --threads 1 --until stderr<0.1% --measure ${measures} --weights ${folder}/at-*.safetensors`;
    const { code } = await stopped(/% {2}at-2\.safetensors: /, line.split(" "));
    expect(code).toBe(130);
    const result = JSON.parse(await readFile(json, "utf8")) as InspectResult;
    expect(result.interrupted).toBe(true);
    const [first] = result.checkpoints!;
    expect(first.file).toMatch(/at-1\.safetensors$/);
    expect(result.checkpoints!.length).toBeLessThan(4);
    expect(Object.keys(first.values)).toEqual(["loss", "hessian.trace", "mini-batch-sharpness"]);
    expect(existsSync(table)).toBe(true);
    expect(await readFile(report, "utf8")).toContain("interrupted");
  });

  test("a second time ends at once", async () => {
    await rm(json, { force: true });
    const { child, ended } = start(args, folder);
    await new Promise<void>((resolve) => child.stdout!.once("data", () => resolve()));
    child.kill("SIGINT");
    await new Promise<void>((resolve) => child.stderr!.on("data", (text: string) => text.includes("press again") && resolve())); // prettier-ignore
    child.kill("SIGINT");
    expect((await ended).code).toBe(130);
    expect(existsSync(`${json}.tmp`)).toBe(false);
  });
});
