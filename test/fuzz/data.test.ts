import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { expect, suite, test } from "vitest";
import {
  csvDataset,
  DataError,
  idxDataset,
  ndArray,
  npzDataset,
  readCifar10,
  readIdx,
  readNpy,
  readNpz,
  readSafetensors,
  textDataset,
  writeNpy,
  writeNpz,
  writeSafetensors,
  type NdArray,
} from "../../src/data/index.ts";
import { meterAllocations, within } from "./bounds.ts";
import { mutationOf } from "./mutations.ts";
import { fuzzRuns } from "./runs.ts";

const maxBytes = 1 << 20;
const options = { file: "fuzz", maxBytes };
const about = { ...options, name: "fuzz", source: "made here" };
const zip = (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes));
const utf8 = (text: string) => new TextEncoder().encode(text);

const idx = Uint8Array.from([
  0,
  0,
  8,
  3,
  0,
  0,
  0,
  3,
  0,
  0,
  0,
  2,
  0,
  0,
  0,
  2,
  ...Array.from({ length: 12 }, (_, i) => i * 20),
]);
const idxLabels = Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 3, 1, 0, 1]);
const idxDoubles = Uint8Array.from([
  0,
  0,
  14,
  1,
  0,
  0,
  0,
  2,
  ...Array.from({ length: 16 }, (_, i) => i * 15),
]);
const cifar = Uint8Array.from({ length: 2 * 3073 }, (_, i) => (i % 3073 === 0 ? 7 : i & 255));
const arrays = new Map<string, NdArray>([
  [
    "x",
    ndArray(
      Float64Array.from({ length: 40 }, (_, i) => i / 7),
      [20, 2],
    ),
  ],
  [
    "y",
    ndArray(
      BigInt64Array.from({ length: 20 }, (_, i) => BigInt(i % 3)),
      [20],
    ),
  ],
]);
const csv = utf8('a,"b ""c""",label\n1,2.5,x\n-3e2,.5,"y,\nz"\n7,8,x\n');

interface Reader {
  readonly name: string;
  readonly valid: Uint8Array;
  readonly read: (bytes: Uint8Array) => unknown;
}

/** Of IDX, NPZ and safetensors. */
const arrayReaders: readonly Reader[] = [
  { name: "readIdx", valid: idx, read: (b) => readIdx(b, options) },
  { name: "readIdx of doubles", valid: idxDoubles, read: (b) => readIdx(b, options) },
  { name: "readIdx of gzip", valid: zip(idx), read: (b) => readIdx(b, options) },
  { name: "readIdx inside whole gzip", valid: idx, read: (b) => readIdx(zip(b), options) },
  { name: "idxDataset by images", valid: idx, read: (b) => idxDataset(b, idxLabels, about) },
  { name: "idxDataset by labels", valid: idxLabels, read: (b) => idxDataset(idx, b, about) },
  { name: "readNpy", valid: writeNpy(arrays.get("x")!), read: (b) => readNpy(b, options) },
  { name: "readNpz, deflated", valid: writeNpz(arrays), read: (b) => readNpz(b, options) },
  {
    name: "npzDataset, stored",
    valid: writeNpz(arrays, { compress: false }),
    read: (b) => npzDataset(b, about),
  },
  {
    name: "readSafetensors",
    valid: writeSafetensors(arrays, { step: "1" }),
    read: (b) => readSafetensors(b, options),
  },
];

const otherReaders: readonly Reader[] = [
  { name: "readCifar10", valid: cifar, read: (b) => readCifar10(b, options) },
  { name: "readCifar10 of gzip", valid: zip(cifar), read: (b) => readCifar10(b, options) },
  { name: "csvDataset", valid: csv, read: (b) => csvDataset(b, about) },
  { name: "csvDataset of gzip", valid: zip(csv), read: (b) => csvDataset(b, about) },
  {
    name: "textDataset",
    valid: utf8("to be, or not to bé, 😀 that is"),
    read: (b) => textDataset(b, { ...about, length: 5, stride: 2 }),
  },
];

const readers = [
  ...arrayReaders.map((own) => ({ ...own, array: true })),
  ...otherReaders.map((own) => ({ ...own, array: false })),
];

meterAllocations();

suite.each(readers)("$name", ({ valid, read, array }) => {
  const kind = array ? "arrays" : "otherData";
  const numRuns = fuzzRuns(kind, readers.filter((other) => other.array === array).length);

  test("takes the file before it is damaged", () => {
    expect(() => read(valid)).not.toThrow();
  });

  test(`of ${numRuns} damaged files refuses with a DataError of one line, or reads, within its bounds of memory and time`, () => {
    let refused = 0;
    fc.assert(
      fc.property(mutationOf(valid), (bytes) => {
        // Bytes become floats four times as large; a few such copies of what maxBytes lets in.
        const error = within({ bytes: 16 * maxBytes, milliseconds: 2000 }, () => read(bytes));
        if (error === undefined) return;
        if (!(error instanceof DataError)) throw error;
        expect(error.message).toMatch(/^[^\n]{10,500}$/);
        expect(error.message).not.toMatch(/undefined|\[object/);
        refused++;
      }),
      { numRuns, seed: 20_240_601 },
    );
    // The mutations bite; where no reader refused them, they would show nothing.
    expect(refused).toBeGreaterThan(numRuns / 20);
  });
});

test("the allocation meter counts", () => {
  expect(() => within({ bytes: 80, milliseconds: 2000 }, () => new Float64Array(10))).not.toThrow();
  expect(() => within({ bytes: 79, milliseconds: 2000 }, () => new Float64Array(10))).toThrow();
});
