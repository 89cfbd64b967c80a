import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, suite, test } from "vitest";
import {
  DataError,
  ndArray,
  npzDataset,
  readNpy,
  readNpz,
  writeNpy,
  writeNpz,
  type NdArray,
} from "./index.ts";

const zeros = (n: number) => ndArray(new Float64Array(n), [n]);
const toy = new Map<string, NdArray>([
  [
    "a",
    ndArray(
      Float64Array.from({ length: 12 }, (_, i) => Math.sin(i)),
      [3, 4],
    ),
  ],
  ["b", ndArray(BigInt64Array.of(1n, -2n), [2])],
]);
const end = (bytes: Uint8Array) => bytes.length - 22;
const directory = (bytes: Uint8Array) =>
  new DataView(bytes.buffer).getUint32(end(bytes) + 16, true);

function patched(bytes: Uint8Array, at: number, value: number, width: 2 | 4 = 4): Uint8Array {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  if (width === 4) view.setUint32(at, value, true);
  else view.setUint16(at, value, true);
  return copy;
}

suite("readNpz and writeNpz", () => {
  test.each([true, false])("are inverse, compress: %s", (compress) => {
    expect(readNpz(writeNpz(toy, { compress }))).toEqual(toy);
  });

  test("the same arrays give the same bytes", () => {
    expect(writeNpz(toy)).toEqual(writeNpz(toy));
  });

  const deflated = writeNpz(new Map([["x", zeros(1000)]]));
  const stored = writeNpz(new Map([["x", zeros(10)]]), { compress: false });
  const two = writeNpz(toy, { compress: false });
  const secondEntry = directory(two) + 46 + "a.npy".length;
  test.each<[string, Uint8Array, string | RegExp]>([
    [
      "a cut archive",
      stored.subarray(0, stored.length - 1),
      /^f: a zip archive must close with an end record, got none in its \d+ bytes$/,
    ],
    [
      "a lying size",
      patched(deflated, directory(deflated) + 24, 0x7fffffff),
      /^f: deflate expands at most 1032 times, got a declared 2147483647 bytes from \d+ at member "x.npy"$/,
    ],
    [
      "a wrong checksum",
      patched(stored, directory(stored) + 16, 1),
      /^f: the checksum must be 0x00000001 as declared, got 0x[0-9a-f]{8} for the data at member "x.npy"$/,
    ],
    [
      "encryption",
      patched(stored, directory(stored) + 8, 1, 2),
      `f: zip members must not be encrypted, got member "x.npy"`,
    ],
    [
      "another method",
      patched(stored, directory(stored) + 10, 12, 2),
      `f: the zip method must be 0 (stored) or 8 (deflate), got 12 at member "x.npy"`,
    ],
    [
      "zip64",
      patched(stored, end(stored) + 16, 0xffffffff),
      /^f: zip64 archives \(4 GiB or 65535 members\) are not read, got one at byte \d+$/,
    ],
    [
      "overlapping members",
      patched(two, secondEntry + 42, 0),
      `f: zip members must not overlap, got "a.npy" and "b.npy" at byte 0`,
    ],
    [
      "a local header elsewhere",
      patched(stored, directory(stored) + 42, 7),
      `f: a zip member must begin with a local header, got none at byte 7 for member "x.npy"`,
    ],
    [
      "data beyond the directory",
      patched(stored, directory(stored) + 20, 100_000),
      /^f: zip data must end before the directory at byte \d+, got byte \d+ for member "x.npy"$/,
    ],
    [
      "a directory beyond the end",
      patched(stored, end(stored) + 12, 100_000),
      /^f: the zip directory must lie before byte \d+, got bytes \d+ to \d+$/,
    ],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => readNpz(bytes, { file: "f" })).toThrow(
      typeof message === "string" ? new DataError(message) : message,
    );
  });

  test("refuses more than maxBytes over all members", () => {
    const bomb = writeNpz(
      new Map([
        ["x", zeros(50_000)],
        ["y", zeros(50_000)],
      ]),
    );
    expect(bomb.length).toBeLessThan(10_000);
    expect(() => readNpz(bomb, { file: "f", maxBytes: 600_000 })).toThrow(
      new DataError(
        `f: decompressed data must be at most 600000 bytes in all, got more at member "y.npy"`,
      ),
    );
  });

  test("names the member whose npy is bad", () => {
    const bad = writeNpz(new Map([["x", zeros(1)]]), { compress: false });
    expect(() => readNpz(patched(bad, directory(bad) + 46, 0x61616161), { file: "f" })).toThrow(
      /^f: npz members must be \.npy files, got "aaaay"$/,
    );
  });
});

