import { zipSync, type Zippable } from "fflate";
import { ndArray, type ElementData, type NdArray } from "./array.ts";
import { checkDataset, type Dataset, type SampleData, type Samples } from "./dataset.ts";
import { quote, refuse, type ReadOptions } from "./error.ts";
import { readNpy, writeNpy } from "./npy.ts";
import { readZip } from "./zip.ts";

/**
 * Read every array of an NPZ archive, by name without `.npy`.
 *
 * @throws DataError naming the member that is damaged or no NPY file.
 */
export function readNpz(bytes: Uint8Array, options: ReadOptions = {}): Map<string, NdArray> {
  const { file = "npz data" } = options;
  const arrays = new Map<string, NdArray>();
  for (const [member, content] of readZip(bytes, { ...options, file })) {
    if (!member.endsWith(".npy"))
      refuse(file, `npz members must be .npy files, got ${quote(member)}`);
    arrays.set(member.slice(0, -4), readNpy(content, { ...options, file: `${file}/${member}` }));
  }
  return arrays;
}

/**
 * Write an NPZ archive. The same arrays give the same bytes: members carry a fixed date.
 *
 * @throws RangeError for a name that is empty or has a slash, or an array that does not fit its shape.
 */
export function writeNpz(
  arrays: ReadonlyMap<string, NdArray>,
  options: { readonly compress?: boolean } = {},
): Uint8Array {
  const { compress = true } = options;
  const members: Zippable = {};
  for (const [name, array] of arrays) {
    if (name === "" || /[/\\]/.test(name))
      throw new RangeError(`array names must not be empty or hold a slash, got "${name}"`);
    members[`${name}.npy`] = [writeNpy(array), { level: compress ? 6 : 0 }];
  }
  return zipSync(members, { mtime: new Date(1980, 0, 1) });
}

/** Which arrays of an archive are the inputs and what is said of them. */
export interface NpzDatasetOptions extends ReadOptions {
  readonly name: string;
  readonly source: string;
  /** Array names; where absent the usual ones are tried (see {@link npzDataset}). */
  readonly inputs?: string;
  readonly labels?: string;
  readonly targets?: string;
  readonly split?: "train" | "test";
}

const inputNames = ["x", "X", "inputs", "images", "data"];
const labelNames = ["y", "Y", "labels", "label"];

/**
 * A data set from an NPZ archive. Unless named, inputs are `x`, `X`, `inputs`, `images` or `data`,
 * labels `y`, `Y`, `labels` or `label`, each also with the suffix `_train` or `_test` of the split,
 * which is tried first. A `y` of floats is a target; whole numbers are labels.
 *
 * @throws DataError listing the arrays there are where the wanted one is absent, or where they do
 * not fit each other.
 */
export function npzDataset(bytes: Uint8Array, options: NpzDatasetOptions): Dataset {
  const { file = "npz data", name, source, split = "train" } = options;
  const arrays = readNpz(bytes, { ...options, file });
  const find = (
    wanted: string | undefined,
    usual: readonly string[],
  ): [string, NdArray] | undefined => {
    const names =
      wanted === undefined ? [...usual.map((n) => `${n}_${split}`), ...usual] : [wanted];
    const found = names.find((n) => arrays.has(n));
    if (wanted !== undefined && found === undefined)
      refuse(file, `the archive must hold the array ${quote(wanted)}, got ${list(arrays)}`);
    return found === undefined ? undefined : [found, arrays.get(found)!];
  };
  const x = find(options.inputs, inputNames);
  if (!x)
    refuse(
      file,
      `the archive must hold inputs named ${inputNames.join(", ")}, got ${list(arrays)}`,
    );
  const t = options.targets === undefined ? undefined : find(options.targets, []);
  const y = find(options.labels, t ? [] : labelNames);
  const labelled = y && isWhole(y[1].data);
  const labels = labelled ? toLabels(y[1], `${file}/${y[0]}`) : undefined;
  const targets = t ?? (labelled ? undefined : y);
  return checkDataset({
    name,
    source,
    inputs: toSamples(x[1], `${file}/${x[0]}`),
    ...(labels && { labels, classes: labels.reduce((a, b) => Math.max(a, b), -1) + 1 }),
    ...(targets && { targets: toSamples(targets[1], `${file}/${targets[0]}`) }),
  });
}

/** The arrays of a data set as an NPZ that {@link npzDataset} reads back. */
export function datasetArrays(dataset: Dataset): Map<string, NdArray> {
  const arrays = new Map([["inputs", ndArray(dataset.inputs.data, dataset.inputs.shape)]]);
  if (dataset.labels) arrays.set("labels", ndArray(dataset.labels, [dataset.labels.length]));
  if (dataset.targets) arrays.set("targets", ndArray(dataset.targets.data, dataset.targets.shape));
  return arrays;
}

function list(arrays: ReadonlyMap<string, NdArray>): string {
  return [...arrays.keys()].slice(0, 20).map(quote).join(", ") || "no arrays";
}

function isWhole(data: ElementData): boolean {
  return !(data instanceof Float32Array || data instanceof Float64Array);
}

function toLabels(array: NdArray, file: string): Int32Array {
  const [n, width = 1] = array.shape;
  if (array.shape.length < 1 || array.shape.length > 2 || width !== 1)
    refuse(file, `labels must have the shape [N] or [N, 1], got [${array.shape.join(", ")}]`);
  return narrow(array.data, file, n);
}

/** int64 to int32, refusing what does not fit. */
function narrow(data: ElementData, file: string, count: number): Int32Array {
  const out = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const value = Number(data[i]);
    if (value !== (value | 0))
      refuse(file, `whole numbers must fit 32 bits, got ${data[i]} at element ${i}`);
    out[i] = value;
  }
  return out;
}

function toSamples(array: NdArray, file: string): Samples {
  if (array.shape.length === 0)
    refuse(file, "samples must have a first axis that counts them, got a scalar");
  return { data: toSampleData(array.data, file), shape: array.shape };
}

/** Bytes become floats, as pixels are; wider whole numbers stay whole, as tokens are. */
function toSampleData(data: ElementData, file: string): SampleData {
  if (data instanceof Float32Array || data instanceof Float64Array) {
    const bad = (data as Float64Array).findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) refuse(file, `values must be finite, got ${data[bad]} at element ${bad}`);
    return data;
  }
  if (data instanceof Uint8Array || data instanceof Int8Array) return new Float32Array(data);
  return narrow(data, file, data.length);
}
