import * as ort from "onnxruntime-node";
import { afterAll, expect, suite, test } from "vitest";
import * as g from "../../src/graph/index.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import { type ForeignModel, readModel } from "../../src/onnx/index.ts";
import { fillUniform, stream } from "../../src/random/index.ts";
import { evaluate } from "../evaluate.ts";
import { distance } from "../measure/golden-problem.ts";
import { type Listed, listed, missing, modelBytes, withIrVersion } from "./models.ts";

const runtime = nodeRuntime();
afterAll(() => runtime.dispose());

type Real = "float32" | "float64";

/** Uniform numbers from 0 to 1, the same for a name. */
function uniform(name: string, count: number): Float64Array {
  const out = new Float64Array(count);
  fillUniform(stream("11", name), 0, out);
  return out;
}

const as = (dtype: Real, values: ArrayLike<number>) =>
  dtype === "float32" ? Float32Array.from(values) : Float64Array.from(values);

interface Compiled {
  readonly parameters: g.Tensor[];
  readonly x: g.Tensor;
  readonly data: g.Data[];
}

function at(model: ForeignModel, dtype: Real, rows: ArrayLike<number>): Compiled {
  const size = g.sizeOf(model.input.sample);
  const x = g.input([rows.length / size, ...model.input.sample], dtype, "x");
  const parameters = model.parameters.map(({ shape, name }) => g.input(shape, dtype, name));
  const data = [...model.parameters.map((p) => as(dtype, p.data)), as(dtype, rows)];
  return { parameters, x, data };
}

async function outputs(model: ForeignModel, dtype: Real, rows: ArrayLike<number>) {
  const { parameters, x, data } = at(model, dtype, rows);
  const [y] = await evaluate(runtime, [...parameters, x], [model.outputs(parameters, x)], data);
  return Float64Array.from(y as Float32Array);
}

/** The file itself, by ONNX Runtime, one sample a call. */
async function original(
  { file }: Listed,
  model: ForeignModel,
  rows: Float64Array,
): Promise<Float64Array> {
  const bytes = modelBytes(file);
  // A file of a later IR version than the runtime knows holds nothing that is new in it.
  const session = await ort.InferenceSession.create(
    model.irVersion > 10 ? withIrVersion(bytes, 10) : bytes,
    { intraOpNumThreads: 1, logSeverityLevel: 3 },
  );
  const size = g.sizeOf(model.input.sample);
  const out: number[] = [];
  for (let i = 0; i < rows.length / size; i++) {
    const row = Float32Array.from(rows.subarray(i * size, (i + 1) * size));
    const x = new ort.Tensor("float32", row, [1, ...model.input.sample]);
    const result = await session.run({ [model.input.name]: x });
    out.push(...(result[model.output.name].data as Float32Array));
  }
  await session.release();
  return Float64Array.from(out);
}

/** Mean over samples of the cross-entropy of the outputs with labels 0, 1, 2, …, smoothed by a square. */
function lossOf(model: ForeignModel, x: g.Tensor): (parameters: g.Tensor[]) => g.Tensor {
  return (parameters) => {
    const o = model.outputs(parameters, x);
    const [samples, classes] = o.shape;
    const labels = Float64Array.from({ length: samples * classes }, (_, i) =>
      i % classes === Math.floor(i / classes) % classes ? 1 : 0,
    );
    const y = g.constant(labels, [samples, classes]);
    return g.mean(g.sub(g.logSumExp(o, 1), g.sum(g.mul(o, y), 1)));
  };
}

