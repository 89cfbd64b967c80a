import { inflateSync } from "fflate";
import { defaultMaxBytes, refuse, type ReadOptions } from "./error.ts";

// No deflate stream expands further: a match of 258 bytes costs at least two bits.
const maxRatio = 1032;

/** Whether the bytes begin like a gzip member. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * The bytes themselves, or their contents where they are gzip (RFC 1952, one member).
 *
 * The size in the trailer is believed only up to deflate's own limit of 1032:1 and `maxBytes`, so a
 * lying header cannot make the reader allocate; the checksum and the length are verified after.
 *
 * @throws DataError for a damaged, truncated or oversized member.
 */
export function gunzip(bytes: Uint8Array, options: ReadOptions = {}): Uint8Array {
  if (!isGzip(bytes)) return bytes;
  const { file = "gzip data" } = options;
  const start = gzipHeaderLength(bytes, file);
  const end = bytes.length - 8;
  if (end < start)
    refuse(file, `gzip data must end in a trailer of 8 bytes, got ${bytes.length} bytes in all`);
  const trailer = new DataView(bytes.buffer, bytes.byteOffset + end, 8);
  return inflate(bytes.subarray(start, end), {
    ...options,
    file,
    size: trailer.getUint32(4, true),
    crc: trailer.getUint32(0, true),
    place: `byte ${start}`,
  });
}

/** A raw deflate stream whose size and checksum are declared beside it. */
export interface DeflatedOptions extends ReadOptions {
  readonly file: string;
  readonly size: number;
  readonly crc: number;
  readonly place: string;
}

/**
 * Inflate a raw stream into exactly `size` bytes.
 *
 * @throws DataError where the declared size is beyond what the stream can hold or `maxBytes`, or
 * the stream, its length or its checksum is wrong.
 */
export function inflate(body: Uint8Array, options: DeflatedOptions): Uint8Array {
  const { file, size, place, maxBytes = defaultMaxBytes } = options;
  if (size > body.length * maxRatio)
    refuse(
      file,
      `deflate expands at most ${maxRatio} times, got a declared ${size} bytes from ${body.length} at ${place}`,
    );
  if (size > maxBytes)
    refuse(
      file,
      `decompressed data must be at most ${maxBytes} bytes, got a declared ${size} at ${place}`,
    );
  let out: Uint8Array;
  try {
    out = inflateSync(body, { out: new Uint8Array(size) });
  } catch (error) {
    refuse(file, `the deflate stream must be whole, got "${(error as Error).message}" at ${place}`);
  }
  if (out.length !== size)
    refuse(
      file,
      `decompressed data must have its declared ${size} bytes, got ${out.length} at ${place}`,
    );
  checkCrc(out, options.crc, file, place);
  return out;
}

/** @throws DataError where the CRC-32 of the bytes is not the declared one. */
export function checkCrc(bytes: Uint8Array, declared: number, file: string, place: string): void {
  const crc = crc32(bytes);
  if (crc !== declared)
    refuse(
      file,
      `the checksum must be ${hex(declared)} as declared, got ${hex(crc)} for the data at ${place}`,
    );
}

/** CRC-32 (ISO 3309, reflected polynomial 0xEDB88320), as in gzip and zip. */
function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (let i = 0; i < bytes.length; i++) crc = crcTable[(crc ^ bytes[i]) & 255] ^ (crc >>> 8);
  return ~crc >>> 0;
}

const crcTable = Int32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  return c;
});

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, "0")}`;
}

function gzipHeaderLength(bytes: Uint8Array, file: string): number {
  if (bytes.length < 10) refuse(file, `a gzip header has 10 bytes, got ${bytes.length}`);
  if (bytes[2] !== 8)
    refuse(file, `the gzip method must be 8 (deflate), got ${bytes[2]} at byte 2`);
  const flags = bytes[3];
  if (flags & 0xe0) refuse(file, `the reserved gzip flags must be 0, got ${flags} at byte 3`);
  let at = 10;
  if (flags & 4) at += 2 + ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)); // extra field
  for (const flag of [8, 16]) {
    // name, then comment: each ends in a zero byte
    if (!(flags & flag)) continue;
    const zero = bytes.indexOf(0, at);
    if (zero < 0)
      refuse(file, `the gzip name and comment must end in a zero byte, got none after byte ${at}`);
    at = zero + 1;
  }
  if (flags & 2) at += 2; // header checksum
  return at;
}
