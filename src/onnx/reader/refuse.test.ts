import { create, toBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "onnx-buf";
import { expect, suite, test } from "vitest";
import { encodeModel } from "../encode.ts";
import type { OnnxGraph, OnnxNode, OnnxTensor } from "../model.ts";
import { readFunction } from "./reader.ts";

const node = (opType: string, inputs: string[], outputs: string[], rest: Partial<OnnxNode> = {}): OnnxNode => ({ name: outputs[0] ?? "n", opType, domain: "", inputs, outputs, attributes: {}, ...rest }); // prettier-ignore
const graph = (nodes: OnnxNode[], rest: Partial<OnnxGraph> = {}): OnnxGraph => ({
  name: "g",
  nodes,
  inputs: [{ name: "x", dtype: "float32", shape: [2] }],
  outputs: [{ name: "y", dtype: "float32", shape: [2] }],
  initializers: [],
  ...rest,
});
const file = (g: OnnxGraph, opsets: Record<string, number> = { "": 17 }) =>
  encodeModel({ irVersion: 8, producer: "test", opsets, graph: g });
const weight = (rest: Partial<OnnxTensor>): OnnxTensor => ({
  name: "w",
  dtype: "float32",
  shape: [2],
  data: new Float32Array(2),
  ...rest,
});

/** A file that no writer of ours would make, from a patch on the protobuf message. */
function raw(patch: object): Uint8Array {
  const opsetImport = [{ domain: "", version: 17n }];
  return toBinary(ModelProtoSchema, create(ModelProtoSchema, { opsetImport, ...patch }));
}

suite("a file is refused with its place and the rule", () => {
  const one = node("Relu", ["x"], ["y"]);
  const refusals: readonly [what: string, bytes: Uint8Array, message: string][] = [
    ["no protobuf", Uint8Array.of(255, 255, 255), "onnx: file: is no ONNX model: premature EOF"],
    ["no graph", raw({}), "onnx: file: has no graph"],
    ["an opset of the future", file(graph([one]), { "": 99 }), "onnx: file: opsets 7 to 21 are read, got 99"], // prettier-ignore
    ["no opset", file(graph([one]), {}), "onnx: file: opsets 7 to 21 are read, got undefined"],
    [
      "unknown operators, all at once",
      file(
        graph([
          node("Zeta", ["x"], ["a"]),
          node("constructor", ["a"], ["b"]),
          node("Zeta", ["b"], ["c"]),
          node("Relu", ["c"], ["y"], { domain: "elsewhere" }),
        ]),
      ),
      "onnx: file: operators that are not supported: Zeta (2), constructor (1), elsewhere.Relu (1)",
    ],
    [
      "a cycle",
      file(graph([node("Relu", ["y"], ["a"]), node("Relu", ["a"], ["y"])])),
      "onnx: node a (Relu): takes y before it is made, so the nodes are out of order or form a cycle",
    ],
    ["a missing tensor", file(graph([node("Relu", ["ghost"], ["y"])])), "onnx: node y (Relu): takes ghost, which nothing makes"], // prettier-ignore
    ["a name made twice", file(graph([one, one])), "onnx: node y (Relu): makes y, which is made already"], // prettier-ignore
    ["a missing output", file(graph([node("Relu", ["x"], ["z"])])), "onnx: output y: is made by no node"], // prettier-ignore
    ["an open dimension", file(graph([one], { inputs: [{ name: "x", dtype: "float32", shape: ["N"] }] })), "onnx: input x: the size of dimension N is not known"], // prettier-ignore
    ["too few numbers", file(graph([one], { initializers: [weight({ shape: [3] })] })), "onnx: initializer w: 3 numbers of float32 take 12 bytes, the file has 8"], // prettier-ignore
    ["a huge tensor", file(graph([one], { initializers: [weight({ shape: [2 ** 20, 2 ** 20] })] })), `onnx: initializer w: a tensor holds at most ${2 ** 31 - 1} numbers, got ${2 ** 40}`], // prettier-ignore
    [
      "a huge result",
      file(
        graph([node("Expand", ["x", "s"], ["y"])], {
          initializers: [
            weight({ name: "s", dtype: "int64", data: BigInt64Array.of(2n ** 39n, 2n) }),
          ],
        }),
      ),
      `onnx: node y (Expand): a tensor holds at most ${2 ** 31 - 1} numbers, got [${2 ** 39}, 2]`,
    ],
    [
      "a shape that does not fit",
      file(
        graph([node("Reshape", ["x", "s"], ["y"])], {
          initializers: [
            weight({ name: "s", dtype: "int64", shape: [1], data: BigInt64Array.of(7n) }),
          ],
        }),
      ),
      "onnx: node y (Reshape): reshape: float32[2] does not fit [7]",
    ],
    ["a shape that is computed", file(graph([node("Cast", ["x"], ["s"], { attributes: { to: { int: 7 } } }), node("Reshape", ["x", "s"], ["y"])])), "onnx: node y (Reshape): input 1 must be known integers, got cast int64[2]"], // prettier-ignore
    ["an attribute of another type", file(graph([node("Elu", ["x"], ["y"], { attributes: { alpha: { int: 1 } } })])), "onnx: node y (Elu): attribute alpha must be a float"], // prettier-ignore
    ["a missing input", file(graph([node("Add", ["x"], ["y"])])), "onnx: node y (Add): input 1 is missing"], // prettier-ignore
    ["a negative size", raw({ graph: { initializer: [{ name: "w", dataType: 1, dims: [-1n] }] } }), "onnx: initializer w: sizes must lie between 0 and 2^40, got -1"], // prettier-ignore
    ["a foreign element type", raw({ graph: { initializer: [{ name: "w", dataType: 16, dims: [1n] }] } }), "onnx: initializer w: element type bfloat16 is not supported"], // prettier-ignore
    ["data outside of the file", raw({ graph: { initializer: [{ name: "w", dataType: 1, dims: [1n], dataLocation: 1, externalData: [{ key: "location", value: "../../etc/passwd" }] }] } }), "onnx: initializer w: data outside of the file is not read"], // prettier-ignore
    ["sparse tensors", raw({ graph: { name: "g", sparseInitializer: [{ dims: [1n] }] } }), "onnx: graph g: sparse tensors are not supported"], // prettier-ignore
    ["model-local functions", raw({ graph: {}, functions: [{ name: "f" }] }), "onnx: file: model-local functions are not supported"], // prettier-ignore
    ["graphs in graphs", file(nested(6)), "onnx: graph g: graphs nest at most 4 deep"],
  ];
  test.each(refusals)("%s", (_, bytes, message) => {
    expect(said(() => readFunction(bytes))).toBe(message);
  });

  test("more bytes than allowed", () => {
    expect(said(() => readFunction(new Uint8Array(11), { limits: { bytes: 10 } }))).toBe(
      "onnx: file: at most 10 bytes are read, got 11",
    );
  });
});

test("a file in a Node buffer, at any offset, is read like any other", () => {
  const data = Float32Array.of(3, 4);
  const bytes = file(graph([node("Add", ["x", "w"], ["y"])], { initializers: [weight({ data })] }));
  for (const shift of [0, 1, 2, 3]) {
    const buffer = Buffer.alloc(bytes.length + 8, 0xff);
    buffer.set(bytes, shift);
    const [sum] = readFunction(buffer.subarray(shift, shift + bytes.length)).outputs;
    expect((sum.inputs[1].attrs as { data: Float32Array }).data).toEqual(data);
  }
});

test("an open dimension may be given", () => {
  const bytes = file(
    graph([node("Relu", ["x"], ["y"])], {
      inputs: [{ name: "x", dtype: "float32", shape: ["N", 3] }],
    }),
  );
  expect(readFunction(bytes, { dimensions: { N: 5 } }).outputs[0].shape).toEqual([5, 3]);
});

function nested(depth: number): OnnxGraph {
  if (depth === 0) return graph([node("Relu", ["x"], ["y"])]);
  return graph([node("If", ["x"], ["y"], { attributes: { then_branch: { graph: nested(depth - 1) } } })]); // prettier-ignore
}

function said(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return (error as Error).message;
  }
  return "nothing";
}
