import { DataError } from "./error.ts";

/** Numbers that a model takes as input: floats, or int32 tokens. */
export type SampleData = Float32Array | Float64Array | Int32Array;

/** One array over all samples; the first axis counts them. */
export interface Samples {
  readonly data: SampleData;
  /** [N, ...sample]; images are channels first, [N, C, H, W]. */
  readonly shape: readonly number[];
}

/** A data set in memory. Every member that is present has N = `inputs.shape[0]` rows. */
export interface Dataset {
  readonly name: string;
  readonly inputs: Samples;
  /** Class of each sample, 0 ≤ label < `classes`. */
  readonly labels?: Int32Array;
  /** What a regression aims at (float), or the next token at each place (int32). */
  readonly targets?: Samples;
  /** Number of classes, or of tokens. */
  readonly classes?: number;
  /** Names of the classes or tokens, in the order of their numbers. */
  readonly classNames?: readonly string[];
  /** Weight of each sample in a loss; absent means 1. */
  readonly weights?: Float32Array | Float64Array;
  /** Citation, as a report prints it. */
  readonly source: string;
  /** SHA-256 (hex) of the decompressed files it was read from, in the order inputs, labels. */
  readonly sha256?: string;
}

/** Number of samples. */
export function sampleCount(dataset: Dataset): number {
  return dataset.inputs.shape[0];
}

/**
 * Check that a data set holds together, and hand it back.
 *
 * @throws DataError naming the data set and the first member that does not fit.
 */
export function checkDataset(dataset: Dataset): Dataset {
  const { name, inputs, labels, targets, classes, classNames, weights } = dataset;
  checkSamples(name, "inputs", inputs);
  const n = inputs.shape[0];
  const fits = (member: string, rows: number) => {
    if (rows !== n)
      throw new DataError(
        `${name}: ${member} must have one row for each of ${n} inputs, got ${rows}`,
      );
  };
  if (targets) {
    checkSamples(name, "targets", targets);
    fits("targets", targets.shape[0]);
  }
  if (weights) fits("weights", weights.length);
  if (classNames && classNames.length !== classes)
    throw new DataError(
      `${name}: class names must be as many as the ${classes} classes, got ${classNames.length}`,
    );
  if (labels) {
    fits("labels", labels.length);
    if (classes === undefined)
      throw new DataError(`${name}: labels need a number of classes, got none`);
    const bad = labels.findIndex((label) => label < 0 || label >= classes);
    if (bad >= 0)
      throw new DataError(
        `${name}: labels must be from 0 to ${classes - 1}, got ${labels[bad]} at sample ${bad}`,
      );
  }
  return dataset;
}

function checkSamples(name: string, member: string, { data, shape }: Samples): void {
  const count = shape.reduce((product, dim) => product * dim, 1);
  if (shape.length === 0 || count !== data.length)
    throw new DataError(
      `${name}: the shape of ${member} must hold its data, got [${shape.join(", ")}] for ${data.length} numbers`,
    );
}

/**
 * The first `which` samples, or the samples at the given indices, in that order (repeats allowed).
 * Copies; O(size of the result).
 *
 * @throws RangeError for a count beyond the data set or an index outside it.
 */
export function subset(dataset: Dataset, which: number | ArrayLike<number>): Dataset {
  const n = sampleCount(dataset);
  if (typeof which === "number") {
    if (!(Number.isInteger(which) && which >= 1 && which <= n))
      throw new RangeError(
        `the count of a subset of ${dataset.name} must be from 1 to ${n}, got ${which}`,
      );
    return mapRows(dataset, (data, width) => data.slice(0, which * width) as typeof data, which);
  }
  for (let i = 0; i < which.length; i++)
    if (!(Number.isInteger(which[i]) && which[i] >= 0 && which[i] < n))
      throw new RangeError(
        `indices into ${dataset.name} must be from 0 to ${n - 1}, got ${which[i]} at place ${i}`,
      );
  return mapRows(dataset, (data, width) => gatherRows(data, width, which), which.length);
}

/**
 * One data set after the other, as CIFAR's five training files are. Labels, targets and weights must
 * be in all of them or in none; the name, source and classes are the first's.
 *
 * @throws RangeError where the sample shapes, members or classes differ.
 */
