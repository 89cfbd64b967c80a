import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, suite, test } from "vitest";
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
} from "./index.ts";

/** How many mutations each reader sees; a long suite sets `THALWEG_FUZZ_RUNS`. */
export const fuzzRuns = Number(process.env.THALWEG_FUZZ_RUNS ?? 400);

type Edit = (bytes: Uint8Array) => Uint8Array;

const splice = (bytes: Uint8Array, at: number, removed: number, added: Uint8Array): Uint8Array => {
  const start = Math.min(at, bytes.length);
  const tail = bytes.subarray(Math.min(start + removed, bytes.length));
  const out = new Uint8Array(start + added.length + tail.length);
  out.set(bytes.subarray(0, start));
  out.set(added, start);
  out.set(tail, start + added.length);
  return out;
};

/** Numbers that sizes, offsets and counts go wrong at. */
const awkward = [0, 1, 0x7f, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

/** Places near both ends are drawn often: headers and directories are there. */
const placeIn = (length: number) =>
  fc.oneof(
    fc.nat({ max: Math.max(0, Math.min(length - 1, 64)) }),
    fc.nat({ max: Math.max(0, length - 1) }),
    fc.nat({ max: Math.min(length, 100) }).map((back) => Math.max(0, length - 1 - back)),
  );

const editOf = (length: number): fc.Arbitrary<Edit> => {
  const at = placeIn(length);
  return fc.oneof(
    fc.tuple(at, fc.nat({ max: 255 })).map(
      ([i, value]) =>
        (b: Uint8Array) =>
          splice(b, i, 1, Uint8Array.of(value)),
    ),
    fc.tuple(at, fc.nat({ max: 7 })).map(
      ([i, bit]) =>
        (b: Uint8Array) =>
          splice(b, i, 1, Uint8Array.of((b[i] ?? 0) ^ (1 << bit))),
    ),
    fc
      .tuple(at, fc.constantFrom(...awkward), fc.boolean())
      .map(([i, value, little]) => (b: Uint8Array) => {
        const word = new Uint8Array(4);
        new DataView(word.buffer).setUint32(0, value, little);
        return splice(b, i, 4, word);
      }),
    at.map((i) => (b: Uint8Array) => b.slice(0, i)),
    fc.tuple(at, fc.nat({ max: 64 })).map(
      ([i, count]) =>
        (b: Uint8Array) =>
          splice(b, i, count, new Uint8Array()),
    ),
    fc.tuple(at, fc.uint8Array({ maxLength: 16 })).map(
      ([i, added]) =>
        (b: Uint8Array) =>
          splice(b, i, 0, added),
    ),
    fc.tuple(at, at, fc.nat({ max: 64 })).map(
      ([from, to, count]) =>
        (b: Uint8Array) =>
          splice(b, to, count, b.slice(from, from + count)),
    ),
    // Digits within text headers: shapes, offsets, lengths.
    fc
      .tuple(
        at,
        fc.constantFrom(
          "9",
          "99999999999999999999",
          "-",
          ".",
          "e9",
          '"',
          ",",
          "}",
          "(",
          "nan",
          "\n",
        ),
      )
      .map(
        ([i, text]) =>
          (b: Uint8Array) =>
            splice(b, i, 1, new TextEncoder().encode(text)),
      ),
  );
};

/** A valid file after one to six edits. */
export const mutationOf = (valid: Uint8Array): fc.Arbitrary<Uint8Array> =>
  fc
    .array(editOf(valid.length), { minLength: 1, maxLength: 6 })
    .map((edits) => edits.reduce((bytes, edit) => edit(bytes), valid));

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

const readers: { name: string; valid: Uint8Array; read: (bytes: Uint8Array) => unknown }[] = [
  { name: "readIdx", valid: idx, read: (b) => readIdx(b, options) },
  { name: "readIdx of doubles", valid: idxDoubles, read: (b) => readIdx(b, options) },
  { name: "readIdx of gzip", valid: zip(idx), read: (b) => readIdx(b, options) },
  { name: "readIdx inside whole gzip", valid: idx, read: (b) => readIdx(zip(b), options) },
  { name: "idxDataset by images", valid: idx, read: (b) => idxDataset(b, idxLabels, about) },
  { name: "idxDataset by labels", valid: idxLabels, read: (b) => idxDataset(idx, b, about) },
  { name: "readCifar10", valid: cifar, read: (b) => readCifar10(b, options) },
  { name: "readCifar10 of gzip", valid: zip(cifar), read: (b) => readCifar10(b, options) },
  { name: "readNpy", valid: writeNpy(arrays.get("x")!), read: (b) => readNpy(b, options) },
  { name: "readNpz, deflated", valid: writeNpz(arrays), read: (b) => readNpz(b, options) },
  {
    name: "npzDataset, stored",
    valid: writeNpz(arrays, { compress: false }),
    read: (b) => npzDataset(b, about),
  },
  { name: "csvDataset", valid: csv, read: (b) => csvDataset(b, about) },
  { name: "csvDataset of gzip", valid: zip(csv), read: (b) => csvDataset(b, about) },
  {
    name: "textDataset",
    valid: utf8("to be, or not to bé, 😀 that is"),
    read: (b) => textDataset(b, { ...about, length: 5, stride: 2 }),
  },
  {
    name: "readSafetensors",
    valid: writeSafetensors(arrays, { step: "1" }),
    read: (b) => readSafetensors(b, options),
  },
];

// Every typed array made by length is counted, so that a size that is believed too early shows even
// where the memory is never touched.
const arrayTypes = [
  "Uint8Array",
  "Int8Array",
  "Int16Array",
  "Int32Array",
  "Uint32Array",
  "Float32Array",
  "Float64Array",
  "BigInt64Array",
] as const;
const originals = new Map<string, unknown>();
let allocated = 0;

beforeAll(() => {
  for (const type of arrayTypes) {
    const original = globalThis[type] as unknown as {
      new (...args: unknown[]): object;
      BYTES_PER_ELEMENT: number;
    };
    originals.set(type, original);
    const metered = new Proxy(original, {
      construct(target, args: unknown[]) {
        const [first] = args;
        if (typeof first === "number") allocated += first * target.BYTES_PER_ELEMENT;
        return new target(...args);
      },
    });
    Object.defineProperty(globalThis, type, { value: metered, configurable: true, writable: true });
  }
});
afterAll(() => {
  for (const [type, original] of originals)
    Object.defineProperty(globalThis, type, {
      value: original,
      configurable: true,
      writable: true,
    });
});

suite.each(readers)("$name", ({ valid, read }) => {
  test("takes the file before it is damaged", () => {
    expect(() => read(valid)).not.toThrow();
  });

  test(`of ${fuzzRuns} damaged files refuses with a DataError of one line, or reads, within its bounds of memory and time`, () => {
    let refused = 0;
    fc.assert(
      fc.property(mutationOf(valid), (bytes) => {
        allocated = 0;
        const start = performance.now();
        try {
          read(bytes);
        } catch (error) {
          if (!(error instanceof DataError)) throw error;
          expect(error.message).toMatch(/^[^\n]{10,500}$/);
          expect(error.message).not.toMatch(/undefined|\[object/);
          refused++;
        }
        // Bytes become floats four times as large; a few such copies of what maxBytes lets in.
        expect(allocated).toBeLessThanOrEqual(16 * maxBytes);
        expect(performance.now() - start).toBeLessThan(2000);
      }),
      { numRuns: fuzzRuns, seed: 20_240_601 },
    );
    // The mutations bite; where no reader refused them, they would show nothing.
    expect(refused).toBeGreaterThan(fuzzRuns / 20);
  });
});

test("the allocation meter counts", () => {
  allocated = 0;
  expect(new Float64Array(10).length).toBe(10);
  expect(allocated).toBe(80);
});
