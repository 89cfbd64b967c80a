import { createHash } from "node:crypto";
import { basename } from "node:path";
import {
  concatDatasets,
  csvDataset,
  DataError,
  gunzip,
  idxDataset,
  knownDatasets,
  npzDataset,
  readCifar10,
  sampleCount,
  subset,
  textDataset,
  type DataRequest,
  type Dataset,
  type DataSource,
} from "../../data/index.ts";
import { FileError, readBytes } from "../files/index.ts";
import { readModelFile } from "../inspect/model-file.ts";
import type { FoundFiles } from "./layouts.ts";
import { defaultPlaces, locate, type Places } from "./locate.ts";

/**
 * Find, read and check a data set. Values stay as stored: images are 0–255, [N, C, H, W]. `sha256` is
 * of the decompressed files that were read, inputs before labels; `name` ends in the split.
 *
 * @throws DataError where nothing is found (saying what was looked for and where), a file is damaged,
 * or it holds fewer than `count` samples.
 */
export async function loadDataset(
  request: DataRequest,
  places: Places = defaultPlaces(),
): Promise<Dataset> {
  const { count } = request;
  if (count !== undefined && !(Number.isInteger(count) && count >= 1))
    throw new RangeError(`count must be a whole number from 1, got ${count}`);
  const found = await locate(request, places);
  try {
    return await read(found, request);
  } catch (error) {
    if (error instanceof FileError) throw new DataError(error.message, { cause: error });
    throw error;
  }
}

/** Data sets from the files of this machine. */
export const fileDataSource: DataSource = {
  load: (request) => loadDataset(request),
  model: readModelFile,
};

async function read(found: FoundFiles, request: DataRequest): Promise<Dataset> {
  const hash = createHash("sha256");
  const open = async (file: string): Promise<Uint8Array> => {
    const bytes = gunzip(await readBytes(file), { file });
    hash.update(bytes);
    return bytes;
  };
  const known = Object.hasOwn(knownDatasets, request.name)
    ? knownDatasets[request.name]
    : undefined;
  const base = known
    ? request.name
    : basename(request.name).replace(/(\.(npz|csv|tsv|data|txt))?(\.gz)?$/, "");
  const about = {
    name: found.split ? `${base}/${found.split}` : base,
    source: known?.source ?? request.source ?? request.name,
  };
  const dataset = await readFound(
    found,
    request,
    { ...about, ...(known && { classNames: known.classNames }) },
    open,
  );
  return { ...dataset, sha256: hash.digest("hex") };
}

interface About {
  readonly name: string;
  readonly source: string;
  readonly classNames?: readonly string[];
}

async function readFound(
  found: FoundFiles,
  { count, csv, text }: DataRequest,
  about: About,
  open: (file: string) => Promise<Uint8Array>,
): Promise<Dataset> {
  const limit = count === undefined ? {} : { count };
  const first = (dataset: Dataset, file: string): Dataset => {
    if (count === undefined) return dataset;
    if (count > sampleCount(dataset))
      throw new DataError(
        `${file}: the count must be from 1 to the ${sampleCount(dataset)} samples there are, got ${count}`,
      );
    return subset(dataset, count);
  };
  switch (found.kind) {
    case "idx": {
      const images = await open(found.images);
      const labels = await open(found.labels);
      return idxDataset(images, labels, {
        ...about,
        ...limit,
        imagesFile: found.images,
        labelsFile: found.labels,
      });
    }
    case "cifar10":
      return readBatches(found.files, count, about, open);
    case "npz": {
      const bytes = await open(found.file);
      return first(
        npzDataset(bytes, {
          ...about,
          file: found.file,
          ...(found.split && { split: found.split }),
        }),
        found.file,
      );
    }
    case "csv": {
      const bytes = await open(found.file);
      return first(csvDataset(bytes, { ...csv, ...about, file: found.file }), found.file);
    }
    case "text": {
      const bytes = await open(found.file);
      return textDataset(bytes, { length: 64, ...text, ...about, ...limit, file: found.file });
    }
  }
}

/** Read CIFAR's batches until there are enough images. */
async function readBatches(
  files: readonly string[],
  count: number | undefined,
  about: About,
  open: (file: string) => Promise<Uint8Array>,
): Promise<Dataset> {
  const parts: Dataset[] = [];
  let left = count ?? Infinity;
  for (const file of files) {
    if (left <= 0) break;
    const part = readCifar10(await open(file), { file, name: about.name, source: about.source });
    parts.push(sampleCount(part) > left ? subset(part, left) : part);
    left -= sampleCount(part);
  }
  if (count !== undefined && left > 0)
    throw new DataError(
      `${files.join(", ")}: the count must be from 1 to the ${count - left} images there are, got ${count}`,
    );
  return concatDatasets(parts);
}
