// A data file as samples for `inspect`: NPZ with x, y and w, an IDX pair, CIFAR binaries, a CSV, or a
// folder of them. Values stay as stored.
import { createHash } from "node:crypto";
import { basename } from "node:path";
import {
  type CsvDatasetOptions,
  DataError,
  type Dataset,
  type ElementData,
  gunzip,
  idxDataset,
  type NdArray,
  readCifar10,
  readNpz,
  sampleCount,
} from "../../data/index.ts";
import type { ForeignSamples } from "../../measure/inspect/index.ts";
import { sampleWithoutReplacement, stream } from "../../random/index.ts";
import { loadDataset } from "../datasets/index.ts";
import { readBytes } from "../files/index.ts";

export interface SampleRequest {
  readonly file: string;
  /** Column of a CSV, by name or number. */
  readonly target?: string;
  /** Whether a CSV's target is a real number. */
  readonly real?: boolean;
  /** Only so many, drawn by the seed. */
  readonly samples?: number;
  readonly seed: string;
}

export interface ReadSamples extends ForeignSamples {
  readonly sha256: string;
  readonly subset?: string;
  /** Row in the file of each. */
  readonly rows: Int32Array;
  readonly classNames?: readonly string[];
}

/**
 * @throws DataError naming the file, the rule and the row: absent or damaged files, NaN or Inf, arrays
 * that do not fit each other.
 */
export async function readSamples(request: SampleRequest): Promise<ReadSamples> {
  const all = await readAll(request);
  requireFinite(request.file, "x", all.inputs, all.count);
  requireFinite(request.file, "y", all.targets, all.count);
  if (all.weights) {
    requireFinite(request.file, "w", all.weights, all.count);
    const bad = (all.weights as Float64Array).findIndex((w) => w < 0);
    if (bad >= 0)
      throw new DataError(
        `${request.file}: weights must not be negative, got ${all.weights[bad]} at row ${bad}`,
      );
  }
  const { samples, seed } = request;
  if (samples === undefined || samples === all.count)
    return { ...all, rows: Int32Array.from({ length: all.count }, (_, i) => i) };
  if (samples > all.count)
    throw new DataError(
      `${request.file}: --samples must be at most the ${all.count} samples there are, got ${samples}`,
    );
  const rows = sampleWithoutReplacement(
    stream(seed, "inspect/samples"),
    0,
    all.count,
    samples,
  ).sort();
  const subset = `${samples} of ${all.count}, drawn by seed ${seed}`;
  const width = all.inputs.length / all.count;
  const targetWidth = all.targets.length / all.count;
  return {
    ...all,
    name: `${all.name}: ${subset}`,
    count: samples,
    inputs: pick(all.inputs, rows, width),
    targets: pick(all.targets, rows, targetWidth),
    ...(all.weights && { weights: pick(all.weights, rows, 1) }),
    subset,
    rows,
  };
}

type All = Omit<ReadSamples, "rows" | "subset">;

async function readAll({ file, target, real = false }: SampleRequest): Promise<All> {
  if (file.endsWith(".npz")) return npzSamples(await readBytes(file), file);
  const hash = createHash("sha256");
  const open = async (path: string) => {
    const bytes = gunzip(await readBytes(path), { file: path });
    hash.update(bytes);
    return bytes;
  };
  const named = { name: basename(file), source: file };
  if (/\.bin(\.gz)?$/.test(file)) {
    const dataset = readCifar10(await open(file), { ...named, file });
    return fromDataset({ ...dataset, sha256: hash.digest("hex") });
  }
  if (/idx\d-ubyte(\.gz)?$/.test(file)) {
    const images = file.replace("labels", "images").replace("idx1", "idx3");
    const labels = file.replace("images", "labels").replace("idx3", "idx1");
    const dataset = idxDataset(await open(images), await open(labels), {
      ...named,
      imagesFile: images,
      labelsFile: labels,
    });
    return fromDataset({ ...dataset, sha256: hash.digest("hex") });
  }
  if (/\.(csv|tsv|data|txt)(\.gz)?$/.test(file) && target === undefined)
    throw new DataError(`${file}: a CSV needs --target, the name or number of its target column`);
  const csv: Omit<CsvDatasetOptions, "name" | "source"> | undefined =
    target === undefined
      ? undefined
      : {
          target: /^-?\d+$/.test(target) ? Number(target) : target,
          targetKind: real ? "value" : "label",
        };
  return fromDataset(await loadDataset({ name: file, ...(csv && { csv }) }));
}

