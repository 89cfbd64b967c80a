import { writeFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, suite, test } from "vitest";
import type { InspectFlags } from "../../src/cli/commands/inspect.ts";
import { writeSafetensors } from "../../src/data/index.ts";
import { readSamples } from "../../src/node/inspect/index.ts";
import { readMetrics } from "../../src/node/store/parquet.ts";
import { norm, symmetricEigen } from "../../src/numeric/index.ts";
import {
  array,
  compared,
  type Dense,
  dense,
  folder,
  inspected,
  layer,
  node,
  numbers,
  restricted,
  type Row,
  tensor,
  whole,
  writeData,
  writeLinear,
  writeModel,
} from "./linear.ts";

afterAll(() => rm(folder, { recursive: true }));

const N = 10;
const x = numbers("x", N * 4);
const labels = [0, 2, 1, 1, 0, 2, 2, 0, 1, 1];
const xs = Array.from({ length: N }, (_, i) => x.subarray(4 * i, 4 * i + 4));
const rows: Row[] = xs.map((own, i) => ({ x: own, y: labels[i] }));
const X = array(x, [N, 4]);
const y = (values: Int32Array | BigInt64Array = Int32Array.from(labels)) => array(values, [N]);
const measure = "loss,gradient,hessian.top:2,hessian.bottom:1,hessian.trace,hessian.frobenius";

/** All that a dense Hessian says must be what the command says. */
async function expectDense(
  model: string,
  data: string,
  truth: Dense,
  flags: InspectFlags = {},
): Promise<void> {
  const { measurements: m, missing } = await inspected(model, {
    data,
    exact: true,
    measure,
    ...flags,
  });
  const P = truth.gradient.length;
  const { values } = symmetricEigen(truth.hessian, P);
  const trace = values.reduce((a, b) => a + b, 0);
  expect(missing).toEqual([]);
  expect(m.loss!.value).toBeCloseTo(truth.loss, 10);
  expect(m.gradient!.norm).toBeCloseTo(norm(truth.gradient), 10);
  expect(m["hessian.top"]![0].value).toBeCloseTo(values[0], 8);
  expect(m["hessian.bottom"]![0].value).toBeCloseTo(values[P - 1], 8);
  expect(m["hessian.trace"]!.value).toBeCloseTo(trace, 9);
  expect(m["hessian.frobenius"]!.value).toBeCloseTo(norm(values), 9);
}

suite("targets", () => {
  const model = writeLinear("plain");
  const net = layer("plain", 3, 4);
  const truth = dense(net, rows);

  test.each([
    ["int32 labels", y()],
    ["int64 labels", y(BigInt64Array.from(labels, BigInt))],
    ["labels stored as reals", array(Float64Array.from(labels), [N])],
    ["labels in a column", array(Int32Array.from(labels), [N, 1])],
    ["one-hot rows", array(Float32Array.from(labels.flatMap((l) => [0, 1, 2].map((c) => +(c === l)))), [N, 3])], // prettier-ignore
    ["one-hot whole numbers", array(Int32Array.from(labels.flatMap((l) => [0, 1, 2].map((c) => +(c === l)))), [N, 3])], // prettier-ignore
  ])("%s are the same data", (name, targets) =>
    expectDense(model, writeData(name, { x: X, y: targets }), truth),
  );

  test("of squared-error are reals, outputs N×1 going with N", async () => {
    const targets = numbers("reals", N);
    const one = writeLinear("one", { k: 1 });
    const own = dense(layer("one", 1, 4), xs.map((row, i) => ({ x: row, y: [targets[i]] })), "squared-error"); // prettier-ignore
    const flags = { loss: "squared-error" };
    for (const shape of [[N], [N, 1]])
      await expectDense(one, writeData("reals", { x: X, y: array(targets, shape) }), own, flags);
    const three = numbers("three", 3 * N);
    const wide = dense(net, xs.map((row, i) => ({ x: row, y: [...three.subarray(3 * i, 3 * i + 3)] })), "squared-error"); // prettier-ignore
    await expectDense(model, writeData("three", { x: X, y: array(three, [N, 3]) }), wide, flags);
  });

  test.each(["Softmax", "LogSoftmax"])("a trailing %s is left out, and said to be", async (op) => {
    const own = writeLinear("plain", { after: [op] });
    const data = writeData("plain", { x: X, y: y() });
    await expectDense(own, data, truth);
    const { measured } = await inspected(own, { data, measure: "loss" });
    expect(measured.join(" ")).toContain(`ends in ${op}; measured is what comes before it`);
  });

  test("a trailing Sigmoid of one output is two classes, the first of which is held at 0", async () => {
    const own = writeLinear("logit", { k: 1, after: ["Sigmoid"] });
    const { W, b } = layer("logit", 1, 4);
    const two = { W: [0, 0, 0, 0, ...W], b: [0, ...b] };
    const binary = rows.map((row) => ({ ...row, y: Number(row.y) % 2 }));
    const data = writeData("binary", {
      x: X,
      y: array(
        Int32Array.from(binary, (r) => r.y),
        [N],
      ),
    });
    await expectDense(own, data, restricted(dense(two, binary), [4, 5, 6, 7, 9]));
  });
});

