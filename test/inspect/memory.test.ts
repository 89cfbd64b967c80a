// `--memory` bounds the size of the process, as the system counts it, and the answer says what it was.
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, suite, test } from "vitest";
import { gunzip, ndArray, writeNpz } from "../../src/data/index.ts";
import type { InspectResult } from "../../src/measure/index.ts";
import { fillUniform, integerAt, stream } from "../../src/random/index.ts";
import { long } from "../faults/built.ts";
import { thalweg } from "../faults/cli.ts";
import { resnet } from "./resnet.ts";

const cifar = resolve(import.meta.dirname, "../../../shared/datasets/cifar10");
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "thalweg-memory-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Images of CIFAR-10's shape in [0, 1): its own where they are at hand, else drawn. */
async function writeImages(count: number): Promise<string> {
  const size = 3 * 32 * 32;
  const x = new Float32Array(count * size);
  const y = new Int32Array(count);
  const files = ["cifar10-train-8192.bin.gz", "cifar10-test-2000.bin.gz"].map((f) =>
    join(cifar, f),
  );
  if (files.every(existsSync)) {
    const bytes = Buffer.concat(files.map((file) => gunzip(readFileSync(file), { file })));
    for (let i = 0; i < count; i++) {
      const row = bytes.subarray(i * (size + 1), (i + 1) * (size + 1));
      y[i] = row[0];
      for (let k = 0; k < size; k++) x[i * size + k] = row[k + 1] / 255;
    }
  } else {
    const draws = new Float64Array(size);
    for (let i = 0; i < count; i++) {
      fillUniform(stream("1", "images"), i * size, draws);
      x.set(draws, i * size);
      y[i] = integerAt(stream("1", "labels"), i, 10);
    }
  }
  const file = join(folder, `images-${count}.npz`);
  await writeFile(file, writeNpz(new Map([["x", ndArray(x, [count, 3, 32, 32])], ["y", ndArray(y, [count])]]))); // prettier-ignore
  return file;
}

async function peakOf(model: string, data: string, flags: string): Promise<InspectResult> {
  const json = join(folder, "out.json");
  const line = `inspect ${model} --data ${data} --loss cross-entropy ${flags} --json ${json} --quiet`;
  const { code, err } = await thalweg(line.split(" "), folder);
  expect({ code, err }).toMatchObject({ code: 0 });
  return JSON.parse(await readFile(json, "utf8")) as InspectResult;
}

suite("--memory", () => {
  test("a ResNet-8 over 256 images stays within 400 MB, which it exceeds without, with the same numbers to 1e-5", async () => {
    const model = join(folder, "resnet8.onnx");
    await writeFile(model, resnet(1));
    const data = await writeImages(256);
    // The look at the cost is a product with the Hessian, and keeps what products keep.
    const flags = "--measure loss,gradient --threads 1 --seed 1";
    const bounded = await peakOf(model, data, `${flags} --memory 400MB`);
    const free = await peakOf(model, data, flags);
    expect(bounded.cost.peakBytes).toBeLessThan(400e6);
    expect(free.cost.peakBytes).toBeGreaterThan(400e6);
    const [a, b] = [bounded, free].map(({ measurements: m }) => m.gradient!.norm);
    expect(Math.abs(a / b - 1)).toBeLessThan(1e-5);
  });

  test.skipIf(!long)(
    "a ResNet-20 over 10,000 images stays within 2 GB in a product with its Hessian",
    async () => {
      const model = join(folder, "resnet20.onnx");
      await writeFile(model, resnet(3));
      const data = await writeImages(10_000);
      // As above; more products take hours and keep nothing else but a vector of 1 MB each.
      const flags = "--memory 2GB --measure loss,gradient --seed 1";
      const { cost, missing, data: held } = await peakOf(model, data, flags);
      expect(missing).toEqual([]);
      expect(held.samples).toBe(10_000);
      console.log(
        `peak ${Math.round(cost.peakBytes! / 1e6)} MB, ${cost.products} products, ${Math.round(cost.seconds)} s`,
      );
      expect(cost.peakBytes).toBeLessThan(2e9);
    },
  );
});
