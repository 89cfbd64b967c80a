import {
  bytesOf,
  checkArray,
  countElements,
  decodeElements,
  elementBytes,
  type ElementType,
  type NdArray,
} from "./array.ts";
import { decodeText } from "./csv.ts";
import { quote, refuse, type ReadOptions } from "./error.ts";

const typeOfName: Readonly<Record<string, ElementType>> = {
  F64: "float64",
  F32: "float32",
  I64: "int64",
  I32: "int32",
  U8: "uint8",
  BOOL: "bool",
};
const nameOfType = new Map(Object.entries(typeOfName).map(([name, dtype]) => [dtype, name]));
const maxHeaderBytes = 100_000_000; // the limit of the reference implementation

/** A safetensors file: named arrays and free text beside them. */
export interface Safetensors {
  readonly tensors: ReadonlyMap<string, NdArray>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Read a safetensors file: a u64 header length, a JSON header, then the data. F32, F64, I32, I64, U8
 * and BOOL. The tensors must cover the data exactly, without gaps or overlap.
 *
 * @throws DataError naming the tensor and the rule.
 * @see https://github.com/huggingface/safetensors#format
 */
export function readSafetensors(bytes: Uint8Array, options: ReadOptions = {}): Safetensors {
  const { file = "safetensors data" } = options;
  if (bytes.length < 8)
    refuse(file, `a safetensors file has at least 8 bytes, got ${bytes.length}`);
  const headerBytes = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (headerBytes > maxHeaderBytes || 8 + Number(headerBytes) > bytes.length)
    refuse(
      file,
      `the header must be at most ${Math.min(maxHeaderBytes, bytes.length - 8)} bytes, got a declared ${headerBytes} at byte 0`,
    );
  const start = 8 + Number(headerBytes);
  const { entries, metadata } = parseHeader(decodeText(bytes.subarray(8, start), file), file);
  checkCover(entries, bytes.length - start, file);
  const tensors = new Map<string, NdArray>();
  for (const { name, dtype, shape, count, begin } of entries)
    tensors.set(name, {
      dtype,
      shape,
      data: decodeElements(dtype, bytes, start + begin, count, `${file}/${name}`),
    });
  return { tensors, metadata };
}

/**
 * Write a safetensors file. Tensors are laid out by falling element size, then in the order given,
 * so that each is aligned to its elements; the header is padded with spaces to 8 bytes.
 *
 * @throws RangeError for a type that the format is not used with here (int8, int16), data that does
 * not fit its shape, or a tensor named `__metadata__`.
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, NdArray>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const order = [...tensors].sort(([, a], [, b]) => elementBytes[b.dtype] - elementBytes[a.dtype]);
  // Null prototype: a tensor may be named like a member of Object.
  const header: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  if (Object.keys(metadata).length > 0) header.__metadata__ = metadata;
  let at = 0;
  for (const [name, array] of order) {
    checkArray(name, array);
    const dtype = nameOfType.get(array.dtype);
    if (!dtype)
      throw new RangeError(
        `the type of ${name} must be one of ${[...nameOfType.keys()].join(", ")}, got ${array.dtype}`,
      );
    if (name === "__metadata__")
      throw new RangeError("a tensor must not be named __metadata__, got one that is");
    header[name] = { dtype, shape: array.shape, data_offsets: [at, at + array.data.byteLength] };
    at += array.data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const start = 8 + Math.ceil(json.length / 8) * 8;
  const out = new Uint8Array(start + at).fill(0x20, 8, start);
  new DataView(out.buffer).setBigUint64(0, BigInt(start - 8), true);
  out.set(json, 8);
  at = start;
  for (const [, { data }] of order) {
    out.set(bytesOf(data), at);
    at += data.byteLength;
  }
  return out;
}

interface Entry {
  readonly name: string;
  readonly dtype: ElementType;
  readonly shape: readonly number[];
  readonly count: number;
  readonly begin: number;
  readonly end: number;
}

function parseHeader(
  text: string,
  file: string,
): { entries: Entry[]; metadata: Record<string, string> } {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    refuse(file, `the header must be JSON, got ${quote(text)} at byte 8`);
  }
  if (!isRecord(header))
    refuse(file, `the header must be a JSON object, got ${quote(text)} at byte 8`);
  const entries: Entry[] = [];
  const metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(header)) {
    if (name === "__metadata__") {
      if (!isRecord(value) || Object.values(value).some((item) => typeof item !== "string"))
        refuse(file, "__metadata__ must map names to text, got other values");
      for (const [key, item] of Object.entries(value))
        Object.defineProperty(metadata, key, { value: item, enumerable: true });
    } else entries.push(parseEntry(name, value, file));
  }
  return { entries, metadata };
}

function parseEntry(name: string, value: unknown, file: string): Entry {
  const place = `tensor ${quote(name)}`;
  if (!isRecord(value))
    refuse(file, `an entry must be a JSON object, got ${show(value)} at ${place}`);
  const { dtype: typeName, shape, data_offsets: offsets } = value;
  const dtype =
    typeof typeName === "string" && Object.hasOwn(typeOfName, typeName)
      ? typeOfName[typeName]
      : undefined;
  if (!dtype)
    refuse(
      file,
      `the dtype must be one of ${Object.keys(typeOfName).join(", ")}, got ${show(typeName)} at ${place}`,
    );
  if (!isNumbers(shape))
    refuse(file, `the shape must be a list of numbers, got ${show(shape)} at ${place}`);
  if (
    !isNumbers(offsets) ||
    offsets.length !== 2 ||
    !offsets.every((at) => Number.isSafeInteger(at) && at >= 0)
  )
    refuse(file, `data_offsets must be two whole numbers, got ${show(offsets)} at ${place}`);
  const count = countElements(shape, file, place);
  const [begin, end] = offsets;
  if (end - begin !== count * elementBytes[dtype])
    refuse(
      file,
      `data of shape [${shape.join(", ")}] must have ${count * elementBytes[dtype]} bytes of ${dtype}, got ${end - begin} at ${place}`,
    );
  return { name, dtype, shape, count, begin, end };
}

/** Refuse gaps, overlaps and ranges beyond the data: sorted, each tensor begins where the last ended. */
function checkCover(entries: readonly Entry[], size: number, file: string): void {
  let at = 0;
  for (const { name, begin, end } of [...entries].sort(
    (a, b) => a.begin - b.begin || a.end - b.end,
  )) {
    if (begin !== at)
      refuse(
        file,
        `tensors must follow each other without gap or overlap, got byte ${begin} for ${at} at tensor ${quote(name)}`,
      );
    if (end > size)
      refuse(
        file,
        `data must end within the ${size} bytes there are, got byte ${end} at tensor ${quote(name)}`,
      );
    at = end;
  }
  if (at !== size)
    refuse(file, `the tensors must cover the data of ${size} bytes, got ${at} covered`);
}

/** A JSON value, short and on one line. */
function show(value: unknown): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => typeof item === "number");
}