suite("weights", () => {
  const model = writeLinear("weighted");
  const net = layer("weighted", 3, 4);

  test("in the archive are repetitions of rows", async () => {
    const times = labels.map((_, i) => i % 3);
    const repeated = rows.flatMap((row, i) => Array<Row>(times[i]).fill(row));
    const w = array(Float64Array.from(times), [N]);
    await expectDense(model, writeData("w", { x: X, y: y(), w }), dense(net, repeated));
  });

  test("of classes weigh the mean, which is over their sum", async () => {
    const file = join(folder, "classes.json");
    writeFileSync(file, "[1, 0.5, 4]");
    const own = rows.map((row) => ({ ...row, w: [1, 0.5, 4][row.y as number] }));
    const data = writeData("plain", { x: X, y: y() });
    await expectDense(model, data, dense(net, own), { classWeights: file });
    const w = array(
      Float32Array.from(labels, (_, i) => i + 1),
      [N],
    );
    const both = own.map((row, i) => ({ ...row, w: row.w * (i + 1) }));
    await expectDense(model, writeData("both", { x: X, y: y(), w }), dense(net, both), { classWeights: file }); // prettier-ignore
    const hot = Float32Array.from({ length: 3 * N }, (_, i) => (labels[Math.floor(i / 3)] === i % 3 ? 1 : 0)); // prettier-ignore
    await expectDense(model, writeData("hot", { x: X, y: array(hot, [N, 3]), w }), dense(net, both), { classWeights: file }); // prettier-ignore
  });

  test("are 0 for targets that are ignored, as if their rows were not there", async () => {
    const some = Int32Array.from(labels, (l, i) => (i === 3 || i === 7 ? -100 : l));
    const kept = rows.filter((_, i) => i !== 3 && i !== 7);
    const data = writeData("ignored", { x: X, y: y(some) });
    await expectDense(model, data, dense(net, kept), { ignoreIndex: -100 });
  });
});

