import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  datasetArrays,
  DataError,
  ndArray,
  sampleCount,
  subset,
  writeNpz,
  type DataRequest,
} from "../../data/index.ts";
import { loadDataset, type Places } from "./index.ts";

const root = resolve(import.meta.dirname, "../../..");
const shared = resolve(root, "../shared/datasets");
const debian = "/usr/share/datasets/fashion-mnist";
const shippedOnly: Places = { environment: undefined, shipped: [join(root, "assets")] };
const nowhere: Places = { environment: undefined, shipped: [] };

for (const [folder, what] of [
  [shared, "CIFAR-10, MNIST, UCI and text data"],
  [debian, "all of Fashion-MNIST"],
])
  if (!existsSync(folder)) console.log(`skipped: ${what}, because ${folder} does not exist`);

let scratch = "";
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "thalweg-data-"));
});
afterAll(() => rm(scratch, { recursive: true }));

async function folder(files: Record<string, Uint8Array | string>): Promise<string> {
  const path = await mkdtemp(join(scratch, "f-"));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(resolve(path, name, ".."), { recursive: true });
    await writeFile(join(path, name), content);
  }
  return path;
}

function counts(labels: Int32Array, classes: number): number[] {
  const out = Array.from({ length: classes }, () => 0);
  for (const label of labels) out[label]++;
  return out;
}

/** A pair of IDX files of n images of h × w, all pixels equal to the image's number. */
function idxPair(n: number, h = 2, w = 3): { images: Uint8Array; labels: Uint8Array } {
  const images = new Uint8Array(16 + n * h * w);
  images.set([0, 0, 8, 3, 0, 0, 0, n, 0, 0, 0, h, 0, 0, 0, w]);
  for (let i = 0; i < n; i++) images.fill(i, 16 + i * h * w, 16 + (i + 1) * h * w);
  const labels = Uint8Array.from([
    0,
    0,
    8,
    1,
    0,
    0,
    0,
    n,
    ...Array.from({ length: n }, (_, i) => i % 10),
  ]);
  return { images, labels };
}

/** CIFAR records whose label is i mod 10 and whose pixels all equal `first` + i. */
function cifarRecords(n: number, first: number): Uint8Array {
  const bytes = new Uint8Array(n * 3073);
  for (let i = 0; i < n; i++) {
    bytes.fill(first + i, i * 3073, (i + 1) * 3073);
    bytes[i * 3073] = i % 10;
  }
  return bytes;
}

describe("the shipped Fashion-MNIST", () => {
  test("has 10,000 test images, 1,000 of each class, as published", async () => {
    const data = await loadDataset({ name: "fashion-mnist" }, shippedOnly);
    expect(data.name).toBe("fashion-mnist/test");
    expect(data.inputs.shape).toEqual([10_000, 1, 28, 28]);
    expect(counts(data.labels!, 10)).toEqual(Array.from({ length: 10 }, () => 1000));
    expect(data.classNames![data.labels![0]]).toBe("ankle boot");
    // The published mean pixel of the test set is 0.2868 of 255.
    const mean =
      (data.inputs.data as Float32Array).reduce((a, b) => a + b, 0) / data.inputs.data.length / 255;
    expect(mean).toBeCloseTo(0.2868, 3);
    expect(data.source).toMatch(/Xiao.*2017/);
  });

  test("is the same through Debian's package", { skip: !existsSync(debian) }, async () => {
    const shipped = await loadDataset({ name: "fashion-mnist", split: "test" }, shippedOnly);
    const other = await loadDataset(
      { name: "fashion-mnist", split: "test" },
      { environment: undefined, shipped: [resolve(debian, "..")] },
    );
    expect(other.sha256).toBe(shipped.sha256);
  });

  test(
    "its training images come from Debian's package",
    { skip: !existsSync(debian) },
    async () => {
      const data = await loadDataset({ name: "fashion-mnist", split: "train", count: 6000 });
      expect(data.name).toBe("fashion-mnist/train");
      expect(data.inputs.shape).toEqual([6000, 1, 28, 28]);
    },
  );

  test("refuses a split that is nowhere, naming files and folders", async () => {
    await expect(
      loadDataset({ name: "fashion-mnist", split: "train" }, shippedOnly),
    ).rejects.toThrow(
      `fashion-mnist: train-images-idx3-ubyte[.gz] with its labels must be in a folder that is looked in, got none in ${join(root, "assets/fashion-mnist")} (Debian's package dataset-fashion-mnist holds all of it)`,
    );
  });
});