export function concatDatasets(parts: readonly Dataset[]): Dataset {
  const [first] = parts;
  if (!first) throw new RangeError("concatDatasets needs at least 1 data set, got 0");
  const n = parts.reduce((sum, part) => sum + sampleCount(part), 0);
  for (const part of parts) {
    for (const member of ["labels", "targets", "weights"] as const)
      if ((part[member] === undefined) !== (first[member] === undefined))
        throw new RangeError(
          `${member} must be in all concatenated data sets or in none, got a mixture at ${part.name}`,
        );
    if (part.classes !== first.classes)
      throw new RangeError(
        `concatenated data sets must have equal classes, got ${first.classes} and ${part.classes}`,
      );
  }
  const { sha256: _, ...rest } = first;
  return {
    ...rest,
    inputs: joinSamples(parts.map((part) => part.inputs)),
    ...(first.labels && {
      labels: joinRows(
        parts.map((part) => part.labels!),
        n,
      ),
    }),
    ...(first.targets && { targets: joinSamples(parts.map((part) => part.targets!)) }),
    ...(first.weights && {
      weights: joinRows(
        parts.map((part) => part.weights!),
        n,
      ),
    }),
  };
}

/** The data set with its float inputs, targets and weights in the given precision; int32 tokens stay. */
export function toPrecision(dataset: Dataset, dtype: "float32" | "float64"): Dataset {
  const { inputs, targets, weights } = dataset;
  const convert = (samples: Samples): Samples => {
    const { data, shape } = samples;
    if (data instanceof Int32Array) return samples;
    return { data: inPrecision(data, dtype), shape };
  };
  return {
    ...dataset,
    inputs: convert(inputs),
    ...(targets && { targets: convert(targets) }),
    ...(weights && { weights: inPrecision(weights, dtype) }),
  };
}

function inPrecision(data: Float32Array | Float64Array, dtype: "float32" | "float64") {
  if (dtype === "float32") return data instanceof Float32Array ? data : new Float32Array(data);
  return data instanceof Float64Array ? data : new Float64Array(data);
}

type RowMap = <T extends SampleData>(data: T, width: number) => T;

function mapRows(dataset: Dataset, map: RowMap, rows: number): Dataset {
  const samples = ({ data, shape }: Samples): Samples => ({
    data: map(
      data,
      shape.slice(1).reduce((product, dim) => product * dim, 1),
    ),
    shape: [rows, ...shape.slice(1)],
  });
  return {
    ...dataset,
    inputs: samples(dataset.inputs),
    ...(dataset.labels && { labels: map(dataset.labels, 1) }),
    ...(dataset.targets && { targets: samples(dataset.targets) }),
    ...(dataset.weights && { weights: map(dataset.weights, 1) }),
  };
}

function gatherRows<T extends SampleData>(data: T, width: number, indices: ArrayLike<number>): T {
  const out = emptyLike(data, indices.length * width);
  for (let i = 0; i < indices.length; i++)
    out.set(data.subarray(indices[i] * width, (indices[i] + 1) * width), i * width);
  return out;
}

function joinSamples(parts: readonly Samples[]): Samples {
  const sample = parts[0].shape.slice(1);
  for (const { shape } of parts)
    if (shape.slice(1).join() !== sample.join())
      throw new RangeError(
        `concatenated samples must have equal shapes, got [${sample.join(", ")}] and [${shape.slice(1).join(", ")}]`,
      );
  const rows = parts.reduce((sum, part) => sum + part.shape[0], 0);
  const size = parts.reduce((sum, part) => sum + part.data.length, 0);
  return {
    data: joinRows(
      parts.map((part) => part.data),
      size,
    ),
    shape: [rows, ...sample],
  };
}

function joinRows<T extends SampleData>(parts: readonly T[], size: number): T {
  const out = emptyLike(parts[0], size);
  let at = 0;
  for (const part of parts) {
    if (part.constructor !== out.constructor)
      throw new RangeError(
        `concatenated data must be of one element type, got ${out.constructor.name} and ${part.constructor.name}`,
      );
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function emptyLike<T extends SampleData>(data: T, length: number): T {
  if (data instanceof Float32Array) return new Float32Array(length) as T;
  if (data instanceof Float64Array) return new Float64Array(length) as T;
  return new Int32Array(length) as T;
}
