import {
  bytesOf,
  checkArray,
  countElements,
  decodeElements,
  elementBytes,
  type ElementData,
  type ElementType,
  type NdArray,
} from "./array.ts";
import { defaultMaxBytes, quote, refuse, type ReadOptions } from "./error.ts";

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY
const maxHeaderBytes = 65_536;

const typeOfDescr: Readonly<Record<string, ElementType>> = {
  "<f4": "float32",
  "<f8": "float64",
  "|i1": "int8",
  "<i2": "int16",
  "<i4": "int32",
  "<i8": "int64",
  "|u1": "uint8",
  "|b1": "bool",
};

/**
 * Read an NPY file, versions 1 to 3: little-endian f4, f8, i1, i2, i4, i8, u1 and b1, in C or Fortran
 * order; Fortran data is transposed into C order.
 *
 * @throws DataError for a bad magic, header or type, and where the data is not exactly as long as
 * the shape says.
 * @see NumPy Enhancement Proposal 1, https://numpy.org/neps/nep-0001-npy-format.html
 */
export function readNpy(bytes: Uint8Array, options: ReadOptions = {}): NdArray {
  const { file = "npy data", maxBytes = defaultMaxBytes } = options;
  if (bytes.length < 10 || magic.some((byte, i) => bytes[i] !== byte))
    refuse(
      file,
      "npy data must begin with \\x93NUMPY, a version and a header length, got other bytes at byte 0",
    );
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[6];
  if (version < 1 || version > 3)
    refuse(file, `the npy version must be 1, 2 or 3, got ${version} at byte 6`);
  const headerStart = version === 1 ? 10 : 12;
  if (bytes.length < headerStart)
    refuse(file, `an npy header has at least ${headerStart} bytes, got ${bytes.length}`);
  const headerBytes = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (headerBytes > maxHeaderBytes)
    refuse(
      file,
      `an npy header must be at most ${maxHeaderBytes} bytes, got ${headerBytes} at byte 8`,
    );
  const start = headerStart + headerBytes;
  if (bytes.length < start)
    refuse(file, `the npy header must end at byte ${start}, got ${bytes.length} bytes in all`);
  const text = new TextDecoder("utf-8").decode(bytes.subarray(headerStart, start));
  const { descr, fortran, shape } = parseHeader(text, file, `byte ${headerStart}`);
  const dtype = Object.hasOwn(typeOfDescr, descr) ? typeOfDescr[descr] : undefined;
  if (!dtype)
    refuse(
      file,
      `the npy type must be one of ${Object.keys(typeOfDescr).join(", ")}, got ${quote(descr)} at byte ${headerStart}`,
    );
  const count = countElements(shape, file, `byte ${headerStart}`);
  const size = count * elementBytes[dtype];
  if (bytes.length - start !== size)
    refuse(
      file,
      `npy data of shape [${shape.join(", ")}] must have ${size} bytes of ${dtype}, got ${bytes.length - start} after byte ${start}`,
    );
  if (size > maxBytes) refuse(file, `an array must be at most ${maxBytes} bytes, got ${size}`);
  const data = decodeElements(dtype, bytes, start, count, file);
  return { dtype, shape, data: fortran && shape.length > 1 ? fromFortran(data, shape) : data };
}

/**
 * Write an NPY file of version 1 in C order, its data aligned to 64 bytes as NumPy does.
 *
 * @throws RangeError where the data does not fit the shape or the type.
 */
export function writeNpy(array: NdArray): Uint8Array {
  checkArray("the array", array);
  const descr = Object.entries(typeOfDescr).find(([, dtype]) => dtype === array.dtype)![0];
  const dims = array.shape.length === 1 ? `${array.shape[0]},` : array.shape.join(", ");
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${dims}), }`;
  const padded = header.padEnd(Math.ceil((10 + header.length + 1) / 64) * 64 - 11) + "\n";
  if (padded.length > 65_535)
    throw new RangeError(`an npy header must be at most 65535 bytes, got ${padded.length}`);
  const data = bytesOf(array.data);
  const out = new Uint8Array(10 + padded.length + data.length);
  out.set([...magic, 1, 0, padded.length & 255, padded.length >> 8]);
  out.set(new TextEncoder().encode(padded), 10);
  out.set(data, 10 + padded.length);
  return out;
}

interface NpyHeader {
  readonly descr: string;
  readonly fortran: boolean;
  readonly shape: readonly number[];
}

// The header is a Python literal; these are the only values that the format allows, in any order.
const entry =
  /\s*(['"])(descr|fortran_order|shape)\1\s*:\s*(?:(['"])([^'"\\]*)\3|(True|False)|\(([\d\sL,]*)\))\s*(,|(?=\}))/y;

function parseHeader(text: string, file: string, place: string): NpyHeader {
  const bad: () => never = () =>
    refuse(
      file,
      `the npy header must be a dict of descr, fortran_order and shape, got ${quote(text.trim())} at ${place}`,
    );
  const seen = new Map<string, string>();
  if (text[0] !== "{") bad();
  entry.lastIndex = 1;
  for (let match = entry.exec(text); match; match = entry.exec(text)) {
    const [, , key, , descr, flag, dims] = match;
    const value = { descr, fortran_order: flag, shape: dims }[key];
    if (value === undefined || seen.has(key)) bad();
    seen.set(key, value);
    const rest = text.slice(entry.lastIndex);
    if (/^\s*\}\s*$/.test(rest)) break;
  }
  if (seen.size !== 3) bad();
  const dims = seen
    .get("shape")!
    .split(",")
    .map((dim) => dim.trim().replace(/L$/, ""));
  if (dims.at(-1) === "") dims.pop(); // (3,) and ()
  if (dims.some((dim) => !/^\d+$/.test(dim))) bad();
  return {
    descr: seen.get("descr")!,
    fortran: seen.get("fortran_order") === "True",
    shape: dims.map(Number),
  };
}

/** Transpose column-major data of a shape into row-major order. */
function fromFortran(data: ElementData, shape: readonly number[]): ElementData {
  const out = data.slice();
  const rank = shape.length;
  const stride = shape.map((_, axis) =>
    shape.slice(0, axis).reduce((product, dim) => product * dim, 1),
  );
  const index = Array.from({ length: rank }, () => 0);
  for (let to = 0, from = 0; to < out.length; to++) {
    out[to] = data[from];
    for (let axis = rank - 1; axis >= 0; axis--) {
      from += stride[axis];
      if (++index[axis] < shape[axis]) break;
      from -= stride[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return out;
}
