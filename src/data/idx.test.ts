import { gzipSync } from "node:zlib";
import { expect, suite, test } from "vitest";
import { DataError, idxDataset, readIdx } from "./index.ts";

const header = (type: number, ...shape: number[]) => {
  const bytes = new Uint8Array(4 + 4 * shape.length);
  bytes.set([0, 0, type, shape.length]);
  shape.forEach((dim, axis) => new DataView(bytes.buffer).setUint32(4 + 4 * axis, dim));
  return bytes;
};
const join = (...parts: ArrayLike<number>[]) =>
  Uint8Array.from(parts.flatMap((part) => Array.from(part)));

suite("readIdx", () => {
  // The big-endian bytes are written out by hand, so that no code of ours makes the oracle.
  test.each([
    ["uint8", 8, [1, 255], [1, 255]],
    ["int8", 9, [1, 255], [1, -1]],
    ["int16", 11, [1, 0, 255, 254], [256, -2]],
    ["int32", 12, [0, 1, 0, 0, 255, 255, 255, 255], [65536, -1]],
    ["float32", 13, [0x3f, 0x80, 0, 0, 0xc0, 0x20, 0, 0], [1, -2.5]],
    ["float64", 14, [0x3f, 0xf0, 0, 0, 0, 0, 0, 0, 0xc0, 4, 0, 0, 0, 0, 0, 0], [1, -2.5]],
  ])("reads %s, plain and gzipped", (dtype, code, bytes, values) => {
    const file = join(header(code, 2, 1), bytes);
    for (const form of [file, new Uint8Array(gzipSync(file))]) {
      const array = readIdx(form);
      expect(array.dtype).toBe(dtype);
      expect(array.shape).toEqual([2, 1]);
      expect(Array.from(array.data as Float64Array)).toEqual(values);
    }
  });

  test("reads a subarray of a larger buffer, and only the first entries if asked", () => {
    const file = join([9, 9, 9], header(8, 3, 2), [1, 2, 3, 4, 5, 6]).subarray(3);
    expect(readIdx(file, { count: 2 })).toEqual({
      dtype: "uint8",
      shape: [2, 2],
      data: Uint8Array.from([1, 2, 3, 4]),
    });
  });

  test.each([
    [
      "a foreign file",
      Uint8Array.from([0x50, 0x4b, 3, 4]),
      "f: idx magic must begin with two zero bytes, got 0x504b at byte 0",
    ],
    [
      "an unknown type",
      header(10, 1),
      "f: the idx type must be one of 8, 9, 11, 12, 13, 14, got 10 at byte 2",
    ],
    ["rank 0", header(8), "f: the idx rank must be at least 1, got 0 at byte 3"],
    [
      "a cut header",
      header(8, 1, 2).subarray(0, 9),
      "f: an idx header of rank 2 has 12 bytes, got 9",
    ],
    ["an empty file", new Uint8Array(), "f: an idx header has at least 4 bytes, got 0"],
    [
      "truncation",
      join(header(12, 2), [1, 2, 3]),
      "f: idx data of shape [2] must have 8 bytes of int32, got 3 after byte 8",
    ],
    [
      "trailing bytes",
      join(header(8, 1), [1, 2]),
      "f: idx data of shape [1] must have 1 bytes of uint8, got 2 after byte 8",
    ],
    [
      "a shape beyond 2^53",
      header(8, 2 ** 31, 2 ** 31, 0),
      "f: the product of the shape must fit 53 bits, got [2147483648, 2147483648, 0] at byte 4",
    ],
    [
      "a huge shape over few bytes",
      join(header(14, 2 ** 31), [1]),
      "f: idx data of shape [2147483648] must have 17179869184 bytes of float64, got 1 after byte 8",
    ],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => readIdx(bytes, { file: "f" })).toThrow(new DataError(message));
  });

  test("refuses a count beyond the entries", () => {
    expect(() => readIdx(join(header(8, 1), [1]), { file: "f", count: 2 })).toThrow(
      new DataError("f: the count must be from 1 to the 1 entries there are, got 2"),
    );
  });
});