function fromDataset(dataset: Dataset): All {
  const { inputs, labels, targets, weights, classNames, name, sha256 = "" } = dataset;
  const aims = labels ?? targets?.data;
  if (aims === undefined) throw new DataError(`${name}: data must have targets, got none`);
  return {
    name,
    count: sampleCount(dataset),
    inputs: inputs.data,
    inputShape: inputs.shape.slice(1),
    targets: aims,
    targetShape: labels ? [] : targets!.shape.slice(1),
    ...(weights && { weights }),
    ...(classNames && { classNames }),
    sha256,
  };
}

function npzSamples(bytes: Uint8Array, file: string): All {
  const arrays = readNpz(bytes, { file });
  const find = (...names: string[]): NdArray | undefined =>
    names.map((name) => arrays.get(name)).find((array) => array !== undefined);
  const there = [...arrays.keys()].map((name) => `"${name}"`).join(", ") || "no arrays";
  const x = find("x", "X", "x_train", "inputs");
  const y = find("y", "Y", "y_train", "labels", "targets");
  if (!x || !y) throw new DataError(`${file}: the archive must hold arrays x and y, got ${there}`);
  const w = find("w", "weights");
  const [count = 0] = x.shape;
  if (x.shape.length === 0 || count === 0)
    throw new DataError(`${file}: x must have at least 1 sample, got [${x.shape.join(", ")}]`);
  for (const [name, array] of Object.entries({ y, ...(w && { w }) }))
    if (array.shape[0] !== count)
      throw new DataError(
        `${file}: ${name} must have one row for each of ${count} samples, got [${array.shape.join(", ")}]`,
      );
  if (w && w.shape.slice(1).some((n) => n !== 1))
    throw new DataError(`${file}: w must have the shape [N], got [${w.shape.join(", ")}]`);
  return {
    name: basename(file),
    count,
    inputs: numbers(x.data, file, "x", count, true),
    inputShape: x.shape.slice(1),
    targets: numbers(y.data, file, "y", count, false),
    targetShape: y.shape.slice(1),
    ...(w && { weights: Float64Array.from(w.data as Float64Array, Number) }),
    sha256: createHash("sha256").update(bytes).digest("hex"),
  };
}

/** Bytes of inputs are pixels; all other whole numbers stay whole. */
function numbers(data: ElementData, file: string, name: string, count: number, pixels: boolean) {
  if (data instanceof Float32Array || data instanceof Float64Array) return data;
  if (pixels && (data instanceof Uint8Array || data instanceof Int8Array))
    return Float32Array.from(data);
  const out = new Int32Array(data.length);
  for (let i = 0; i < out.length; i++) {
    const value = Number(data[i]);
    if (value !== (value | 0))
      throw new DataError(
        `${file}: whole numbers must fit 32 bits, got ${data[i]} in ${name} at row ${Math.floor(i / (data.length / count))}`,
      );
    out[i] = value;
  }
  return out;
}

function requireFinite(
  file: string,
  name: string,
  data: Float32Array | Float64Array | Int32Array,
  count: number,
): void {
  if (data instanceof Int32Array) return;
  const bad = (data as Float64Array).findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new DataError(
      `${file}: values must be finite, got ${data[bad]} in ${name} at row ${Math.floor(bad / (data.length / count))}`,
    );
}

function pick<T extends Float32Array | Float64Array | Int32Array>(
  data: T,
  rows: Int32Array,
  width: number,
): T {
  const out = new (data.constructor as new (length: number) => T)(rows.length * width);
  rows.forEach((row, i) => out.set(data.subarray(row * width, (row + 1) * width), i * width));
  return out;
}
