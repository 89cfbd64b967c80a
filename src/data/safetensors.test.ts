import { expect, suite, test } from "vitest";
import { DataError, ndArray, readSafetensors, writeSafetensors, type NdArray } from "./index.ts";

/** A file put together by hand from a header and data bytes. */
function file(header: unknown, data: ArrayLike<number> = []): Uint8Array {
  const json = new TextEncoder().encode(
    typeof header === "string" ? header : JSON.stringify(header),
  );
  const out = new Uint8Array(8 + json.length + data.length);
  new DataView(out.buffer).setBigUint64(0, BigInt(json.length), true);
  out.set(json, 8);
  out.set(data, 8 + json.length);
  return out;
}
const entry = (dtype: string, shape: number[], begin: number, end: number) => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

suite("readSafetensors", () => {
  test("reads a file written by hand", () => {
    const bytes = file(
      { __metadata__: { format: "pt" }, w: entry("F32", [2], 0, 8), n: entry("I64", [], 8, 16) },
      [0, 0, 128, 63, 0, 0, 32, 192, 254, 255, 255, 255, 255, 255, 255, 255],
    );
    const { tensors, metadata } = readSafetensors(bytes);
    expect(metadata).toEqual({ format: "pt" });
    expect(tensors).toEqual(
      new Map<string, NdArray>([
        ["w", { dtype: "float32", shape: [2], data: Float32Array.of(1, -2.5) }],
        ["n", { dtype: "int64", shape: [], data: BigInt64Array.of(-2n) }],
      ]),
    );
  });

  const four = [0, 0, 0, 0];
  test.each<[string, Uint8Array, string]>([
    ["a cut length", new Uint8Array(7), "f: a safetensors file has at least 8 bytes, got 7"],
    [
      "a header beyond the file",
      new Uint8Array(20).fill(255, 0, 8),
      "f: the header must be at most 12 bytes, got a declared 18446744073709551615 at byte 0",
    ],
    ["no JSON", file("{nope"), `f: the header must be JSON, got "{nope" at byte 8`],
    ["a list", file("[1]"), `f: the header must be a JSON object, got "[1]" at byte 8`],
    [
      "an entry that is no object",
      file({ w: 1 }),
      `f: an entry must be a JSON object, got 1 at tensor "w"`,
    ],
    [
      "half floats",
      file({ w: entry("F16", [2], 0, 4) }, four),
      `f: the dtype must be one of F64, F32, I64, I32, U8, BOOL, got "F16" at tensor "w"`,
    ],
    [
      "an inherited dtype",
      file({ w: entry("toString", [2], 0, 4) }, four),
      `f: the dtype must be one of F64, F32, I64, I32, U8, BOOL, got "toString" at tensor "w"`,
    ],
    [
      "no shape",
      file({ w: { dtype: "F32", data_offsets: [0, 4] } }, four),
      `f: the shape must be a list of numbers, got nothing at tensor "w"`,
    ],
    [
      "a negative dimension",
      file({ w: entry("F32", [-1], 0, 4) }, four),
      `f: dimensions must be whole numbers, got -1 at tensor "w"`,
    ],
    [
      "an overflowing shape",
      file({ w: entry("F32", [2 ** 40, 2 ** 40], 0, 4) }, four),
      `f: the product of the shape must fit 53 bits, got [1099511627776, 1099511627776] at tensor "w"`,
    ],
    [
      "a shape that is not the data",
      file({ w: entry("F32", [2], 0, 4) }, four),
      `f: data of shape [2] must have 8 bytes of float32, got 4 at tensor "w"`,
    ],
    [
      "fractional offsets",
      file({ w: entry("F32", [1], 0.5, 4.5) }, four),
      `f: data_offsets must be two whole numbers, got [0.5,4.5] at tensor "w"`,
    ],
    [
      "an overlap",
      file({ a: entry("F32", [1], 0, 4), b: entry("U8", [2], 2, 4) }, four),
      `f: tensors must follow each other without gap or overlap, got byte 2 for 4 at tensor "b"`,
    ],
    [
      "a gap",
      file({ a: entry("U8", [1], 0, 1), b: entry("U8", [2], 2, 4) }, four),
      `f: tensors must follow each other without gap or overlap, got byte 2 for 1 at tensor "b"`,
    ],
    [
      "data beyond the end",
      file({ a: entry("F32", [2], 0, 8) }, four),
      `f: data must end within the 4 bytes there are, got byte 8 at tensor "a"`,
    ],
    [
      "data that no tensor has",
      file({ a: entry("U8", [1], 0, 1) }, four),
      "f: the tensors must cover the data of 4 bytes, got 1 covered",
    ],
    [
      "metadata that is no text",
      file({ __metadata__: { step: 3 } }),
      "f: __metadata__ must map names to text, got other values",
    ],
    [
      "a bool that is 7",
      file({ a: entry("BOOL", [1], 0, 1) }, [7]),
      "f/a: a bool must be 0 or 1, got 7 at byte 63",
    ],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => readSafetensors(bytes, { file: "f" })).toThrow(new DataError(message));
  });
});

suite("writeSafetensors", () => {
  const tensors = new Map<string, NdArray>([
    ["flag", { dtype: "bool", shape: [3], data: Uint8Array.of(1, 0, 1) }],
    ["w", ndArray(Float32Array.of(1.5, NaN, -0), [3, 1])],
    ["h", ndArray(Float64Array.of(Math.E), [])],
    ["none", ndArray(new Int32Array(0), [0, 5])],
    ["__proto__", ndArray(BigInt64Array.of(-1n), [1])],
    ["u", ndArray(Uint8Array.of(255), [1])],
  ]);

  test("is read back with its metadata, awkward names included", () => {
    const read = readSafetensors(writeSafetensors(tensors, { step: "12" }));
    expect(read.tensors).toEqual(tensors); // as maps: the order may differ
    expect(read.metadata).toEqual({ step: "12" });
  });

  test("aligns each tensor to its elements", () => {
    const bytes = writeSafetensors(tensors);
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(length % 8).toBe(0);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<
      string,
      { dtype: string; data_offsets: number[] }
    >;
    for (const { dtype, data_offsets } of Object.values(header))
      expect(data_offsets[0] % { F64: 8, I64: 8, F32: 4, I32: 4, U8: 1, BOOL: 1 }[dtype]!).toBe(0);
  });

  test("refuses what the format or the reader would not take", () => {
    expect(() => writeSafetensors(new Map([["a", ndArray(Int8Array.of(1), [1])]]))).toThrow(
      new RangeError(
        "the type of a must be one of float64, float32, int64, int32, uint8, bool, got int8",
      ),
    );
    expect(() =>
      writeSafetensors(new Map([["a", { dtype: "uint8", shape: [2], data: Uint8Array.of(1) }]])),
    ).toThrow(new RangeError("the shape of a must hold its data, got [2] for 1 elements"));
    expect(() =>
      writeSafetensors(new Map([["__metadata__", ndArray(Uint8Array.of(1), [1])]])),
    ).toThrow(RangeError);
  });
});
