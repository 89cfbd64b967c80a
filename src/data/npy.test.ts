import { expect, suite, test } from "vitest";
import { DataError, ndArray, readNpy, writeNpy } from "./index.ts";

/** An NPY file put together by hand. */
function npy(header: string, data: ArrayLike<number>, version = 1): Uint8Array {
  const text = new TextEncoder().encode(header);
  const length =
    version === 1
      ? [text.length & 255, text.length >> 8]
      : [text.length & 255, (text.length >> 8) & 255, text.length >> 16, 0];
  return Uint8Array.from([
    0x93,
    0x4e,
    0x55,
    0x4d,
    0x50,
    0x59,
    version,
    0,
    ...length,
    ...text,
    ...Array.from(data),
  ]);
}
const bytesIn = (data: Float64Array | Int32Array) => new Uint8Array(data.buffer);

suite("readNpy", () => {
  test.each([1, 2, 3])("reads version %i", (version) => {
    const file = npy(
      "{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }\n",
      bytesIn(Int32Array.of(7, -8)),
      version,
    );
    expect(readNpy(file)).toEqual({ dtype: "int32", shape: [2], data: Int32Array.of(7, -8) });
  });

  test("transposes Fortran order", () => {
    // a[i][j][k] = 100i + 10j + k of shape (2, 3, 2), column-major: i runs fastest.
    const values: number[] = [];
    for (let k = 0; k < 2; k++)
      for (let j = 0; j < 3; j++) for (let i = 0; i < 2; i++) values.push(100 * i + 10 * j + k);
    const file = npy(
      "{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3, 2), }",
      bytesIn(Float64Array.from(values)),
    );
    expect(Array.from(readNpy(file).data as Float64Array)).toEqual([
      0, 1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 121,
    ]);
  });

  test("reads a scalar, an empty array, keys in any order and Python 2's longs", () => {
    expect(readNpy(npy("{'shape': (), 'fortran_order': False, 'descr': '|u1'}", [5]))).toEqual({
      dtype: "uint8",
      shape: [],
      data: Uint8Array.of(5),
    });
    expect(
      readNpy(npy("{'descr': '<f4', 'shape': (0L, 3L), 'fortran_order': True}", [])).shape,
    ).toEqual([0, 3]);
  });

  const header = (descr: string, shape: string) =>
    `{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }`;
  test.each([
    [
      "another magic",
      Uint8Array.from({ length: 20 }, () => 1),
      "f: npy data must begin with \\x93NUMPY, a version and a header length, got other bytes at byte 0",
    ],
    [
      "version 4",
      npy(header("'<f4'", "(1,)"), [], 4),
      "f: the npy version must be 1, 2 or 3, got 4 at byte 6",
    ],
    [
      "big endian",
      npy(header("'>f4'", "(1,)"), [0, 0, 0, 0]),
      `f: the npy type must be one of <f4, <f8, |i1, <i2, <i4, <i8, |u1, |b1, got ">f4" at byte 10`,
    ],
    [
      "objects, which would be pickles",
      npy(header("'|O'", "(1,)"), []),
      `f: the npy type must be one of <f4, <f8, |i1, <i2, <i4, <i8, |u1, |b1, got "|O" at byte 10`,
    ],
    [
      "a record type",
      npy(header("[('a', '<f4')]", "(1,)"), []),
      `f: the npy header must be a dict of descr, fortran_order and shape, got "{'descr': [('a', '<f4')], 'fortran_order…" at byte 10`,
    ],
    [
      "a missing key",
      npy("{'descr': '<f4', 'shape': (1,)}", []),
      `f: the npy header must be a dict of descr, fortran_order and shape, got "{'descr': '<f4', 'shape': (1,)}" at byte 10`,
    ],
    [
      "truncation",
      npy(header("'<f8'", "(2, 2)"), [1, 2, 3]),
      /^f: npy data of shape \[2, 2\] must have 32 bytes of float64, got 3 after byte \d+$/,
    ],
    [
      "a shape far beyond the bytes",
      npy(header("'<f8'", "(1000000, 1000000)"), [1]),
      /must have 8000000000000 bytes of float64, got 1 after/,
    ],
    [
      "a shape beyond 2^53",
      npy(header("'<f8'", "(99999999999, 99999999999)"), [1]),
      "f: the product of the shape must fit 53 bits, got [99999999999, 99999999999] at byte 10",
    ],
    [
      "a bool that is 2",
      npy(header("'|b1'", "(2,)"), [1, 2]),
      /^f: a bool must be 0 or 1, got 2 at byte \d+$/,
    ],
    [
      "a header beyond the file",
      npy("{", [], 1).fill(255, 8, 10),
      "f: the npy header must end at byte 65545, got 11 bytes in all",
    ],
    [
      "a header of gigabytes",
      npy("{", [], 2).fill(127, 8, 12),
      "f: an npy header must be at most 65536 bytes, got 2139062143 at byte 8",
    ],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => readNpy(bytes, { file: "f" })).toThrow(
      typeof message === "string" ? new DataError(message) : message,
    );
  });
});

suite("writeNpy", () => {
  test("is read back, its data aligned to 64 bytes", () => {
    for (const array of [
      ndArray(Float32Array.of(1.5, -0, Infinity), [3]),
      ndArray(Float64Array.of(Math.PI), []),
      ndArray(BigInt64Array.of(-(2n ** 62n), 5n), [1, 2]),
      { dtype: "bool" as const, shape: [2], data: Uint8Array.of(1, 0) },
      ndArray(new Int32Array(0), [0, 7]),
    ]) {
      const file = writeNpy(array);
      expect(readNpy(file)).toEqual(array);
      expect((file.length - array.data.byteLength) % 64).toBe(0);
    }
  });

  test("refuses data that does not fit the shape or the type", () => {
    expect(() => writeNpy({ dtype: "float32", shape: [2], data: Float32Array.of(1) })).toThrow(
      new RangeError("the shape of the array must hold its data, got [2] for 1 elements"),
    );
    expect(() => writeNpy({ dtype: "float64", shape: [1], data: Float32Array.of(1) })).toThrow(
      new RangeError("the data of the array must be float64, got float32"),
    );
  });
});
