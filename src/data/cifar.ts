import { checkDataset, type Dataset } from "./dataset.ts";
import { gunzip } from "./deflate.ts";
import { refuse, type ReadOptions } from "./error.ts";

const pixels = 3 * 32 * 32;
const record = 1 + pixels;

export const cifar10Classes = [
  "airplane",
  "automobile",
  "bird",
  "cat",
  "deer",
  "dog",
  "frog",
  "horse",
  "ship",
  "truck",
] as const;

/** Options of {@link readCifar10}. */
export interface CifarOptions extends ReadOptions {
  readonly name?: string;
  readonly source?: string;
  /** Only the first so many images. */
  readonly count?: number;
}

/**
 * Read CIFAR-10's binary version, gzipped or not: records of one label byte and 3,072 bytes of
 * pixels, channels first. Values stay 0–255; inputs are [N, 3, 32, 32].
 *
 * @throws DataError where the length is no positive multiple of 3,073, a label is above 9, or fewer
 * than `count` records are there.
 * @see Krizhevsky (2009), Learning Multiple Layers of Features from Tiny Images
 */
export function readCifar10(bytes: Uint8Array, options: CifarOptions = {}): Dataset {
  const { file = "cifar data", name = "cifar10", source = "Krizhevsky (2009)" } = options;
  const raw = gunzip(bytes, { ...options, file });
  const records = raw.length / record;
  if (!Number.isInteger(records) || records === 0)
    refuse(file, `the length must be a positive multiple of ${record}, got ${raw.length} bytes`);
  const count = options.count ?? records;
  if (!(Number.isInteger(count) && count >= 1 && count <= records))
    refuse(file, `the count must be from 1 to the ${records} images there are, got ${count}`);
  const labels = new Int32Array(count);
  const data = new Float32Array(count * pixels);
  for (let i = 0; i < count; i++) {
    const label = raw[i * record];
    if (label > 9) refuse(file, `a label must be from 0 to 9, got ${label} at byte ${i * record}`);
    labels[i] = label;
    data.set(raw.subarray(i * record + 1, (i + 1) * record), i * pixels);
  }
  return checkDataset({
    name,
    source,
    inputs: { data, shape: [count, 3, 32, 32] },
    labels,
    classes: 10,
    classNames: cifar10Classes,
  });
}
