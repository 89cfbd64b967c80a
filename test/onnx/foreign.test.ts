import { expect, suite, test } from "vitest";
import * as g from "../../src/graph/index.ts";
import { encodeModel } from "../../src/onnx/encode.ts";
import { type ModelOptions, readModel } from "../../src/onnx/index.ts";
import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxTensor } from "../../src/onnx/model.ts";
import { evaluate } from "../../src/runtime/conformance/reference.ts";

const node = (opType: string, inputs: string[], output: string, attributes: Record<string, OnnxAttribute> = {}): OnnxNode => ({ name: output, opType, domain: "", inputs, outputs: [output], attributes }); // prettier-ignore
const weight = (name: string, shape: number[], ...values: number[]): OnnxTensor => {
  const data = Float32Array.from({ length: g.sizeOf(shape) }, (_, i) => values[i] ?? 0.1 * (i + 1));
  return { name, shape, data, dtype: "float32" };
};
const whole = (name: string, ...values: number[]): OnnxTensor => ({ name, shape: [values.length], data: BigInt64Array.from(values, BigInt), dtype: "int64" }); // prettier-ignore
const input = (...shape: (number | string)[]) => [{ name: "x", dtype: "float32" as const, shape }];

function file(
  nodes: OnnxNode[],
  initializers: OnnxTensor[],
  rest: Partial<OnnxGraph> = {},
): Uint8Array {
  // prettier-ignore
  const outputs = [{ name: nodes.at(-1)!.outputs[0], dtype: "float32" as const, shape: [] }];
  const graph = { name: "g", nodes, initializers, inputs: input("N", 4), outputs, ...rest };
  return encodeModel({ irVersion: 8, producer: "test", opsets: { "": 17 }, graph });
}
const said = (bytes: Uint8Array, options: ModelOptions = {}): string => {
  try {
    readModel(bytes, options);
    return "nothing";
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
};

/** Outputs in float64 on rows 0.1, 0.2, … of the samples. */
function run(bytes: Uint8Array, samples: number, options: ModelOptions = {}): number[] {
  const model = readModel(bytes, options);
  const parameters = model.parameters.map(({ shape }) => g.input(shape, "float64"));
  const x = g.input([samples, ...model.input.sample], "float64");
  const data = Float64Array.from({ length: g.sizeOf(x.shape) }, (_, i) => Math.sin(i));
  const values = [...model.parameters.map((p) => Float64Array.from(p.data)), data];
  const outputs = [model.outputs(parameters, x)];
  return [...evaluate({ inputs: [...parameters, x], outputs }, values)[0]];
}

const dense = [node("MatMul", ["x", "w"], "h"), node("Add", ["h", "b"], "y")];
const tensors = [weight("b", [3]), weight("w", [4, 3])];

suite("parameters", () => {
  test("are the float initializers that reach the output, in file order", () => {
    const { parameters, frozen } = readModel(file(dense, [...tensors, weight("spare", [2])]));
    expect(parameters.map(({ name, shape }) => [name, shape])).toEqual([
      ["b", [3]],
      ["w", [4, 3]],
    ]);
    expect(frozen).toEqual([]);
  });

  test("that are not trainable are constants", () => {
    const model = readModel(file(dense, tensors), { trainable: (name) => name !== "w" });
    expect(model.parameters.map(({ name }) => name)).toEqual(["b"]);
    expect(model.frozen.map(({ name }) => name)).toEqual(["w"]);
    expect(run(file(dense, tensors), 2, { trainable: (name) => name !== "w" })).toEqual(run(file(dense, tensors), 2)); // prettier-ignore
  });

  test("used twice are one, and initializers among the inputs are none of the data", () => {
    const tied = [
      node("MatMul", ["x", "w"], "h"),
      node("Transpose", ["w"], "t"),
      node("MatMul", ["h", "t"], "y"),
    ];
    const listed = { inputs: [...input("N", 4), { name: "w", dtype: "float32" as const, shape: [4, 3] }] }; // prettier-ignore
    const model = readModel(file(tied, [tensors[1]], listed));
    expect(model.parameters.length).toBe(1);
    expect(model.output.sample).toEqual([4]);
  });

  test("are not what only bounds, exponents, comparisons or stored statistics see", () => {
    const nodes = [
      ...dense,
      node("Pow", ["y", "two"], "p"),
      node("Clip", ["p", "low"], "c"),
      node("Reshape", ["c", "to"], "r"),
      node("BatchNormalization", ["r", "gamma", "beta", "mean", "var"], "z"),
    ];
    const more = [
      weight("two", [], 2),
      weight("low", [], 0),
      whole("to", 0, 3),
      ...["gamma", "beta", "mean", "var"].map((name) => weight(name, [3])),
    ];
    const model = readModel(file(nodes, [...tensors, ...more]));
    expect(model.parameters.map(({ name }) => name)).toEqual(["b", "w", "gamma", "beta"]);
    expect(model.notes.map(({ kind, count, nodes: at }) => [kind, count, at])).toEqual([["batch-norm", 1, ["z"]]]); // prettier-ignore
  });

  test("are scalars by a name of their own, not the numbers of formulas that PyTorch's exporter names", () => {
    const nodes = [...dense, node("Mul", ["y", "val_5"], "s"), node("Mul", ["s", "logit_scale"], "z")]; // prettier-ignore
    const more = [weight("val_5", [], 0.5), weight("logit_scale", [], 2)];
    const model = readModel(file(nodes, [...tensors, ...more]));
    expect(model.parameters.map(({ name }) => name)).toEqual(["b", "w", "logit_scale"]);
    expect(model.notes.map(({ kind, nodes: at }) => [kind, at])).toEqual([["formula-numbers", ["val_5"]]]); // prettier-ignore
  });

  test("are Constant nodes where a file has no others", () => {
    const { name: _, ...rest } = tensors[1];
    const nodes = [node("Constant", [], "w", { value: { tensor: { name: "", ...rest } } }), node("MatMul", ["x", "w"], "y")]; // prettier-ignore
    const model = readModel(file(nodes, []));
    expect(model.parameters.map(({ name }) => name)).toEqual(["w"]);
    expect(model.notes.map(({ kind, count }) => [kind, count])).toEqual([["constants", 1]]);
  });

  test("are refused where there is none", () => {
    const message = "OnnxError: onnx: output y: no float initializer reaches it through differentiable operators"; // prettier-ignore
    expect(said(file([node("Relu", ["x"], "y")], []))).toBe(message);
    expect(said(file([...dense.slice(0, 1), node("Floor", ["h"], "y")], tensors))).toBe(message);
  });
});

suite("batches", () => {
  test("an operator that mixes samples is refused by its name", () => {
    const axes = { axes: { ints: [0] } };
    expect(said(file([...dense, node("ReduceMax", ["y"], "m", axes), node("Sub", ["y", "m"], "z")], tensors))).toBe("OnnxError: onnx: node m (ReduceMax): mixes the samples of a batch"); // prettier-ignore
    expect(said(file([...dense, node("Softmax", ["y"], "z", { axis: { int: 0 } })], tensors))).toBe("OnnxError: onnx: node z (Softmax): mixes the samples of a batch"); // prettier-ignore
    expect(said(file([dense[1]], tensors.slice(0, 1), { inputs: [...input("N", 4), { name: "h", dtype: "float32", shape: ["N", 3] }] }), { fill: { h: 1 } })).toBe("OnnxError: onnx: file: one input takes data and the others are filled, got none"); // prettier-ignore
  });

  test("samples that end on another axis are run one by one", () => {
    const { notes, output } = readModel(file([...dense, node("Transpose", ["y"], "z")], tensors));
    expect(output.sample).toEqual([3, 1]);
    expect(notes.map(({ text }) => text)).toEqual(["samples are run each as a batch of 1, since with more: onnx: output z: samples must lie along its first axis, got [3, 3] for 3"]); // prettier-ignore
  });

  test("samples may be merged with other axes and parted again", () => {
    const nodes = [
      node("Reshape", ["x", "tokens"], "t"),
      node("MatMul", ["t", "w"], "h"),
      node("Reshape", ["h", "back"], "r"),
      node("Transpose", ["r"], "s", { perm: { ints: [1, 0, 2] } }),
      node("ReduceSum", ["s", "axis"], "q", { keepdims: { int: 0 } }),
    ];
    const shapes = [whole("tokens", -1, 4), whole("back", -1, 2, 3), whole("axis", 0)];
    const bytes = file(nodes, [tensors[1], ...shapes], { inputs: input("N", 2, 4) });
    expect(readModel(bytes).batch).toBe("open");
    expect(run(bytes, 3).slice(0, 3)).toEqual(run(bytes, 1));
  });

  test("what is fixed at one sample runs for any number, each as if alone", () => {
    // Over all axes, the maximum is of one sample in the file and must stay so.
    const nodes = [...dense, node("ReduceMax", ["y"], "m"), node("Sub", ["y", "m"], "d"), node("Reshape", ["d", "to"], "z")]; // prettier-ignore
    const bytes = file(nodes, [...tensors, whole("to", 1, 3)], { inputs: input(1, 4) });
    expect(readModel(bytes).batch).toBe("open");
    expect(run(bytes, 3).slice(0, 3)).toEqual(run(bytes, 1));
    for (const row of [0, 1, 2]) expect(Math.max(...run(bytes, 3).slice(3 * row, 3 * row + 3))).toBe(0); // prettier-ignore
  });

  test("what fits one size alone keeps it", () => {
    const nodes = [...dense, node("Reshape", ["y", "to"], "z")];
    const bytes = file(nodes, [...tensors, whole("to", 5, 3)], { inputs: input(5, 4) });
    const model = readModel(bytes);
    expect(model.batch).toEqual({ fixed: 5 });
    const parameters = model.parameters.map(({ shape }) => g.input(shape, "float32"));
    expect(model.outputs(parameters, g.input([5, 4], "float32")).shape).toEqual([5, 3]);
    expect(() => model.outputs(parameters, g.input([4, 4], "float32"))).toThrow(
      "onnx: input x: the batch is fixed at 5, got 4",
    );
  });

  test("statistics of the batch couple samples, stored ones do not", () => {
    const names = ["gamma", "beta", "mean", "var"];
    const bytes = file([...dense, node("BatchNormalization", ["y", ...names], "z")], [...tensors, ...names.map((name) => weight(name, [3]))]); // prettier-ignore
    expect(readModel(bytes).couplesSamples).toBe(false);
    expect(readModel(bytes, { batchNorm: "batch" }).couplesSamples).toBe(true);
    // Over a batch, each channel has the mean beta.
    const z = run(bytes, 4, { batchNorm: "batch" });
    for (const c of [0, 1, 2])
      expect((z[c] + z[3 + c] + z[6 + c] + z[9 + c]) / 4).toBeCloseTo(Math.fround(0.1 * (c + 1)), 12); // prettier-ignore
  });

  test("dimensions left open are settled by the data's shape", () => {
    const bytes = file([node("MatMul", ["x", "w"], "y")], [tensors[1]], { inputs: input("N", "T", 4) }); // prettier-ignore
    expect(said(bytes)).toBe("OnnxError: onnx: input x: the size of dimension T is not known");
    expect(readModel(bytes, { sample: [6, 4] }).output.sample).toEqual([6, 3]);
    expect(readModel(bytes, { dimensions: { T: 2 } }).output.sample).toEqual([2, 3]);
    expect(said(bytes, { sample: [6, 5] })).toBe("OnnxError: onnx: input x: takes [N, T, 4], samples of [6, 5] do not fit"); // prettier-ignore
  });
});

suite("outputs and inputs", () => {
  test("one of several outputs is chosen", () => {
    const outputs = ["h", "y"].map((name) => ({ name, dtype: "float32" as const, shape: [] }));
    const bytes = file(dense, tensors, { outputs });
    expect(said(bytes)).toBe("OnnxError: onnx: file: one output must be chosen of h, y");
    expect(said(bytes, { output: "z" })).toBe("OnnxError: onnx: file: outputs are h, y, got z");
    expect(readModel(bytes, { output: "h" }).parameters.map(({ name }) => name)).toEqual(["w"]);
  });

  test("an ArgMax after a Softmax is found, and both are left out", () => {
    const bytes = file([...dense, node("Softmax", ["y"], "p"), node("ArgMax", ["p"], "k", { axis: { int: 1 } })], tensors); // prettier-ignore
    expect(said(bytes)).toBe("OnnxError: onnx: output k: must be a float to be differentiated, got int64; end before k"); // prettier-ignore
    const model = readModel(bytes, { beforeTrailing: true });
    expect(model.output.name).toBe("y");
    expect(model.trailing).toEqual({ kind: "arg-max", node: "k", before: "p", axis: 1, inner: { kind: "softmax", node: "p", before: "y", axis: -1 } }); // prettier-ignore
  });

  test("token ids are looked up, and a mask is filled", () => {
    const ids = { name: "x", dtype: "int64" as const, shape: ["N", 2] };
    const mask = { name: "mask", dtype: "float32" as const, shape: ["N", 2, 1] };
    const bytes = file([node("Gather", ["w", "x"], "e"), node("Mul", ["e", "mask"], "y")], [tensors[1]], { inputs: [ids, mask] }); // prettier-ignore
    expect(said(bytes)).toBe("OnnxError: onnx: file: one input takes data and the others are filled, got x, mask"); // prettier-ignore
    const model = readModel(bytes, { fill: { mask: 2 } });
    const [w, x] = [g.input([4, 3], "float64"), g.input([2, 2], "int32")];
    const outputs = [model.outputs([w], x)];
    const table = Float64Array.from({ length: 12 }, (_, i) => i);
    const [y] = evaluate({ inputs: [w, x], outputs }, [table, Int32Array.of(0, 3, 1, 1)]);
    expect([...y]).toEqual([0, 2, 4, 18, 20, 22, 6, 8, 10, 6, 8, 10]);
  });

  test("operators of outputs that are not asked for need not be known", () => {
    const outputs = ["y", "z"].map((name) => ({ name, dtype: "float32" as const, shape: [] }));
    const bytes = file([...dense, node("Loop", ["y"], "z")], tensors, { outputs });
    expect(readModel(bytes, { output: "y" }).parameters.length).toBe(2);
    expect(said(bytes, { output: "z" })).toBe("OnnxError: onnx: file: operators that are not supported: Loop (1)"); // prettier-ignore
  });
});

suite("files that ask for too much", () => {
  const bombs: [string, OnnxNode, OnnxTensor[], string][] = [
    ["Expand", node("Expand", ["h", "s"], "y"), [whole("s", 2 ** 39, 3, 3)], "node y (Expand): a tensor holds at most 268435456 numbers"], // prettier-ignore
    ["Tile", node("Tile", ["h", "s"], "y"), [whole("s", 1, 2 ** 40)], "node y (Tile): a tensor holds at most 268435456 numbers"], // prettier-ignore
    ["ConstantOfShape", node("ConstantOfShape", ["s"], "y"), [whole("s", 2 ** 40, 2 ** 40)], "node y (ConstantOfShape): a tensor holds at most 268435456 numbers"], // prettier-ignore
    ["Pad", node("Pad", ["h", "s"], "y"), [whole("s", 0, 2 ** 40, 0, 2 ** 40)], "node y (Pad): a tensor holds at most 268435456 numbers"], // prettier-ignore
    ["Pad with its edge", node("Pad", ["h", "s"], "y", { mode: { string: "edge" } }), [whole("s", 0, 2 ** 40, 0, 0)], "node y (Pad): at most 4194304 numbers are computed while reading"], // prettier-ignore
    ["many axes", node("Reshape", ["h", "s"], "y"), [whole("s", -1, ...Array.from({ length: 60 }, () => 1))], "node y (Reshape): a tensor has at most 32 axes, got 61"], // prettier-ignore
  ];
  test.each(bombs)("%s", (_, last, more, message) => {
    const nodes = [dense[0], last, node("Add", ["h", "y"], "z")];
    const start = performance.now();
    expect(said(file(nodes, [...tensors, ...more]))).toContain(`OnnxError: onnx: ${message}`);
    expect(performance.now() - start).toBeLessThan(2000);
  });

  test("a range without an end", () => {
    const [start, limit, step] = [0, 2 ** 50, 1].map((value, i) => ({ ...whole(`r${i}`, value), shape: [] })); // prettier-ignore
    const nodes = [dense[0], node("Range", ["r0", "r1", "r2"], "r"), node("Cast", ["r"], "c", { to: { int: 1 } }), node("Add", ["h", "c"], "y")]; // prettier-ignore
    expect(said(file(nodes, [...tensors, start, limit, step]))).toBe(`OnnxError: onnx: node r (Range): at most 4194304 numbers are computed while reading, got ${2 ** 50}`); // prettier-ignore
  });
});