suite("gzip", () => {
  const file = join(
    header(8, 500),
    Array.from({ length: 500 }, (_, i) => (i * i) % 251),
  );
  const packed = new Uint8Array(gzipSync(file));

  test("refuses a trailer that promises more than deflate can hold, before allocating", () => {
    const lying = packed.slice();
    new DataView(lying.buffer).setUint32(lying.length - 4, 0xffffffff, true);
    expect(() => readIdx(lying, { file: "f" })).toThrow(
      /^f: deflate expands at most 1032 times, got a declared 4294967295 bytes from \d+ at byte 10$/,
    );
  });

  test("refuses a bomb beyond maxBytes", () => {
    const bomb = new Uint8Array(gzipSync(new Uint8Array(1 << 22)));
    expect(() => readIdx(bomb, { file: "f", maxBytes: 1 << 20 })).toThrow(
      new DataError(
        "f: decompressed data must be at most 1048576 bytes, got a declared 4194304 at byte 10",
      ),
    );
  });

  test("refuses a stream longer than its trailer says", () => {
    const lying = packed.slice();
    new DataView(lying.buffer).setUint32(lying.length - 4, 100, true);
    expect(() => readIdx(lying, { file: "f" })).toThrow(/^f: .*(checksum must be|must be whole)/);
  });

  test("refuses a wrong checksum, a cut file and reserved flags", () => {
    const wrong = packed.slice();
    wrong[wrong.length - 8] ^= 1;
    expect(() => readIdx(wrong, { file: "f" })).toThrow(
      /^f: the checksum must be 0x[0-9a-f]{8} as declared, got 0x/,
    );
    for (let length = 2; length < packed.length; length += 7)
      expect(() => readIdx(packed.subarray(0, length), { file: "f" })).toThrow(DataError);
    const flagged = packed.slice();
    flagged[3] = 0x40;
    expect(() => readIdx(flagged, { file: "f" })).toThrow(
      "f: the reserved gzip flags must be 0, got 64 at byte 3",
    );
  });

  test("skips the extra field, name, comment and header checksum", () => {
    const extra = [2, 0, 7, 7];
    const name = [0x61, 0];
    const comment = [0x62, 0x63, 0];
    const bytes = join(
      packed.subarray(0, 3),
      [4 + 8 + 16 + 2],
      packed.subarray(4, 10),
      extra,
      name,
      comment,
      [1, 2],
      packed.subarray(10),
    );
    expect(readIdx(bytes).data).toEqual(file.slice(8));
  });
});

suite("idxDataset", () => {
  const about = { name: "toy", source: "made here" };
  const images = join(header(8, 2, 1, 2), [0, 10, 20, 255]);
  const labels = join(header(8, 2), [3, 0]);

  test("gives images a channel axis and keeps 0–255", () => {
    const data = idxDataset(images, labels, about);
    expect(data.inputs).toEqual({ data: Float32Array.from([0, 10, 20, 255]), shape: [2, 1, 1, 2] });
    expect(data.labels).toEqual(Int32Array.from([3, 0]));
    expect(data.classes).toBe(4);
  });

  test("refuses labels that do not fit", () => {
    expect(() =>
      idxDataset(images, join(header(8, 1), [3]), { ...about, labelsFile: "y" }),
    ).toThrow(new DataError("y: labels must be as many as the 2 images, got 1"));
    expect(() => idxDataset(images, labels, { ...about, classes: 3 })).toThrow(
      new DataError("toy: labels must be from 0 to 2, got 3 at sample 0"),
    );
    expect(() => idxDataset(images, images, { ...about, labelsFile: "y" })).toThrow(
      new DataError("y: labels must be whole numbers of rank 1, got uint8 of rank 3"),
    );
  });
});
