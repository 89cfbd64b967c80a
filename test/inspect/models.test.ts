// Models that other people trained, on the data they were trained for.
import { existsSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { afterAll, expect, suite, test } from "vitest";
import { gunzip, idxDataset, readCifar10 } from "../../src/data/index.ts";
import { foreignProblem, gradientMeter, hessianOperator } from "../../src/measure/index.ts";
import { input } from "../../src/graph/index.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import { dot, norm } from "../../src/numeric/index.ts";
import { evaluate } from "../evaluate.ts";
import { long } from "../faults/built.ts";
import { array, folder, inspected, numbers, writeData } from "./linear.ts";

const shared = resolve(import.meta.dirname, "../../../shared");
const index = join(shared, "models/index.json");
const found = existsSync(index);
if (!found) console.log("skipped: third-party models, because ../shared/models does not exist");

interface Entry {
  readonly file: string;
  readonly status: string;
  readonly data: "mnist" | "cifar10" | null;
  readonly preprocessing: string | null;
  readonly inputs: readonly string[];
  readonly accuracyOnFirst500: number;
}

/** Of each kind one in the plain run. */
const few = ["mnist-8-cntk", "mnist-lenet-relu-softmax", "mnist-mlp-2x10", "mnist-mlp-sigmoid-keras", "mnist-cnn-maxpool-keras3"]; // prettier-ignore
const all = found ? (JSON.parse(readFileSync(index, "utf8")) as Entry[]) : [];
const chosen = all.filter(
  ({ file, status, data }) =>
    status === "measure" && data !== null && (long || few.includes(file.replace(".onnx", ""))),
);
const count = 24;
const runtime = nodeRuntime({ threads: 1 });

afterAll(async () => {
  await runtime[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const bytesOf = (path: string) => gunzip(readFileSync(join(shared, "datasets", path)), { file: path }); // prettier-ignore

/** The first samples as the model takes them: scaled, padded to 32 pixels, channels last where it wants them. */
function samplesOf({ data, preprocessing, inputs }: Entry) {
  const cifar = data === "cifar10";
  const named = { name: "data", source: "data" };
  const { inputs: pixels, labels } = cifar
    ? readCifar10(bytesOf("cifar10/cifar10-test-2000.bin.gz"), { ...named, file: "cifar10" })
    : idxDataset(
        bytesOf("mnist/t10k-images-idx3-ubyte.gz"),
        bytesOf("mnist/t10k-labels-idx1-ubyte.gz"),
        { ...named, imagesFile: "images", labelsFile: "labels" },
      );
  const shape = /\[[^,]+,(.*)\]/.exec(inputs[0])![1].split(",").map(Number);
  const [channels, size] = cifar ? [3, 32] : [1, 28];
  const scale = (value: number, channel: number) => {
    if (preprocessing === "x") return value;
    const [, minus = "0", over = "1"] = /x\/255-(\[[^\]]+\]|[\d.]+)\)\/([\d.]+)/.exec(preprocessing!) ?? []; // prettier-ignore
    const mean = minus.startsWith("[") ? (JSON.parse(minus) as number[])[channel] : Number(minus);
    return (value / 255 - mean) / Number(over);
  };
  const wide = shape.includes(32) && !cifar ? 32 : size;
  const x = new Float32Array(count * channels * wide * wide).map((_, i) => {
    const column = (i % wide) - (wide - size) / 2;
    const row = (Math.floor(i / wide) % wide) - (wide - size) / 2;
    const plane = Math.floor(i / wide / wide);
    const inside = row >= 0 && row < size && column >= 0 && column < size;
    const value = inside ? pixels.data[(plane * size + row) * size + column] : 0;
    return scale(value, plane % channels);
  });
  return { x: array(x, [count, ...shape]), y: array(labels!.slice(0, count), [count]) };
}

suite.skipIf(!found)("a third-party model", () => {
  test.each(chosen.map((entry) => [entry.file, entry] as const))(
    "%s: H is symmetric, the slope of the gradient, and its eigenpair has its residual",
    async (name, entry) => {
      const { x, y } = samplesOf(entry);
      const bytes = readFileSync(join(shared, "models", name));
      const samples = { name, count, inputs: x.data as Float32Array, inputShape: x.shape.slice(1), targets: y.data as Int32Array, targetShape: [] }; // prettier-ignore
      const { model, problem, point } = foreignProblem(bytes, samples, { loss: "cross-entropy", precision: "float64" }); // prettier-ignore
      const variables = model.parameters.map((own) => input(own.shape, "float64", own.name));
      const images = input([count, ...model.input.sample], "float64", "x");
      const values = model.parameters.map((own) => Float64Array.from(own.data));
      const outputs = model.outputs(variables, images);
      const given = [...values, Float64Array.from(x.data as Float32Array)];
      const [scores] = await evaluate(runtime, [...variables, images], [outputs], given);
      const right = Array.from(y.data as Int32Array).filter((label, i) => {
        const own = (scores as Float64Array).subarray(10 * i, 10 * i + 10);
        return own.indexOf(Math.max(...own)) === label;
      });
      // 4 standard errors of the share of so many samples.
      const rate = entry.accuracyOnFirst500 / 100;
      const unsure = 4 * Math.sqrt(Math.max(rate * (1 - rate), 0.02) / count);
      expect(Math.abs(right.length / count - rate)).toBeLessThan(unsure);

      await using meter = await gradientMeter(runtime, problem);
      // Where all samples are right beyond doubt everything underflows: smaller weights doubt.
      const slopeAt = async (p: typeof point) => norm((await meter.measure(p)).gradient);
      const vanishes = (await slopeAt(point)) < 1e-12;
      let at = point;
      if (vanishes) while ((await slopeAt(at)) < 1e-2) at = at.map((p) => p / 2);
      await using H = await hessianOperator(runtime, problem, at);
      const [u, v] = ["u", "v"].map((own) => Float64Array.from(numbers(own, point.length)));
      const [Hu, Hv] = [new Float64Array(point.length), new Float64Array(point.length)];
      await H.apply(u, Hu);
      await H.apply(v, Hv);
      const size = norm(u) * norm(Hv);
      expect(Math.abs(dot(u, Hv) - dot(v, Hu))).toBeLessThan(1e-10 * size);
      // Short steps seldom meet a kink of a ReLU, long ones drown less in rounding: one of them must do.
      const errors: number[] = [];
      for (const step of [1e-6, 1e-7, 1e-8, 1e-9]) {
        const [ahead, behind] = [
          (await meter.measure(at.map((p, i) => p + step * v[i]))).gradient.slice(),
          (await meter.measure(at.map((p, i) => p - step * v[i]))).gradient.slice(),
        ];
        errors.push(norm(ahead.map((a, i) => (a - behind[i]) / (2 * step) - Hv[i])));
      }
      expect(Math.min(...errors)).toBeLessThan(1e-4 * norm(Hv));

      const data = writeData("model", { x, y });
      const { measurements: m, missing } = await inspected(join(shared, "models", name), { data, batch: 8, measure: "loss,gradient,hessian.top:1,covariance.trace" }); // prettier-ignore
      expect(missing).toEqual([]);
      const [top] = m["hessian.top"]!;
      expect(top.status).toBe("converged");
      expect(top.residual).toBeLessThanOrEqual(1e-3 * Math.abs(top.value) * (1 + 1e-6));
      expect(Number.isFinite(m.loss!.value)).toBe(true);
      if (!vanishes) expect(m["covariance.trace"]!.value).toBeGreaterThan(0);
    },
  );
});
