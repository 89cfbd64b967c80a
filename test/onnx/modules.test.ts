// Names of PyTorch's modules behind matrices that its exporters have renamed.
import { expect, suite, test } from "vitest";
import { encodeModel } from "../../src/onnx/encode.ts";
import { readModel } from "../../src/onnx/index.ts";
import type { OnnxNode } from "../../src/onnx/model.ts";

const matmul = (input: string, weight: string, output: string, name: string, scope?: string): OnnxNode => ({ name, opType: "MatMul", domain: "", inputs: [input, weight], outputs: [output], attributes: {}, ...(scope !== undefined && { scope }) }); // prettier-ignore
const namespace = (module: string) => `: Net/b.0: Block/${module}: torch.nn.modules.linear.Linear/linear_3: aten.linear.default`; // prettier-ignore

function modules(...nodes: OnnxNode[]): Record<string, string> {
  const weights = [...new Set(nodes.map(({ inputs }) => inputs[1]))];
  const initializers = weights.map((name, k) => ({ name, shape: [4, 4], dtype: "float32" as const, data: Float32Array.from({ length: 16 }, (_, i) => Math.sin(i + 20 * k)) })); // prettier-ignore
  const value = (name: string) => ({ name, dtype: "float32" as const, shape: ["N", 4] });
  const graph = { name: "g", nodes, initializers, inputs: [value("x")], outputs: [value("y")] };
  const bytes = encodeModel({ irVersion: 10, producer: "pytorch", opsets: { "": 18 }, graph });
  return Object.fromEntries(readModel(bytes).modules);
}

suite("the module of a renamed matrix", () => {
  test("is in the name of its node, by the older exporter", () => {
    expect(modules(matmul("x", "onnx::MatMul_28", "y", "/b.0/qkv/MatMul"))).toEqual({
      "onnx::MatMul_28": "b.0.qkv",
    });
  });

  test("is the innermost one of its node's namespace, by the newer", () => {
    expect(modules(matmul("x", "val_15", "y", "node_MatMul_14", namespace("b.0.qkv")))).toEqual({
      val_15: "b.0.qkv",
    });
  });

  test.each([
    ["the model named the matrix itself", "proj", "/b.0/MatMul", undefined],
    ["neither names a module", "onnx::MatMul_28", "MatMul_3", undefined],
    ["the matrix is the model's own, outside of modules", "val_15", "node_matmul", ": Net/matmul: aten.matmul.default"], // prettier-ignore
  ])("is not known where %s", (_, weight, name, scope) => {
    expect(modules(matmul("x", weight, "y", name, scope))).toEqual({});
  });

  test("is not known where several use it", () => {
    const [one, other] = ["a", "b"].map((m) => [`/${m}/MatMul`, "val_9"]);
    expect(modules(matmul("x", one[1], "h", one[0]), matmul("h", other[1], "y", other[0]))).toEqual({}); // prettier-ignore
  });
});