suite("npzDataset", () => {
  const about = { name: "toy", source: "made here", file: "f" };
  const x = ndArray(Uint8Array.of(1, 2, 3, 4), [2, 2]);

  test("finds the split's arrays first, and bytes become floats", () => {
    const file = writeNpz(
      new Map<string, NdArray>([
        ["x_train", x],
        ["y_train", ndArray(BigInt64Array.of(1n, 0n), [2, 1])],
        ["x_test", ndArray(Uint8Array.of(9, 9), [1, 2])],
        ["y_test", ndArray(Int32Array.of(0), [1])],
      ]),
    );
    const train = npzDataset(file, about);
    expect(train.inputs).toEqual({ data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] });
    expect(train.labels).toEqual(Int32Array.of(1, 0));
    expect(npzDataset(file, { ...about, split: "test" }).inputs.shape).toEqual([1, 2]);
  });

  test("takes a float y for targets, and wide whole inputs for tokens", () => {
    const data = npzDataset(
      writeNpz(
        new Map([
          ["x", ndArray(BigInt64Array.of(5n, 6n), [2, 1])],
          ["y", ndArray(Float32Array.of(0.5, 1), [2])],
        ]),
      ),
      about,
    );
    expect(data.inputs.data).toEqual(Int32Array.of(5, 6));
    expect(data.targets).toEqual({ data: Float32Array.of(0.5, 1), shape: [2] });
    expect(data.labels).toBeUndefined();
  });

  test.each<[string, Map<string, NdArray>, string]>([
    [
      "no inputs",
      new Map([["z", x]]),
      `f: the archive must hold inputs named x, X, inputs, images, data, got "z"`,
    ],
    [
      "NaN",
      new Map([["x", ndArray(Float32Array.of(1, NaN), [2])]]),
      "f/x: values must be finite, got NaN at element 1",
    ],
    [
      "labels of another length",
      new Map([
        ["x", x],
        ["y", ndArray(Int32Array.of(1), [1])],
      ]),
      "toy: labels must have one row for each of 2 inputs, got 1",
    ],
    [
      "labels beyond 32 bits",
      new Map([
        ["x", x],
        ["y", ndArray(BigInt64Array.of(0n, 2n ** 40n), [2])],
      ]),
      "f/y: whole numbers must fit 32 bits, got 1099511627776 at element 1",
    ],
    [
      "negative labels",
      new Map([
        ["x", x],
        ["y", ndArray(Int32Array.of(0, -1), [2])],
      ]),
      "toy: labels must be from 0 to 0, got -1 at sample 1",
    ],
    [
      "a scalar",
      new Map([["x", ndArray(Float32Array.of(1), [])]]),
      "f/x: samples must have a first axis that counts them, got a scalar",
    ],
  ])("refuses %s", (_, arrays, message) => {
    expect(() => npzDataset(writeNpz(arrays), about)).toThrow(new DataError(message));
  });
});

const pythons = ["python3", "/usr/bin/python3"];
const numpy = pythons.find((name) => spawnSync(name, ["-c", "import numpy"]).status === 0);
if (!numpy) console.log("skipped: round trips with NumPy, because no python3 has numpy");

suite.skipIf(!numpy)("round trips with NumPy", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "thalweg-npz-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const python = (script: string) =>
    execFileSync(numpy!, ["-c", `import numpy as np\n${script}`], {
      cwd: folder,
      encoding: "utf8",
    });

  test.each(["np.savez", "np.savez_compressed"])(
    "reads what %s wrote, in every type and order",
    (save) => {
      python(`
base = np.arange(24).reshape(2, 3, 4) - 5
out = {t: base.astype(t) for t in ['f4', 'f8', 'i1', 'i2', 'i4', 'i8']}
out['u1'] = (base + 5).astype('u1'); out['b1'] = base % 2 == 0
out['fortran'] = np.asfortranarray(base / 7.0); out['scalar'] = np.float64(np.pi); out['empty'] = np.zeros((0, 3))
${save}('all.npz', **out)`);
      const arrays = readNpz(readFileSync(join(folder, "all.npz")));
      const base = Array.from({ length: 24 }, (_, i) => i - 5);
      for (const name of ["f4", "f8", "i1", "i2", "i4", "i8"]) {
        expect(arrays.get(name)!.shape).toEqual([2, 3, 4]);
        expect(Array.from(arrays.get(name)!.data as Float64Array, Number)).toEqual(base);
      }
      expect(Array.from(arrays.get("u1")!.data as Uint8Array)).toEqual(base.map((v) => v + 5));
      expect(Array.from(arrays.get("b1")!.data as Uint8Array)).toEqual(
        base.map((v) => (v % 2 === 0 ? 1 : 0)),
      );
      expect(Array.from(arrays.get("fortran")!.data as Float64Array)).toEqual(
        base.map((v) => v / 7),
      );
      expect(arrays.get("scalar")).toEqual({
        dtype: "float64",
        shape: [],
        data: Float64Array.of(Math.PI),
      });
      expect(arrays.get("empty")!.shape).toEqual([0, 3]);
    },
  );

  test("reads versions 2 and 3 as NumPy writes them", () => {
    python(`
for v in (2, 3):
  with open(f'v{v}.npy', 'wb') as f: np.lib.format.write_array(f, np.array([1.5, -2.0]), version=(v, 0))`);
    for (const v of [2, 3])
      expect(readNpy(readFileSync(join(folder, `v${v}.npy`))).data).toEqual(
        Float64Array.of(1.5, -2),
      );
  });

  test.each([true, false])("NumPy reads what writeNpz wrote, compress: %s", (compress) => {
    const arrays = new Map(toy)
      .set("f", ndArray(Float32Array.of(0.1, -0, Infinity), [3, 1]))
      .set("flags", { dtype: "bool", shape: [2], data: Uint8Array.of(1, 0) });
    writeFileSync(join(folder, "ours.npz"), writeNpz(arrays, { compress }));
    writeFileSync(join(folder, "ours.npy"), writeNpy(toy.get("a")!));
    expect(
      python(`
z = np.load('ours.npz')
print([(k, z[k].dtype.str, z[k].shape) for k in sorted(z)])
print(np.array_equal(z['a'], np.load('ours.npy')), np.max(np.abs(z['a'].ravel() - np.sin(np.arange(12)))) < 1e-15, z['b'].tolist(), z['flags'].tolist(), z['f'].tobytes().hex())`),
    ).toBe(
      "[('a', '<f8', (3, 4)), ('b', '<i8', (2,)), ('f', '<f4', (3, 1)), ('flags', '|b1', (2,))]\n" +
        "True True [1, -2] [True, False] cdcccc3d000000800000807f\n",
    );
  });
});