suite("sequences", () => {
  const T = 3;
  const V = 4;
  const table = numbers("table", V * 4);
  const tokens = Int32Array.from({ length: N * T }, (_, i) => (i * 7 + (i % 5)) % V);
  const next = Int32Array.from(tokens, (_, i) => (i * 3 + (i % 4)) % 3);
  const net = layer("tokens", 3, 4);
  const model = writeModel("tokens", {
    nodes: [
      node("Gather", ["E", "x"], ["e"]),
      node("MatMul", ["e", "W"], ["h"]),
      node("Add", ["h", "b"], ["y"]),
    ],
    input: { dtype: "int64", shape: ["N", "T"] },
    outputs: [{ name: "y", dtype: "float32", shape: ["N", "T", 3] }],
    initializers: [
      tensor("E", [V, 4], table),
      tensor("W", [4, 3], Float32Array.from({ length: 12 }, (_, i) => net.W[(i % 3) * 4 + Math.floor(i / 3)])), // prettier-ignore
      tensor("b", [3], net.b),
    ],
  });
  /** Each token a row, its weight the token's share in its sequence. */
  const flat = (weight: (y: number) => number) =>
    Array.from({ length: N }, (_, i) => {
      const own = Array.from({ length: T }, (_, t) => i * T + t);
      const total = own.reduce((sum, at) => sum + weight(next[at]), 0);
      return own.flatMap((at): Row[] => {
        const w = weight(next[at]);
        const from = 4 * tokens[at];
        return w === 0 ? [] : [{ x: table.subarray(from, from + 4), y: next[at], w: w / total }];
      });
    }).flat();
  const arrays = { x: array(tokens, [N, T]), y: array(next, [N, T]) };
  const only = { freeze: ["E"] };

  test("lose the mean over their tokens", async () => {
    await expectDense(
      model,
      writeData("tokens", arrays),
      dense(
        net,
        flat(() => 1),
      ),
      only,
    );
    const long = { x: array(BigInt64Array.from(tokens, BigInt), [N, T]), y: array(BigInt64Array.from(next, BigInt), [N, T]) }; // prettier-ignore
    await expectDense(
      model,
      writeData("tokens64", long),
      dense(
        net,
        flat(() => 1),
      ),
      only,
    );
  });

  test("leave out tokens that are ignored, and themselves where all are", async () => {
    const kept = (l: number) => (l === 1 ? 0 : 1);
    const data = writeData("tokens", arrays);
    await expectDense(model, data, dense(net, flat(kept)), { ...only, ignoreIndex: 1 });
    const last = Int32Array.from(next, (l, i) => (i < T ? -1 : l));
    const cut = writeData("cut", { ...arrays, y: array(last, [N, T]) });
    const rest = flat(() => 1).slice(T);
    await expectDense(model, cut, dense(net, rest), { ...only, ignoreIndex: -1 });
  });

  test("weigh their tokens by class", async () => {
    const file = join(folder, "tokens.json");
    writeFileSync(file, "[2, 1, 0.25]");
    const own = flat((l) => [2, 1, 0.25][l]);
    await expectDense(model, writeData("tokens", arrays), dense(net, own), { ...only, classWeights: file }); // prettier-ignore
  });

  test("have a Gauss–Newton matrix, the Hessian of what is linear before the loss", async () => {
    const data = writeData("tokens", arrays);
    const flags = { data, exact: true, ...only, measure: "hessian.top:2,ggn.top:2,ggn.trace,hessian.trace" }; // prettier-ignore
    const { measurements: m, missing } = await inspected(model, flags);
    expect(missing).toEqual([]);
    expect(m["ggn.trace"]!.value).toBeCloseTo(m["hessian.trace"]!.value!, 9);
    expect(m["ggn.top"]![0].value).toBeCloseTo(m["hessian.top"]![0].value, 8);
  });
});

