import { expect, suite, test } from "vitest";
import * as g from "../../graph/ops/index.ts";
import { type DType, input, type Tensor } from "../../graph/tensor.ts";
import { nodeRuntime } from "../../node/ort/node-runtime.ts";
import { fillNormal, stream } from "../../random/index.ts";
import type { OnnxAttribute, OnnxGraph } from "../model.ts";
import { decodeModel } from "../reader/decode.ts";
import { writeFunction, writeScan } from "../writer.ts";
import { evaluate } from "../../../test/evaluate.ts";

/** The operators of a graph and of the bodies in it, in order, without copies to the outputs. */
function operators({ nodes }: OnnxGraph): string[] {
  return nodes.flatMap(({ opType, attributes }) => [
    ...(opType === "Identity" ? [] : [opType]),
    ...Object.values(attributes).flatMap((a: OnnxAttribute) =>
      "graph" in a ? operators(a.graph) : [],
    ),
  ]);
}

const x = input([5, 3], "float32", "x");
const d = input([5, 4], "float32", "d");
const w = input([3, 4], "float32", "w");
const b = input([4], "float32", "b");
const eta = input([], "float32", "eta");
const written = (...outputs: Tensor[]) =>
  operators(decodeModel(writeFunction({ inputs: [x, d, w, b, eta], outputs })).graph);

suite("what becomes one Gemm", () => {
  const gradient = g.matmul(g.swapLast(x), d);
  test.each<[string, Tensor]>([
    ["a transposed operand", gradient],
    ["a bias", g.add(g.matmul(x, w), b)],
    ["a bias that was expanded", g.add(g.broadcastTo(b, [5, 4]), g.matmul(x, w))],
    ["a step with a constant rate", g.sub(w, g.mul(0.1, gradient))],
    ["a step along the gradient", g.add(w, g.neg(gradient))],
  ])("%s", (_, t) => expect(written(t)).toEqual(["Gemm"]));

  test("a step whose rate is an input scales the smaller operand", () => {
    expect(written(g.sub(w, g.mul(eta, gradient)))).toEqual(["Mul", "Gemm"]);
  });

  test("not a product that is wanted by itself", () => {
    const y = g.matmul(x, w);
    expect(written(g.add(y, b), y).sort()).toEqual(["Add", "MatMul"]);
  });

  test("not a bias that would make the result larger", () => {
    const wide = input([2, 5, 4], "float32", "wide");
    const fn = { inputs: [x, w, wide], outputs: [g.add(g.matmul(x, w), wide)] };
    expect(operators(decodeModel(writeFunction(fn)).graph)).toEqual(["MatMul", "Add"]);
  });
});

suite("few rows times a large transposed matrix", () => {
  const layer = (rows: number, inner: number, out: number, dtype: DType) => {
    const [x, w, c] = [
      input([rows, inner], dtype),
      input([out, inner], dtype),
      input([out], dtype),
    ];
    const y = g.sub(c, g.mul(g.matmul(x, g.swapLast(w)), 0.5));
    return { inputs: [x, w, c], outputs: [y] };
  };

  test.each<[number, number, number, boolean]>([
    [8, 256, 128, true],
    [7, 256, 128, false],
    [96, 256, 128, true],
    [97, 256, 128, false],
    [8, 255, 128, false],
    [2, 1024, 1024, true],
    [1, 1024, 1024, false],
  ])("%i rows, %i × %i: turned is %s", (rows, inner, out, turned) => {
    const fn = layer(rows, inner, out, "float32");
    const found = operators(decodeModel(writeFunction(fn)).graph);
    expect(found).toEqual(turned ? ["FusedMatMul", "Transpose", "Add"] : ["Gemm"]);
    expect(operators(decodeModel(writeFunction(fn, { contrib: false })).graph)).toEqual(["Gemm"]);
  });

  test("agrees with the product in float64 to 1e-6 of its largest entry", async () => {
    await using runtime = nodeRuntime();
    const random = (name: string, count: number) => {
      const values = new Float32Array(count);
      fillNormal(stream("3", name), 0, values);
      return values;
    };
    const data = [random("x", 16 * 300), random("w", 200 * 300), random("c", 200)];
    const of = (dtype: "float32" | "float64") => layer(16, 300, 200, dtype);
    const [narrow, exact] = [of("float32"), of("float64")];
    const [got] = await evaluate(runtime, narrow.inputs, narrow.outputs, data);
    const wide = data.map((values) => Float64Array.from(values));
    const [want] = (await evaluate(runtime, exact.inputs, exact.outputs, wide)) as Float64Array[];
    const scale = want.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const gap = want.reduce((most, v, i) => Math.max(most, Math.abs(v - Number(got[i]))), 0);
    expect(gap / scale).toBeLessThan(1e-6);
  });
});

test("an expanded operand of an elementwise op is not expanded", () => {
  expect(written(g.mul(w, g.broadcastTo(b, [3, 4])))).toEqual(["Mul"]);
  expect(written(g.mul(g.broadcastTo(eta, [3, 4]), g.broadcastTo(b, [3, 4])))).toEqual([
    "Expand",
    "Mul",
  ]);
});

test("what does not vary stands outside of the loop", () => {
  const carry = input([4], "float32", "carry");
  const program = {
    carry: [carry],
    constants: [b],
    slices: [],
    nextCarry: [g.add(carry, g.exp(b))],
    emitted: [],
  };
  expect(operators(decodeModel(writeScan(program)).graph)).toEqual(["Exp", "Loop", "Add"]);
});

test("equal constants are written once, and those that nothing reads not at all", () => {
  const one = (dtype: DType) => g.constant(g.toData([1, 2, 3, 4], dtype), [4]);
  const y = g.add(g.mul(b, one("float32")), one("float32"));
  const { graph } = decodeModel(writeFunction({ inputs: [b], outputs: [y] }));
  expect(graph.initializers.length).toBe(1);
});

test("portable files use ONNX's own operators alone", () => {
  const fn = { inputs: [w], outputs: [g.gelu(w), g.gelu(w, "tanh")] };
  const { opsets } = decodeModel(writeFunction(fn, { contrib: false }));
  expect(opsets).toEqual({ "": 17 });
  expect(decodeModel(writeFunction(fn)).opsets).toEqual({ "": 17, "com.microsoft": 1 });
});
