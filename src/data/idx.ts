import type { ElementData, ElementType, NdArray } from "./array.ts";
import { countElements, elementBytes } from "./array.ts";
import { checkDataset, type Dataset, type SampleData } from "./dataset.ts";
import { gunzip } from "./deflate.ts";
import { defaultMaxBytes, refuse, type ReadOptions } from "./error.ts";

const typeOfCode: Readonly<Record<number, ElementType>> = {
  0x08: "uint8",
  0x09: "int8",
  0x0b: "int16",
  0x0c: "int32",
  0x0d: "float32",
  0x0e: "float64",
};

/** Options of {@link readIdx}. */
export interface IdxOptions extends ReadOptions {
  /** Decode only the first so many entries of the first axis (all are still checked to be there). */
  readonly count?: number;
}

/**
 * Read an IDX file (LeCun's MNIST format), gzipped or not: two zero bytes, a type code, the rank,
 * the dimensions as big-endian u32, then big-endian elements.
 *
 * @throws DataError for a wrong magic or type, a truncated or overlong file, or a `count` that the
 * file does not hold.
 */
export function readIdx(bytes: Uint8Array, options: IdxOptions = {}): NdArray {
  const { file = "idx data", maxBytes = defaultMaxBytes, count } = options;
  const raw = gunzip(bytes, { file, maxBytes });
  if (raw.length < 4) refuse(file, `an idx header has at least 4 bytes, got ${raw.length}`);
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  if (raw[0] !== 0 || raw[1] !== 0)
    refuse(
      file,
      `idx magic must begin with two zero bytes, got 0x${view.getUint16(0).toString(16).padStart(4, "0")} at byte 0`,
    );
  const dtype = typeOfCode[raw[2]];
  if (!dtype)
    refuse(file, `the idx type must be one of 8, 9, 11, 12, 13, 14, got ${raw[2]} at byte 2`);
  const rank = raw[3];
  const start = 4 + 4 * rank;
  if (rank === 0) refuse(file, "the idx rank must be at least 1, got 0 at byte 3");
  if (raw.length < start)
    refuse(file, `an idx header of rank ${rank} has ${start} bytes, got ${raw.length}`);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const size = countElements(shape, file, "byte 4") * elementBytes[dtype];
  if (raw.length - start !== size)
    refuse(
      file,
      `idx data of shape [${shape.join(", ")}] must have ${size} bytes of ${dtype}, got ${raw.length - start} after byte ${start}`,
    );
  if (count !== undefined) {
    if (!(Number.isInteger(count) && count >= 1 && count <= shape[0]))
      refuse(file, `the count must be from 1 to the ${shape[0]} entries there are, got ${count}`);
    shape[0] = count;
  }
  return { dtype, shape, data: decode(dtype, view, start, countElements(shape, file, "byte 4")) };
}

/** Names, counts and citation that a pair of IDX files does not hold itself. */
export interface IdxDatasetOptions {
  readonly name: string;
  readonly source: string;
  readonly classes?: number;
  readonly classNames?: readonly string[];
  readonly count?: number;
  readonly maxBytes?: number;
  readonly imagesFile?: string;
  readonly labelsFile?: string;
}

/**
 * A data set from an images file and a labels file. Values stay as stored (0–255 for MNIST and
 * Fashion-MNIST); images of rank 3 become [N, 1, H, W]. `classes` defaults to the largest label + 1.
 *
 * @throws DataError where either file is bad or the two do not have equally many entries.
 */
export function idxDataset(
  images: Uint8Array,
  labels: Uint8Array,
  options: IdxDatasetOptions,
): Dataset {
  const {
    imagesFile = "idx images",
    labelsFile = "idx labels",
    name,
    source,
    classNames,
  } = options;
  const limits = {
    ...(options.count && { count: options.count }),
    ...(options.maxBytes && { maxBytes: options.maxBytes }),
  };
  const x = readIdx(images, { file: imagesFile, ...limits });
  const y = readIdx(labels, { file: labelsFile, ...limits });
  if (x.shape.length < 2)
    refuse(imagesFile, `images must have rank 2 or more, got ${x.shape.length}`);
  if (y.shape.length !== 1 || y.dtype === "float32" || y.dtype === "float64")
    refuse(
      labelsFile,
      `labels must be whole numbers of rank 1, got ${y.dtype} of rank ${y.shape.length}`,
    );
  if (x.shape[0] !== y.shape[0])
    refuse(labelsFile, `labels must be as many as the ${x.shape[0]} images, got ${y.shape[0]}`);
  const labelData = Int32Array.from(y.data as Int32Array);
  const classes =
    options.classes ?? classNames?.length ?? labelData.reduce((a, b) => Math.max(a, b), -1) + 1;
  return checkDataset({
    name,
    source,
    inputs: {
      data: toSampleData(x.data),
      shape: x.shape.length === 3 ? [x.shape[0], 1, x.shape[1], x.shape[2]] : x.shape,
    },
    labels: labelData,
    classes,
    ...(classNames && { classNames }),
  });
}

function toSampleData(data: ElementData): SampleData {
  if (data instanceof Float32Array || data instanceof Float64Array) return data;
  return new Float32Array(data as Uint8Array);
}

function decode(dtype: ElementType, view: DataView, start: number, count: number): ElementData {
  if (dtype === "uint8") return new Uint8Array(view.buffer, view.byteOffset + start, count).slice();
  const width = elementBytes[dtype];
  const fill = <T extends ElementData>(out: T, get: (at: number) => number): T => {
    for (let i = 0; i < count; i++) out[i] = get(start + i * width);
    return out;
  };
  if (dtype === "int8") return fill(new Int8Array(count), (at) => view.getInt8(at));
  if (dtype === "int16") return fill(new Int16Array(count), (at) => view.getInt16(at));
  if (dtype === "int32") return fill(new Int32Array(count), (at) => view.getInt32(at));
  if (dtype === "float32") return fill(new Float32Array(count), (at) => view.getFloat32(at));
  return fill(new Float64Array(count), (at) => view.getFloat64(at));
}