suite("files", () => {
  test("CSV: the target is a column, by name or number, of labels or of reals", async () => {
    const model = writeLinear("csv");
    const net = layer("csv", 3, 4);
    const text = (target: (i: number) => number) =>
      ["a,b,aim,c,d", ...xs.map(([a, b, c, d], i) => [a, b, target(i), c, d].join(","))].join("\n");
    const file = join(folder, "rows.csv");
    writeFileSync(
      file,
      text((i) => labels[i]),
    );
    for (const target of ["aim", "2"]) await expectDense(model, file, dense(net, rows), { target });
    const one = writeLinear("csv-one", { k: 1 });
    const aims = numbers("aims", N);
    writeFileSync(
      file,
      text((i) => aims[i]),
    );
    const truth = dense(layer("csv-one", 1, 4), xs.map((own, i) => ({ x: own, y: [aims[i]] })), "squared-error"); // prettier-ignore
    await expectDense(one, file, truth, { target: "aim", loss: "squared-error" });
  });

  const pixels = Uint8Array.from({ length: N * 4 }, (_, i) => (i * 5 + (i % 7)) % 4);
  const seen = Array.from({ length: N }, (_, i) => ({ x: pixels.subarray(4 * i, 4 * i + 4), y: labels[i] })); // prettier-ignore

  test("IDX: either file of the pair, or their folder", async () => {
    const own = join(folder, "idx");
    await mkdir(own);
    const header = (type: number, ...shape: number[]) => [0, 0, type, shape.length, ...shape.flatMap((n) => [0, 0, 0, n])]; // prettier-ignore
    const images = join(own, "t10k-images-idx3-ubyte");
    const file = join(own, "t10k-labels-idx1-ubyte");
    writeFileSync(images, Uint8Array.from([...header(8, N, 2, 2), ...pixels]));
    writeFileSync(file, Uint8Array.from([...header(8, N), ...labels]));
    const flatten = { nodes: [node("Flatten", ["x"], ["flat"])], initializers: [] };
    const model = writeLinear("images", { before: flatten, input: { shape: ["N", 1, 2, 2] } });
    const truth = dense(layer("images", 3, 4), seen);
    for (const data of [images, file, own]) await expectDense(model, data, truth);
  });

  test("CIFAR: records of a label and 3,072 pixels", async () => {
    const before = {
      nodes: [node("GlobalAveragePool", ["x"], ["pooled"]), node("Flatten", ["pooled"], ["flat"])],
      initializers: [],
    };
    const model = writeLinear("cifar", { before, d: 3, input: { shape: ["N", 3, 32, 32] } });
    const bytes = new Uint8Array(N * 3073);
    const means = labels.map((label, i) => {
      bytes[i * 3073] = label;
      return [0, 1, 2].map((channel) => {
        const at = i * 3073 + 1 + 1024 * channel;
        for (let j = 0; j < 1024; j++) bytes[at + j] = (i * 5 + 3 * channel + j) % (3 + channel);
        return bytes.subarray(at, at + 1024).reduce((a, b) => a + b, 0) / 1024;
      });
    });
    const file = join(folder, "data_batch_1.bin");
    writeFileSync(file, bytes);
    await expectDense(model, file, dense(layer("cifar", 3, 3), means.map((own, i) => ({ x: own, y: labels[i] })))); // prettier-ignore
  });
});

