import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema, TensorProto_DataLocation, type TensorProtoSchema } from "onnx-buf";
import { expect, suite, test } from "vitest";
import { type ExternalData, readFunction } from "../../src/onnx/index.ts";
import type { Data } from "../../src/graph/index.ts";

/** x + w with w kept outside, or with these raw bits of half precision. */
function file(entries: Record<string, string>, half?: Uint8Array<ArrayBuffer>): Uint8Array {
  const value = (name: string) => ({
    name,
    type: { value: { case: "tensorType" as const, value: { elemType: 1, shape: { dim: [{ value: { case: "dimValue" as const, value: 3n } }] } } } }, // prettier-ignore
  });
  const externalData = Object.entries(entries).map(([key, entry]) => ({ key, value: entry }));
  const w: MessageInitShape<typeof TensorProtoSchema> = half
    ? { name: "w", dataType: 10, dims: [3n], rawData: half }
    : {
        name: "w",
        dataType: 1,
        dims: [3n],
        dataLocation: TensorProto_DataLocation.EXTERNAL,
        externalData,
      };
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      opsetImport: [{ domain: "", version: 17n }],
      graph: {
        input: [value("x")],
        output: [value("y")],
        initializer: [w],
        node: [{ name: "n", opType: "Add", input: ["x", "w"], output: ["y"] }],
      },
    }),
  );
}

const weights = Float32Array.of(0, 1, 2, 3, 4);
const read: ExternalData = (location, offset, length) => {
  if (location !== "part/w.bin") return undefined;
  const bytes = new Uint8Array(weights.buffer).subarray(offset, offset + length);
  return bytes.length === length ? bytes : undefined;
};
const tensorOf = (bytes: Uint8Array, externalData?: ExternalData) => {
  const [y] = readFunction(bytes, externalData ? { externalData } : {}).outputs;
  return [...((y.inputs[1].attrs as { data: Data }).data as Float32Array)];
};

suite("tensors kept outside of the file", () => {
  test("are read through the hook alone", () => {
    expect(tensorOf(file({ location: "./part/w.bin", offset: "8", length: "12" }), read)).toEqual([2, 3, 4]); // prettier-ignore
    expect(tensorOf(file({ location: "part/w.bin" }), read)).toEqual([0, 1, 2]);
    expect(() => tensorOf(file({ location: "part/w.bin" }))).toThrow(
      "onnx: initializer w: data outside of the file is not read",
    );
  });

  test.each([
    "/etc/passwd", "../w.bin", "part/../../w.bin", "part\\..\\w.bin", "C:w.bin", "", "part//w.bin", "file:///w", "a\u0000b",
  ])("%j is refused unread", (location) => {
    const never: ExternalData = () => expect.fail("was asked for");
    expect(() => tensorOf(file({ location }), never)).toThrow(
      "onnx: initializer w: external data must lie in the model's folder",
    );
  }); // prettier-ignore

  test.each([
    [{ offset: "12" }, "part/w.bin has no 12 bytes at 12, or does not exist"],
    [{ location: "other" }, "other has no 12 bytes at 0, or does not exist"],
    [{ length: "8" }, "external data must have 12 bytes, the file says 8"],
    [{ offset: "-4" }, `external data's offset must be a whole number, got "-4"`],
    [{ offset: "99999999999999999999" }, `external data's offset must be a whole number, got "99999999999999999999"`], // prettier-ignore
  ])("%j is refused", (entries, message) => {
    expect(() => tensorOf(file({ location: "part/w.bin", ...entries }), read)).toThrow(
      `onnx: initializer w: ${message}`,
    );
  });

  test("a hook that gives too few bytes is found out", () => {
    expect(() => tensorOf(file({ location: "w" }), () => new Uint8Array(3))).toThrow(
      "onnx: initializer w: w gave 3 bytes instead of 12",
    );
  });
});

test("half precision is widened exactly", () => {
  // 1.5, −2⁻²⁴ (subnormal), 65504
  const bits = new Uint8Array(Uint16Array.of(0x3e00, 0x8001, 0x7bff).buffer);
  expect(tensorOf(file({}, bits))).toEqual([1.5, -(2 ** -24), 65504]);
});