describe.skipIf(!existsSync(shared))("the data sets of ../shared", () => {
  const sums = existsSync(shared)
    ? readFileSync(join(shared, "README.md"), "utf8").match(/\b[0-9a-f]{64}\b/g)!
    : [];

  test("CIFAR-10's training images have the checksum on record", async () => {
    const data = await loadDataset({ name: "cifar10", split: "train", dataDir: shared });
    expect(data.inputs.shape).toEqual([8192, 3, 32, 32]);
    expect(data.sha256).toBe(sums[0]);
    expect(data.classNames![data.labels![0]]).toBe("frog"); // the first training image is a frog
  });

  test("CIFAR-10's test images have the checksum on record", async () => {
    const data = await loadDataset(
      { name: "cifar10", split: "test" },
      { environment: shared, shipped: [] },
    );
    expect(data.inputs.shape).toEqual([2000, 3, 32, 32]);
    expect(data.sha256).toBe(sums[1]);
    expect(data.classNames![data.labels![0]]).toBe("cat");
  });

  test("MNIST's test labels are counted as published", async () => {
    const data = await loadDataset({ name: "mnist", dataDir: join(shared, "mnist") });
    expect(counts(data.labels!, 10)).toEqual([
      980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009,
    ]);
  });

  test.each([
    ["uci/avila/avila-tr.txt", {}, [10430, 10], 12],
    ["uci/banknote/data_banknote_authentication.txt", {}, [1372, 4], 2],
    ["uci/cardiotocography", { target: "CLASS", drop: ["NSP"] }, [2126, 21], 10],
    ["uci/cardiotocography", { target: "NSP", drop: ["CLASS"] }, [2126, 21], 3],
    ["uci/sensorless-2200", { delimiter: "," }, [2200, 48], 11],
    ["uci/small/iris.csv", {}, [150, 4], 3],
    ["uci/small/wine_data.csv", {}, [178, 13], 3],
    ["uci/small/breast_cancer.csv", {}, [569, 30], 2],
    ["uci/small/digits.csv.gz", {}, [1797, 64], 10],
  ])("%s with %j has the published size", async (name, csv, shape, classes) => {
    const data = await loadDataset({ name, dataDir: shared, csv });
    expect(data.inputs.shape).toEqual(shape);
    expect(data.classes).toBe(classes);
  });

  test("Tiny Shakespeare has 65 characters", async () => {
    const data = await loadDataset({
      name: join(shared, "text/tinyshakespeare.txt"),
      text: { length: 64 },
    });
    expect(data.classes).toBe(65);
    expect(sampleCount(data)).toBe(Math.floor((1_115_394 - 1) / 64));
  });
});