suite("choices", () => {
  const data = writeData("plain", { x: X, y: y() });
  const model = writeLinear("chosen");
  const net = layer("chosen", 3, 4);
  const truth = dense(net, rows);
  const bias = [12, 13, 14];
  const rest = Array.from({ length: 12 }, (_, i) => i);

  test.each([
    [{ only: ["b"] }, bias],
    [{ freeze: ["b*"] }, rest],
    [{ only: ["?"], freeze: ["W"] }, bias],
  ])("%j measures a block", (flags, kept) =>
    expectDense(model, data, restricted(truth, kept), flags),
  );

  test("--output takes one of several", async () => {
    const { W, b } = layer("chosen", 3, 4);
    const several = writeModel("several", {
      nodes: [
        node("Gemm", ["x", "W", "b"], ["y"], { transB: { int: 1 } }),
        node("ReduceSum", ["y", "axes"], ["z"], { keepdims: { int: 1 } }),
      ],
      initializers: [tensor("W", [3, 4], W), tensor("b", [3], b), whole("axes", 1)],
      outputs: [
        { name: "z", dtype: "float32", shape: ["N", 1] },
        { name: "y", dtype: "float32", shape: ["N", 3] },
      ],
    });
    await expectDense(several, data, truth, { output: "y" });
    await expect(inspected(several, { data })).rejects.toThrow(/outputs? .*z.*y/);
  });

  test("--samples takes rows by the seed", async () => {
    const { rows: drawn } = await readSamples({ file: data, samples: 6, seed: "3" });
    expect(new Set(drawn).size).toBe(6);
    const own = Array.from(drawn, (i) => rows[i]);
    await expectDense(model, data, dense(net, own), { samples: 6, seed: "3" });
  });

  test("--replacement draws batches with repetition, to within 4 of their standard errors", async () => {
    const few = writeData("few", { x: array(x.slice(0, 20), [5, 4]), y: array(Int32Array.from(labels.slice(0, 5)), [5]) }); // prettier-ignore
    const pairs = rows.slice(0, 5).flatMap((a) => rows.slice(0, 5).map((b) => dense(net, [a, b])));
    const sharpness = ({ gradient: g, hessian: H }: Dense) => {
      let along = 0;
      g.forEach((a, i) => g.forEach((b, j) => (along += a * H[i * 15 + j] * b)));
      return along / norm(g) ** 2;
    };
    const mean = pairs.reduce((sum, own) => sum + sharpness(own), 0) / 25;
    const flags = { data: few, batch: 2, precision: "f64", measure: "batch-sharpness" };
    const { measurements: m } = await inspected(model, { ...flags, replacement: true, until: "stderr<1%" }); // prettier-ignore
    const found = m["batch-sharpness"]!;
    expect(found.stderr! / found.value!).toBeLessThan(0.01);
    expect(Math.abs(found.value! - mean)).toBeLessThan(4 * found.stderr!);
    const { measurements: other } = await inspected(model, { ...flags, exact: true });
    expect(Math.abs(other["batch-sharpness"]!.value! - mean)).toBeGreaterThan(8 * found.stderr!);
  });

  test("a model of a fixed batch is run in its chunks, the last one filled up", async () => {
    const before = {
      nodes: [node("Reshape", ["x", "to"], ["flat"])],
      initializers: [whole("to", 5, 4)],
    };
    const fixed = writeLinear("chosen", { before, input: { shape: [5, 2, 2] }, output: [5, 3] });
    const images = writeData("fixed", { x: array(x, [N, 2, 2]), y: y() });
    await expectDense(fixed, images, truth);
    // Batches of 3 and single samples go through its batch of 5: the same as the open model's.
    const single = {
      exact: true,
      batch: 3,
      measure: "batch-sharpness,covariance.trace,alignment,gni",
    };
    const [a, b] = [
      await inspected(fixed, { data: images, ...single }),
      await inspected(writeLinear("chosen"), { data, ...single }),
    ];
    expect(a.missing).toEqual([]);
    for (const name of ["batch-sharpness", "covariance.trace", "gni"] as const)
      expect(a.measurements[name]!.value).toBeCloseTo(b.measurements[name]!.value!, 9);
    expect(a.measurements.alignment!.trHSigma.value).toBeCloseTo(b.measurements.alignment!.trHSigma.value!, 9); // prettier-ignore
    const few = { samples: 9, exact: true, measure: "loss,hessian.trace,covariance.trace" };
    const short = writeData("short", { x: array(x.slice(0, 36), [9, 2, 2]), y: array(Int32Array.from(labels.slice(0, 9)), [9]) }); // prettier-ignore
    const flat = writeData("flat", { x: array(x.slice(0, 36), [9, 4]), y: array(Int32Array.from(labels.slice(0, 9)), [9]) }); // prettier-ignore
    writeLinear("chosen", { before, input: { shape: [5, 2, 2] }, output: [5, 3] });
    const nine = await inspected(fixed, { data: short, ...few });
    const open = await inspected(writeLinear("chosen"), { data: flat, ...few });
    for (const name of ["loss", "hessian.trace", "covariance.trace"] as const)
      expect(nine.measurements[name]!.value).toBeCloseTo(open.measurements[name]!.value!, 12);
  });

  test("--batchnorm batch takes the statistics of all samples, and refuses what needs single ones", async () => {
    const { W, b } = layer("normed", 3, 4);
    const ones = Float32Array.of(1, 1, 1);
    const normed = writeModel("normed", {
      nodes: [
        node("Gemm", ["x", "W", "b"], ["h"], { transB: { int: 1 } }),
        node("BatchNormalization", ["h", "s", "o", "m", "v"], ["y"], { epsilon: { float: 0 } }),
      ],
      initializers: [
        tensor("W", [3, 4], W), tensor("b", [3], b), tensor("s", [3], ones),
        tensor("o", [3], Float32Array.of(0, 0, 0)), tensor("m", [3], Float32Array.of(0, 0, 0)), tensor("v", [3], ones),
      ], // prettier-ignore
    });
    const plain = xs.map((own) => Array.from(b, (shift, a) => own.reduce((sum, t, j) => sum + t * W[a * 4 + j], shift))); // prettier-ignore
    const [means, spreads] = [
      [0, 1, 2].map((a) => plain.reduce((s, r) => s + r[a], 0) / N),
      [0, 0, 0],
    ];
    plain.forEach((r) => r.forEach((v, a) => (spreads[a] += (v - means[a]) ** 2 / N)));
    const eye = { W: [1, 0, 0, 0, 1, 0, 0, 0, 1], b: [0, 0, 0] };
    const loss = (of: readonly number[][]) => dense(eye, of.map((own, i) => ({ x: own, y: labels[i] }))).loss; // prettier-ignore
    const flags = { data, exact: true, measure: "loss,covariance.trace" };
    const stored = await inspected(normed, flags);
    expect(stored.measurements.loss!.value).toBeCloseTo(loss(plain), 10);
    expect(stored.measured.join(" ")).toContain("statistics stored in the file");
    const batch = await inspected(normed, { ...flags, batchnorm: "batch" });
    const own = plain.map((r) => r.map((v, a) => (v - means[a]) / Math.sqrt(spreads[a])));
    expect(batch.measurements.loss!.value).toBeCloseTo(loss(own), 10);
    expect(batch.missing.map(({ name }) => name)).toEqual(["covariance.trace"]);
  });
});

