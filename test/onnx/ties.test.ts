// Weights that are tied and that an exporter wrote twice, once transposed.
import { expect, suite, test } from "vitest";
import * as g from "../../src/graph/index.ts";
import { encodeModel } from "../../src/onnx/encode.ts";
import { type ModelOptions, readModel } from "../../src/onnx/index.ts";
import type { OnnxNode, OnnxTensor } from "../../src/onnx/model.ts";
import { evaluate } from "../../src/runtime/conformance/reference.ts";

const node = (opType: string, inputs: string[], output: string): OnnxNode => ({ name: output, opType, domain: "", inputs, outputs: [output], attributes: {} }); // prettier-ignore
const matrix = (name: string, rows: number, columns: number, at: (i: number, j: number) => number): OnnxTensor => ({ name, shape: [rows, columns], dtype: "float32", data: Float32Array.from({ length: rows * columns }, (_, k) => at(Math.floor(k / columns), k % columns)) }); // prettier-ignore
const varied = (i: number, j: number) => Math.sin(7 * i + j + 1);

/** y = x·A·B, [N, 4] → [N, B's columns]. */
function file(...initializers: OnnxTensor[]): Uint8Array {
  const [a, b] = initializers.map(({ name }) => name);
  const nodes = [node("MatMul", ["x", a], "h"), node("MatMul", ["h", b], "y")];
  const value = (name: string, columns: number) => ({ name, dtype: "float32" as const, shape: ["N", columns] }); // prettier-ignore
  const graph = { name: "g", nodes, initializers, inputs: [value("x", 4)], outputs: [value("y", initializers[1].shape[1])] }; // prettier-ignore
  return encodeModel({ irVersion: 8, producer: "test", opsets: { "": 17 }, graph });
}
const read = (bytes: Uint8Array, options: ModelOptions = {}) => {
  const { parameters, tied, notes } = readModel(bytes, options);
  return [parameters.map(({ name }) => name), Object.fromEntries(tied), notes.map(({ kind }) => kind)]; // prettier-ignore
};

const original = matrix("embed", 4, 3, varied);
const copy = matrix("onnx::MatMul_9", 3, 4, (i, j) => varied(j, i));
const tied = file(original, copy);

suite("a matrix that holds an earlier one transposed", () => {
  test("is that parameter again: x·E·Eᵀ for any E, by plain loops", () => {
    const model = readModel(tied);
    expect(model.parameters.map(({ name, shape }) => [name, shape])).toEqual([["embed", [4, 3]]]);
    expect(model.tied).toEqual(new Map([["onnx::MatMul_9", "embed"]]));
    expect(model.notes.map(({ text }) => text)).toEqual([
      "matrices that hold another's numbers transposed are taken for the same parameter, as tied weights (onnx::MatMul_9 holds embed)",
    ]);
    const E = Float64Array.from({ length: 12 }, (_, k) => Math.cos(3 * k));
    const X = Float64Array.from({ length: 8 }, (_, k) => Math.sin(k));
    const [e, x] = [g.input([4, 3], "float64"), g.input([2, 4], "float64")];
    const [y] = evaluate({ inputs: [e, x], outputs: [model.outputs([e], x)] }, [E, X]);
    const wanted = Array.from({ length: 8 }, (_, k) => {
      const [n, j] = [k >> 2, k & 3];
      let sum = 0;
      for (let i = 0; i < 4; i++)
        for (let c = 0; c < 3; c++) sum += X[4 * n + i] * E[3 * i + c] * E[3 * j + c];
      return sum;
    });
    wanted.forEach((value, k) => expect(y[k]).toBeCloseTo(value, 12));
  });

  test("is a parameter of its own where ties are apart", () => {
    expect(read(tied, { ties: "apart" })).toEqual([["embed", "onnx::MatMul_9"], {}, []]);
  });

  test("is constant where the parameter is", () => {
    const third = matrix("third", 1, 4, varied);
    const bytes = file(original, copy, third);
    const only = readModel(bytes, { trainable: (name) => name !== "embed" });
    expect(only.parameters).toEqual([]);
    expect(only.tied.size).toBe(0);
  });
});

suite("is a parameter of its own: a matrix", () => {
  const kept = (a: OnnxTensor, b: OnnxTensor) =>
    expect(read(file(a, b))).toEqual([[a.name, b.name], {}, []]);

  test("one number of which differs in its last bit", () => {
    const data = Float32Array.from(copy.data as Float32Array);
    data[11] *= 1 + 2 ** -23;
    kept(original, { ...copy, data });
  });

  test("with the same numbers in the same places, as of layers that were cloned", () => {
    kept(matrix("a", 4, 4, varied), matrix("b", 4, 4, varied));
  });

  test("that is symmetric, of which nobody can tell", () => {
    const symmetric = (i: number, j: number) => varied(Math.min(i, j), Math.max(i, j));
    kept(matrix("a", 4, 4, symmetric), matrix("b", 4, 4, symmetric));
  });

  test("of few numbers, as an initial one of zeros", () => {
    kept(matrix("a", 4, 3, () => 0), matrix("b", 3, 4, () => 0)); // prettier-ignore
    kept(matrix("a", 4, 3, (i, j) => (i + j) % 2), matrix("b", 3, 4, (i, j) => (i + j) % 2)); // prettier-ignore
  });
});
