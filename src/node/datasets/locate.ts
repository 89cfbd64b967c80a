import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { DataError, knownDatasets, type DataRequest } from "../../data/index.ts";
import {
  expectedFiles,
  findCifar10,
  findIdx,
  findTable,
  kindOf,
  type FoundFiles,
} from "./layouts.ts";

/** Where data is looked for besides `dataDir`; a test gives its own. */
export interface Places {
  /** The value of `THALWEG_DATA`, a folder. */
  readonly environment: string | undefined;
  /** Folders that hold one folder for each data set. */
  readonly shipped: readonly string[];
}

// The package root is three folders up from both src/node/datasets and dist/node/datasets.
const assets = fileURLToPath(new URL("../../../assets", import.meta.url));
const debian = "/usr/share/datasets";

/** The shipped data, then what Debian's packages install. */
export function defaultPlaces(): Places {
  return { environment: process.env.THALWEG_DATA || undefined, shipped: [assets, debian] };
}

/**
 * Find the files of a data set. A known name is looked for in `dataDir` where that is given, then in
 * `THALWEG_DATA`, the data shipped with the package, and `/usr/share/datasets`; in each as a folder of
 * that name, and in the first two also in the folder itself. Any other name is a path of a file or a
 * folder, below `dataDir`, `THALWEG_DATA` or the working folder.
 *
 * What a folder holds is never mixed with what another one does: where `dataDir` has one split of a
 * known data set, the other is not taken from elsewhere.
 *
 * @throws DataError that names what was looked for and everywhere it was; where `dataDir` is no folder;
 * where a folder holds a part of what belongs together.
 */
export async function locate(
  request: DataRequest,
  places: Places = defaultPlaces(),
): Promise<FoundFiles> {
  const { name, split, dataDir } = request;
  if (dataDir !== undefined && (await kindOf(dataDir)) !== "folder")
    throw new DataError(
      `the folder to look for data in must be there, got ${await kindOf(dataDir)} at ${resolve(dataDir)}`,
    );
  const known = Object.hasOwn(knownDatasets, name) ? knownDatasets[name] : undefined;
  if (!known) return locatePath(request, places);
  const find = known.layout === "idx" ? findIdx : findCifar10;
  const first = dataDir === undefined ? [] : within(resolve(dataDir), name);
  const folders = [...new Set([...first, ...knownFolders(name, places)])];
  for (const folder of folders) {
    const found = await find(folder, split);
    if (found) return found;
    const other = first.includes(folder) ? await find(folder, undefined) : undefined;
    if (other)
      throw new DataError(
        `${name}: ${expectedFiles(known.layout, split)} must be beside the split ${other.split} in ${folder}, got none`,
      );
  }
  throw new DataError(
    `${name}: ${expectedFiles(known.layout, split)} must be in a folder that is looked in, got none in ${folders.join(", ")}${hintFor(name)}`,
  );
}

function knownFolders(name: string, { environment, shipped }: Places): string[] {
  const own = environment === undefined ? [] : within(resolve(environment), name);
  return [...own, ...shipped.map((root) => join(root, name))];
}

/** Where a known data set may be in a folder that is not ours. */
function within(root: string, name: string): string[] {
  const folders = [join(root, name)];
  if (name === "cifar10") folders.push(join(root, "cifar-10-batches-bin"));
  // MNIST and Fashion-MNIST share their file names: /data/mnist is no place for the other.
  const belongsToOther = basename(root) !== name && Object.hasOwn(knownDatasets, basename(root));
  return belongsToOther ? folders : [...folders, root];
}

async function locatePath(
  { name, dataDir, split, text, csv }: DataRequest,
  { environment }: Places,
): Promise<FoundFiles> {
  const roots = [dataDir, environment, "."].filter((root) => root !== undefined);
  const paths = [...new Set(roots.map((root) => resolve(root, name)))];
  for (const path of paths) {
    const kind = await kindOf(path);
    if (kind === "nothing") continue;
    if (kind === "file")
      return { kind: kindOfFile(path, text !== undefined, csv !== undefined), split, file: path };
    const found =
      (await findIdx(path, split)) ??
      (await findCifar10(path, split)) ??
      (await findTable(path, split));
    if (found) return found;
    throw new DataError(
      `${path}: a data folder must hold idx pairs, cifar-10 binaries, or one npz or csv file${split ? ` for the split ${split}` : ""}, got none of them`,
    );
  }
  throw new DataError(
    `${name}: a data set must be one of ${Object.keys(knownDatasets).join(", ")}, or a file or folder, got nothing at ${paths.join(", ")}`,
  );
}

function kindOfFile(path: string, asText: boolean, asCsv: boolean): "npz" | "csv" | "text" {
  if (asText) return "text";
  if (path.endsWith(".npz")) return "npz";
  if (asCsv || /\.(csv|tsv|data)(\.gz)?$/.test(path)) return "csv";
  throw new DataError(
    `${path}: a data file must be .npz, .csv[.gz], or be read with csv or text options, got neither`,
  );
}

function hintFor(name: string): string {
  return name === "fashion-mnist"
    ? " (Debian's package dataset-fashion-mnist holds all of it)"
    : "";
}