suite("several", () => {
  const data = writeData("plain", { x: X, y: y() });

  test("two models differ by the difference of what each measures", async () => {
    const [a, b] = ["a", "b"].map((name) => writeLinear(name));
    const { schema, differences } = await compared([a, b], { data, exact: true, measure });
    const [one, two] = ["a", "b"].map((name) => dense(layer(name, 3, 4), rows));
    expect(schema).toBe("thalweg/inspect-compare@1");
    expect(differences.loss.value).toBeCloseTo(two.loss - one.loss, 10);
    const trace = ({ hessian }: Dense) => Array.from({ length: 15 }, (_, i) => hessian[16 * i]).reduce((s, v) => s + v, 0); // prettier-ignore
    expect(differences["hessian.trace"].value).toBeCloseTo(trace(two) - trace(one), 9);
  });

  test("checkpoints are measured each, by names of their own, and tabled", async () => {
    const model = writeLinear("start");
    const nets = [2, 10, 1].map((step) => ({ step, ...layer(`step ${step}`, 3, 4) }));
    for (const { step, W, b } of nets) {
      const tensors = new Map([["fc.weight", array(W, [3, 4])], ["fc.bias", array(b, [3])]]); // prettier-ignore
      writeFileSync(join(folder, `step-${step}.safetensors`), writeSafetensors(tensors));
    }
    const map = join(folder, "names.json");
    writeFileSync(map, JSON.stringify({ W: "fc.weight", b: "fc.bias" }));
    const parquet = join(folder, "steps.parquet");
    const weights = join(folder, "step-*.safetensors");
    const { checkpoints, model: last } = await inspected(model, { data, weights, map, parquet, exact: true, measure }); // prettier-ignore
    const truth = [1, 2, 10].map((step) =>
      dense(
        nets.find((net) => net.step === step)!,
        rows,
      ),
    );
    expect(last.weights!.file).toBe(join(folder, "step-10.safetensors"));
    truth.forEach(({ loss, gradient, hessian }, i) => {
      const { values } = checkpoints![i];
      expect(values.loss.value).toBeCloseTo(loss, 10);
      expect(values["gradient.norm"].value).toBeCloseTo(norm(gradient), 10);
      expect(values["hessian.top"].value).toBeCloseTo(symmetricEigen(hessian, 15).values[0], 8);
    });
    const table = await readMetrics([parquet], ["loss"]);
    expect(table.map(({ value }) => value)).toEqual(checkpoints!.map(({ values }) => values.loss.value)); // prettier-ignore
    await expect(inspected(model, { data, weights })).rejects.toThrow(
      /step-1\.safetensors: must hold W for the parameter W, got .*fc\.weight.*; name others with --map/,
    );
  });
});
