import * as fc from "fast-check";
import { expect, test } from "vitest";
import * as g from "../../graph/ops/index.ts";
import { input } from "../../graph/tensor.ts";
import { encodeModel } from "../encode.ts";
import type { OnnxNode } from "../model.ts";
import { writeFunction } from "../writer.ts";
import { readModel } from "./foreign.ts";
import { readFunction } from "./reader.ts";
import { OnnxError } from "./refuse.ts";

const numRuns = Number(process.env.THALWEG_FUZZ_RUNS ?? 400);

/** A file with most of what files have: attributes of each kind, initializers, shapes, several domains. */
function sample(): Uint8Array {
  const x = input([2, 3, 8, 8], "float32", "x");
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
function classifier(): Uint8Array {
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

type Mutation = { readonly kind: "set" | "flip" | "cut" | "repeat"; readonly at: number; readonly byte: number }; // prettier-ignore

const mutations = (length: number) => {
  const at = fc.nat(length - 1);
  const run = fc.integer({ min: 1, max: 40 });
  const kind = <K extends Mutation["kind"]>(name: K, byte: fc.Arbitrary<number>) =>
    fc.record({ kind: fc.constant(name), at, byte });
  const one: fc.Arbitrary<Mutation> = fc.oneof(
    kind("set", fc.nat(255)),
    kind("flip", fc.nat(7)),
    kind("cut", run),
    kind("repeat", run),
  );
  return fc.array(one, { minLength: 1, maxLength: 6 });
};

function damaged(bytes: Uint8Array, list: readonly Mutation[]): Uint8Array {
  let out = [...bytes];
  for (const { kind, at, byte } of list) {
    const place = at % out.length;
    if (kind === "set") out[place] = byte;
    else if (kind === "flip") out[place] ^= 1 << byte;
    else if (kind === "cut") out.splice(place, byte);
    else out = out.toSpliced(place, 0, ...out.slice(place, place + byte));
  }
  return Uint8Array.from(out);
}

test.each([
  ["a function", sample(), (bytes: Uint8Array): unknown => readFunction(bytes)],
  ["a model", classifier(), (bytes: Uint8Array): unknown => readModel(bytes)],
] as const)(
  "a damaged file is read as %s or refused, with nothing else thrown and no time lost",
  (_, valid: Uint8Array, read: (bytes: Uint8Array) => unknown) => {
    let [refused, accepted] = [0, 0];
    read(valid);
    const before = process.memoryUsage().rss;
    fc.assert(
      fc.property(mutations(valid.length), (list) => {
        const start = performance.now();
        try {
          read(damaged(valid, list));
          accepted++;
        } catch (error) {
          if (!(error instanceof OnnxError)) throw error;
          expect(error.message).toMatch(/^onnx: [^\n]+: [^\n]+$/);
          refused++;
        }
        expect(performance.now() - start).toBeLessThan(5000);
      }),
      { numRuns, seed: 20260101 },
    );
    // Both happen, or the mutations miss what they are for.
    expect(Math.min(accepted, refused)).toBeGreaterThan(numRuns / 50);
    expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 30);
  },
);

test("bytes without any structure are refused", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (bytes) => {
      expect(() => readFunction(bytes)).toThrow(OnnxError);
    }),
    { numRuns, seed: 20260102 },
  );
});