suite.skipIf(missing)(`third-party models${missing ? `: ${missing}` : ""}`, () => {
  test("all of the index are read", () => {
    expect(listed.length).toBeGreaterThan(20);
  });

  suite.each(listed)("$file", (entry) => {
    const model = readModel(modelBytes(entry.file));
    const size = g.sizeOf(model.input.sample);
    const rows = uniform(entry.file, 3 * size);

    test("has the parameters and the output that the index lists", () => {
      const count = model.parameters.reduce((sum, { shape }) => sum + g.sizeOf(shape), 0);
      expect(count).toBe(entry.parameters);
      expect(entry.outputs[0].startsWith(`${model.output.name}:`)).toBe(true);
      expect(model.batch).toBe("open");
      expect(model.couplesSamples).toBe(false);
    });

    test("a batch of 3 is what ONNX Runtime makes of the file row by row", async () => {
      const expected = await original(entry, model, rows);
      expect(distance(await outputs(model, "float32", rows), expected)).toBeLessThan(2e-5);
      expect(distance(await outputs(model, "float64", rows), expected)).toBeLessThan(1e-4);
    });

    test("a batch is its rows", async () => {
      const whole = await outputs(model, "float64", rows);
      const apart: number[] = [];
      for (let i = 0; i < 3; i++)
        apart.push(...(await outputs(model, "float64", rows.subarray(i * size, (i + 1) * size))));
      expect(distance(whole, apart)).toBeLessThan(1e-12);
    });

    test("the Hessian is symmetric and the derivative of a finite gradient", async () => {
      const smooth = readModel(modelBytes(entry.file), { beforeTrailing: true });
      const { parameters, x, data } = at(smooth, "float64", rows);
      const loss = lossOf(smooth, x);
      const v = parameters.map((t, i) => g.input(t.shape, t.dtype, `v${i}`));
      const gradient = g.grad(loss)(parameters);
      const product = g.hvp(loss)(parameters, v);
      const fn = { inputs: [...parameters, x, ...v], outputs: [...gradient, ...product] };
      await using compiled = await runtime.compile(fn);
      const theta = data.slice(0, -1) as Float64Array[];
      const direction = (name: string) =>
        theta.map((t, i) => uniform(`${entry.file} ${name} ${i}`, t.length).map((u) => 2 * u - 1));
      const run = async (shift: Float64Array[], h: number, along: Float64Array[]) => {
        const moved = theta.map((t, i) => t.map((value, j) => value + h * shift[i][j]));
        const all = (await compiled.run([...moved, data.at(-1)!, ...along])) as Float64Array[];
        return [flat(all.slice(0, theta.length)), flat(all.slice(theta.length))] as const;
      };
      const [a, b] = [direction("a"), direction("b")];
      const [slope, ha] = await run(a, 0, a);
      const [, hb] = await run(a, 0, b);
      expect(slope.every(Number.isFinite)).toBe(true);
      expect(norm(slope)).toBeGreaterThan(0);
      const [bHa, aHb] = [dot(flat(b), ha), dot(flat(a), hb)];
      expect(Math.abs(bHa - aHb)).toBeLessThan(1e-9 * norm(flat(b)) * norm(ha));
      // Kinks of ReLU and of max-pool within ±h would show as a jump of the gradient: h is small.
      const h = 1e-6 / norm(flat(a));
      const [plus] = await run(a, h, a);
      const [minus] = await run(a, -h, a);
      const difference = plus.map((value, i) => (value - minus[i]) / (2 * h));
      const gap = norm(difference.map((value, i) => value - ha[i]));
      expect(gap).toBeLessThan(1e-3 * norm(ha) + 1e-7 * norm(flat(a)));
    });
  });

  test("files that end with a softmax say so, and end before it where asked", async () => {
    const entry = listed.find(({ file }) => file === "mnist-lenet-relu-softmax.onnx")!;
    const bytes = modelBytes(entry.file);
    const whole = readModel(bytes);
    expect(whole.trailing?.kind).toBe("softmax");
    const before = readModel(bytes, { beforeTrailing: true });
    const rows = uniform("before", 2 * g.sizeOf(whole.input.sample));
    const logits = await outputs(before, "float64", rows);
    const shares = [logits.subarray(0, 10), logits.subarray(10)].flatMap((row) => {
      const powers = Array.from(row, (value) => Math.exp(value));
      const total = powers.reduce((sum, value) => sum + value, 0);
      return powers.map((value) => value / total);
    });
    expect(distance(await outputs(whole, "float64", rows), shares)).toBeLessThan(1e-12);
  });

  test("a file that fits one sample alone is run sample by sample, and says why", () => {
    const { notes } = readModel(modelBytes("mnist-fc2.onnx"));
    expect(notes.map(({ kind, text }) => [kind, text])).toEqual([
      [
        "one-by-one",
        "samples are run each as a batch of 1, since with more: onnx: node #1 (Gemm): matmul: [… m, k] · [… k, n] of floats, got float32[1, 2352] · float32[784, 10]",
      ],
    ]);
  });
});

const flat = (parts: readonly Float64Array[]): Float64Array => {
  const out = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
};
const dot = (a: Float64Array, b: Float64Array) =>
  a.reduce((sum, value, i) => sum + value * b[i], 0);
const norm = (a: Float64Array) => Math.sqrt(dot(a, a));