describe("loadDataset", () => {
  test("looks in dataDir first, then THALWEG_DATA, then the shipped data", async () => {
    const idx = (count: number, split: string, under = "") => {
      const { images, labels } = idxPair(count);
      return {
        [`${under}${split}-images-idx3-ubyte.gz`]: gzipSync(images),
        [`${under}${split}-labels-idx1-ubyte.gz`]: gzipSync(labels),
      };
    };
    const own = await folder(idx(3, "train"));
    const environment = await folder(idx(4, "t10k", "mnist/"));
    const shipped = await folder({
      ...idx(5, "train", "mnist/"),
      ...idx(6, "train", "fashion-mnist/"),
    });
    const places = { environment, shipped: [shipped] };
    const countOf = async (request: DataRequest) => sampleCount(await loadDataset(request, places));
    expect(await countOf({ name: "mnist", dataDir: own })).toBe(3);
    expect(await countOf({ name: "mnist", dataDir: await folder({}) })).toBe(4);
    expect(await countOf({ name: "mnist" })).toBe(4);
    expect(await countOf({ name: "mnist", split: "train" })).toBe(5);
    expect(await countOf({ name: "fashion-mnist", dataDir: environment })).toBe(6);
    const empty = await folder({});
    await expect(countOf({ name: "cifar10", dataDir: empty, split: "test" })).rejects.toThrow(
      new DataError(
        `cifar10: test_batch.bin[.gz] or cifar10-test*.bin[.gz] must be in a folder that is looked in, got none in ${[
          join(empty, "cifar10"),
          join(empty, "cifar-10-batches-bin"),
          empty,
          join(environment, "cifar10"),
          join(environment, "cifar-10-batches-bin"),
          environment,
          join(shipped, "cifar10"),
        ].join(", ")}`,
      ),
    );
  });

  test("does not look further than a dataDir that is missing, or has a part of the data", async () => {
    const { images, labels } = idxPair(3);
    const pair = {
      "mnist/train-images-idx3-ubyte": images,
      "mnist/train-labels-idx1-ubyte": labels,
    };
    const whole = await folder({
      ...pair,
      "mnist/t10k-images-idx3-ubyte": images,
      "mnist/t10k-labels-idx1-ubyte": labels,
    });
    const places = { environment: whole, shipped: [] };
    const load = (dataDir: string, split: "train" | "test") =>
      loadDataset({ name: "mnist", split, dataDir }, places);
    const train = await folder(pair);
    await expect(load(train, "test")).rejects.toThrow(
      new DataError(
        `mnist: t10k-images-idx3-ubyte[.gz] with its labels must be beside the split train in ${join(train, "mnist")}, got none`,
      ),
    );
    const half = await folder({ "mnist/train-images-idx3-ubyte": images });
    await expect(load(half, "train")).rejects.toThrow(
      new DataError(
        `${join(half, "mnist/train-images-idx3-ubyte")}: idx files must come in pairs, got no labels for the split train`,
      ),
    );
    const cut = await folder({ ...pair, "mnist/train-images-idx3-ubyte": images.subarray(0, 20) });
    await expect(load(cut, "train")).rejects.toThrow(
      `${join(cut, "mnist/train-images-idx3-ubyte")}: idx data of shape [3, 2, 3] must have 18 bytes of uint8, got 4 after byte 16`,
    );
    await expect(load(join(train, "gone"), "train")).rejects.toThrow(
      new DataError(
        `the folder to look for data in must be there, got nothing at ${join(train, "gone")}`,
      ),
    );
  });

  test("does not take MNIST's folder for Fashion-MNIST's, whose files are named alike", async () => {
    const { images, labels } = idxPair(3);
    const path = await folder({
      "mnist/t10k-images-idx3-ubyte": images,
      "mnist/t10k-labels-idx1-ubyte": labels,
    });
    await expect(
      loadDataset({ name: "fashion-mnist", dataDir: join(path, "mnist") }, nowhere),
    ).rejects.toThrow(/got none in/);
  });

  test("reads CIFAR batches in the order of their numbers, as many as are needed", async () => {
    const path = await folder({
      "data_batch_2.bin": cifarRecords(3, 50),
      "data_batch_10.bin.gz": gzipSync(cifarRecords(2, 200)),
      "data_batch_1.bin": cifarRecords(3, 10),
    });
    const all = await loadDataset({ name: "cifar10", dataDir: path });
    const firstPixels = Array.from({ length: 8 }, (_, i) => all.inputs.data[i * 3072]);
    expect(firstPixels).toEqual([10, 11, 12, 50, 51, 52, 200, 201]);
    const some = await loadDataset({ name: "cifar10", dataDir: path, count: 4 });
    expect(some.inputs).toEqual(subset(all, 4).inputs);
    const hash = createHash("sha256").update(cifarRecords(3, 10)).update(cifarRecords(3, 50));
    expect(some.sha256).toBe(hash.digest("hex"));
    await expect(loadDataset({ name: "cifar10", dataDir: path, count: 9 })).rejects.toThrow(
      "the count must be from 1 to the 8 images there are, got 9",
    );
  });

  test("reads an npz of a folder by split, and writes one that it reads back", async () => {
    const x = ndArray(
      Float64Array.from({ length: 6 }, (_, i) => i / 3),
      [3, 2],
    );
    const y = ndArray(BigInt64Array.from([2n, 0n, 1n]), [3]);
    const path = await folder({
      "toy.npz": writeNpz(
        new Map([
          ["x_test", x],
          ["y_test", y],
        ]),
      ),
    });
    const data = await loadDataset({ name: path, split: "test" });
    expect(data.inputs).toEqual({ data: x.data, shape: [3, 2] });
    expect([...data.labels!]).toEqual([2, 0, 1]);
    const again = await folder({ "toy.npz": writeNpz(datasetArrays(data)) });
    expect((await loadDataset({ name: "toy.npz", dataDir: again })).inputs).toEqual(data.inputs);
  });

  test("names a truncated file and what it lacks", async () => {
    const { images, labels } = idxPair(5);
    const path = await folder({
      "train-images-idx3-ubyte": images.subarray(0, 40),
      "train-labels-idx1-ubyte": labels,
    });
    await expect(loadDataset({ name: "mnist", dataDir: path })).rejects.toThrow(
      `${join(path, "train-images-idx3-ubyte")}: idx data of shape [5, 2, 3] must have 30 bytes of uint8, got 24 after byte 16`,
    );
  });

  test("names a truncated gzip file", async () => {
    const { images, labels } = idxPair(200, 5, 7);
    const path = await folder({
      "train-images-idx3-ubyte.gz": gzipSync(images).subarray(0, 200),
      "train-labels-idx1-ubyte.gz": gzipSync(labels),
    });
    await expect(loadDataset({ name: "mnist", dataDir: path })).rejects.toThrow(
      new RegExp(`^${join(path, "train-images-idx3-ubyte.gz")}: `),
    );
  });

  test("refuses names that are neither known nor a path, and folders without data", async () => {
    await expect(loadDataset({ name: "fashon-mnist" }, nowhere)).rejects.toThrow(
      /^fashon-mnist: a data set must be one of fashion-mnist, mnist, cifar10, or a file or folder, got nothing at /,
    );
    const path = await folder({ "notes.md": "nothing" });
    await expect(loadDataset({ name: path }, nowhere)).rejects.toThrow(
      `${path}: a data folder must hold idx pairs, cifar-10 binaries, or one npz or csv file, got none of them`,
    );
    await expect(loadDataset({ name: join(path, "notes.md") }, nowhere)).rejects.toThrow(
      "a data file must be .npz, .csv[.gz], or be read with csv or text options, got neither",
    );
  });
});
