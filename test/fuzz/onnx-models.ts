import * as g from "../../src/graph/index.ts";
import { encodeModel } from "../../src/onnx/encode.ts";
import { writeFunction } from "../../src/onnx/index.ts";
import type { OnnxNode } from "../../src/onnx/model.ts";

/** A file with most of what files have: attributes of each kind, initializers, shapes, several domains. */
export function everyKind(): Uint8Array {
  const x = g.input([2, 3, 8, 8], "float32", "x");
  const w = g.constant(new Float32Array(4 * 3 * 3 * 3).fill(0.1), [4, 3, 3, 3]);
  const y = g.maxPool(g.gelu(g.conv(x, w, { pads: 1 })), 2);
  const flat = g.reshape(y, [2, 64]);
  const z = g.matmul(flat, g.constant(new Float32Array(640).fill(0.5), [64, 10]));
  const padded = g.pad(g.leakyRelu(z, 0.2), [0, 1], [1, 0]);
  return writeFunction({
    inputs: [x],
    outputs: [g.logSoftmax(padded), g.argMax(z), g.flip(z, [1])],
  });
}

/** A classifier as exporters write it: stored statistics, shape arithmetic, an input of open batch. */
export function classifier(): Uint8Array {
  const node = (opType: string, inputs: string[], attributes: OnnxNode["attributes"] = {}) => ({
    name: "",
    opType,
    domain: "",
    inputs,
    outputs: [opType],
    attributes,
  });
  const weight = (name: string, ...shape: number[]) => {
    const data = new Float32Array(shape.reduce((n, size) => n * size, 1)).fill(0.1);
    return { name, dtype: "float32" as const, shape, data };
  };
  const whole = (name: string, ...values: number[]) => ({
    name,
    dtype: "int64" as const,
    shape: [values.length],
    data: BigInt64Array.from(values, BigInt),
  });
  return encodeModel({
    irVersion: 8,
    producer: "fuzz",
    opsets: { "": 13 },
    graph: {
      name: "g",
      inputs: [{ name: "x", dtype: "float32", shape: ["N", 2, 6, 6] }],
      outputs: [{ name: "Softmax", dtype: "float32", shape: ["N", 3] }],
      initializers: [
        weight("k", 4, 2, 3, 3),
        weight("b", 4),
        weight("m", 4),
        weight("v", 4),
        // prettier-ignore
        weight("w", 16, 3),
        whole("zero", 0),
        whole("rest", -1),
        whole("pads", 0, 0, 1, 1, 0, 0, 1, 1),
      ],
      nodes: [
        node("Pad", ["x", "pads"]),
        node("Conv", ["Pad", "k", "b"], { strides: { ints: [2, 2] }, kernel_shape: { ints: [3, 3] } }), // prettier-ignore
        node("BatchNormalization", ["Conv", "b", "b", "m", "v"]),
        node("Relu", ["BatchNormalization"]),
        node("MaxPool", ["Relu"], { kernel_shape: { ints: [2, 2] }, auto_pad: { string: "VALID" } }), // prettier-ignore
        node("Shape", ["x"]),
        node("Gather", ["Shape", "zero"]),
        node("Concat", ["Gather", "rest"], { axis: { int: 0 } }),
        node("Reshape", ["MaxPool", "Concat"]),
        node("Gemm", ["Reshape", "w"], { alpha: { float: 2 } }),
        node("Softmax", ["Gemm"]),
      ],
    },
  });
}
