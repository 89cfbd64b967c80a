import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { DataError } from "../../data/index.ts";

export type Split = "train" | "test";

/** Files found in a folder, in the order in which their samples count. */
export type FoundFiles =
  | {
      readonly kind: "idx";
      readonly split: Split;
      readonly images: string;
      readonly labels: string;
    }
  | { readonly kind: "cifar10"; readonly split: Split; readonly files: readonly string[] }
  | {
      readonly kind: "npz" | "csv" | "text";
      readonly split: Split | undefined;
      readonly file: string;
    };

const splitsOf = (split: Split | undefined): readonly Split[] =>
  split ? [split] : ["train", "test"];

const idxPrefix: Record<Split, string> = { train: "train", test: "(?:t10k|test)" };
const cifarFile: Record<Split, RegExp> = {
  train: /^(?:data_batch_\d+|cifar10-train.*)\.bin(?:\.gz)?$/,
  test: /^(?:test_batch|cifar10-test.*)\.bin(?:\.gz)?$/,
};

/** What each layout is called in an error that says what was looked for. */
export function expectedFiles(layout: "idx" | "cifar10", split: Split | undefined): string {
  const names = splitsOf(split).map((one) => {
    if (layout === "idx")
      return one === "train" ? "train-images-idx3-ubyte[.gz]" : "t10k-images-idx3-ubyte[.gz]";
    return one === "train"
      ? "data_batch_*.bin[.gz] or cifar10-train*.bin[.gz]"
      : "test_batch.bin[.gz] or cifar10-test*.bin[.gz]";
  });
  const labels = layout === "idx" ? " with its labels" : "";
  return names.join(" or ") + labels;
}

/**
 * The pair of IDX files of a split in a folder. A plain file goes before its gzipped twin.
 *
 * @throws DataError where one of the two is there and the other is not.
 */
export async function findIdx(
  folder: string,
  split: Split | undefined,
): Promise<FoundFiles | undefined> {
  const names = await list(folder);
  for (const one of splitsOf(split)) {
    const find = (what: string) =>
      names.find((name) =>
        new RegExp(`^${idxPrefix[one]}-${what}[-.]idx\\d-ubyte(?:\\.gz)?$`).test(name),
      );
    const images = find("images");
    const labels = find("labels");
    if (images && labels)
      return {
        kind: "idx",
        split: one,
        images: join(folder, images),
        labels: join(folder, labels),
      };
    const alone = images ?? labels;
    if (alone)
      throw new DataError(
        `${join(folder, alone)}: idx files must come in pairs, got no ${images ? "labels" : "images"} for the split ${one}`,
      );
  }
  return undefined;
}

/** The CIFAR-10 binary files of a split in a folder, in the order of their numbers. */
export async function findCifar10(
  folder: string,
  split: Split | undefined,
): Promise<FoundFiles | undefined> {
  const names = await list(folder);
  for (const one of splitsOf(split)) {
    const matches = names.filter(
      (name) =>
        cifarFile[one].test(name) && (name.endsWith(".bin") || !names.includes(name.slice(0, -3))),
    );
    const batches = matches.filter((name) => !name.startsWith("cifar10-"));
    const files = batches.length > 0 ? batches : matches.slice(0, 1);
    if (files.length > 0)
      return { kind: "cifar10", split: one, files: files.map((name) => join(folder, name)) };
  }
  return undefined;
}

/** A single NPZ or CSV file in a folder: named by the split, or the only one of its kind. */
export async function findTable(
  folder: string,
  split: Split | undefined,
): Promise<FoundFiles | undefined> {
  const names = await list(folder);
  for (const [kind, ending] of [
    ["npz", /\.npz$/],
    ["csv", /\.csv(?:\.gz)?$/],
  ] as const) {
    const files = names.filter((name) => ending.test(name));
    for (const one of splitsOf(split)) {
      const named = files.filter((name) => new RegExp(`(?:^|[-_.])${one}(?:[-_.])`).test(name));
      if (named.length === 1) return { kind, split: one, file: join(folder, named[0]) };
    }
    if (files.length === 1 && (kind === "npz" || !split))
      return { kind, split, file: join(folder, files[0]) };
  }
  return undefined;
}

/** What a path is, or `nothing`. */
export async function kindOf(path: string): Promise<"folder" | "file" | "nothing"> {
  const status = await stat(path).catch(() => undefined); // absent and unreachable are the same here
  return status?.isDirectory() ? "folder" : status?.isFile() ? "file" : "nothing";
}

async function list(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []); // a folder that cannot be read holds nothing
  return names.sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
}
