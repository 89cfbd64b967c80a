import { gzipSync } from "node:zlib";
import { expect, suite, test } from "vitest";
import { DataError, readCifar10 } from "./index.ts";

const records = (labels: readonly number[]) => {
  const bytes = new Uint8Array(labels.length * 3073);
  labels.forEach((label, i) => {
    for (let j = 0; j < 3072; j++) bytes[i * 3073 + 1 + j] = (i * 31 + j) & 255;
    bytes[i * 3073] = label;
  });
  return bytes;
};

suite("readCifar10", () => {
  test("reads labels and pixels, channels first, plain and gzipped", () => {
    for (const bytes of [records([9, 0, 4]), new Uint8Array(gzipSync(records([9, 0, 4])))]) {
      const data = readCifar10(bytes);
      expect(data.inputs.shape).toEqual([3, 3, 32, 32]);
      expect(data.labels).toEqual(Int32Array.from([9, 0, 4]));
      expect(data.classNames![9]).toBe("truck");
      // Image 2, channel 1, row 3, column 5 is byte 1024 + 3·32 + 5 of its record.
      expect(data.inputs.data[2 * 3072 + 1024 + 101]).toBe((62 + 1024 + 101) & 255);
    }
  });

  test("reads only as many as asked", () => {
    expect(readCifar10(records([1, 2, 3]), { count: 2 }).labels).toEqual(Int32Array.from([1, 2]));
  });

  test.each([
    [
      "a cut record",
      records([1, 2]).subarray(0, 5000),
      {},
      "f: the length must be a positive multiple of 3073, got 5000 bytes",
    ],
    [
      "no record",
      new Uint8Array(),
      {},
      "f: the length must be a positive multiple of 3073, got 0 bytes",
    ],
    [
      "a label beyond 9",
      records([1, 10]),
      {},
      "f: a label must be from 0 to 9, got 10 at byte 3073",
    ],
    [
      "a count beyond the records",
      records([1]),
      { count: 2 },
      "f: the count must be from 1 to the 1 images there are, got 2",
    ],
  ])("refuses %s", (_, bytes, options, message) => {
    expect(() => readCifar10(bytes, { ...options, file: "f" })).toThrow(new DataError(message));
  });
});
