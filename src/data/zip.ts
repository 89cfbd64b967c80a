import { checkCrc, inflate } from "./deflate.ts";
import { defaultMaxBytes, quote, refuse, type ReadOptions } from "./error.ts";

/**
 * Read the members of a zip archive (stored or deflated) from its central directory.
 *
 * Deliberately small: no zip64 directories, encryption, several disks or overlapping members; each
 * is refused by name. All sizes are checked against the bytes there are before anything is
 * allocated, checksums after.
 *
 * @throws DataError naming the member.
 */
export function readZip(bytes: Uint8Array, options: ReadOptions = {}): Map<string, Uint8Array> {
  const { file = "zip data", maxBytes = defaultMaxBytes } = options;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries = readDirectory(bytes, view, file);
  checkDisjoint(entries, file);
  const members = new Map<string, Uint8Array>();
  let left = maxBytes;
  for (const { name, method, crc, packed, size, start } of entries) {
    const place = `member ${quote(name)}`;
    if (members.has(name)) refuse(file, `member names must differ, got ${quote(name)} twice`);
    const body = bytes.subarray(start, start + packed);
    if (size > left)
      refuse(
        file,
        `decompressed data must be at most ${maxBytes} bytes in all, got more at ${place}`,
      );
    left -= size;
    if (method === 8) members.set(name, inflate(body, { file, size, crc, place, maxBytes }));
    else {
      if (packed !== size)
        refuse(
          file,
          `a stored member must be as long as declared, got ${packed} and ${size} bytes at ${place}`,
        );
      checkCrc(body, crc, file, place);
      members.set(name, body);
    }
  }
  return members;
}

interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  /** Where the local header begins, and where the data does. */
  readonly from: number;
  readonly start: number;
}

const endBytes = 22;
const maxComment = 65_535;

function readDirectory(bytes: Uint8Array, view: DataView, file: string): ZipEntry[] {
  const end = findEnd(bytes, view);
  if (end < 0)
    refuse(
      file,
      `a zip archive must close with an end record, got none in its ${bytes.length} bytes`,
    );
  const count = view.getUint16(end + 10, true);
  const size = view.getUint32(end + 12, true);
  const offset = view.getUint32(end + 16, true);
  if (view.getUint16(end + 4, true) !== 0 || view.getUint16(end + 8, true) !== count)
    refuse(file, `a zip archive must be on one disk, got several at byte ${end + 4}`);
  if (count === 0xffff || size === 0xffffffff || offset === 0xffffffff)
    refuse(file, `zip64 archives (4 GiB or 65535 members) are not read, got one at byte ${end}`);
  if (offset + size > end)
    refuse(
      file,
      `the zip directory must lie before byte ${end}, got bytes ${offset} to ${offset + size}`,
    );
  const entries: ZipEntry[] = [];
  let at = offset;
  for (let i = 0; i < count; i++) {
    if (at + 46 > offset + size || view.getUint32(at, true) !== 0x02014b50)
      refuse(file, `the zip directory must have ${count} entries, got no entry ${i} at byte ${at}`);
    const nameBytes = view.getUint16(at + 28, true);
    const next =
      at + 46 + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (next > offset + size)
      refuse(file, `zip entry ${i} must end within the directory, got byte ${next}`);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameBytes));
    entries.push(readEntry(view, at, name, offset, file));
    at = next;
  }
  return entries;
}

function readEntry(
  view: DataView,
  at: number,
  name: string,
  limit: number,
  file: string,
): ZipEntry {
  const place = `member ${quote(name)}`;
  const method = view.getUint16(at + 10, true);
  const packed = view.getUint32(at + 20, true);
  const size = view.getUint32(at + 24, true);
  const from = view.getUint32(at + 42, true);
  if (view.getUint16(at + 8, true) & 1)
    refuse(file, `zip members must not be encrypted, got ${place}`);
  if (method !== 0 && method !== 8)
    refuse(file, `the zip method must be 0 (stored) or 8 (deflate), got ${method} at ${place}`);
  if (packed === 0xffffffff || size === 0xffffffff || from === 0xffffffff)
    refuse(file, `zip64 members of 4 GiB or more are not read, got ${place}`);
  if (from + 30 > limit || view.getUint32(from, true) !== 0x04034b50)
    refuse(
      file,
      `a zip member must begin with a local header, got none at byte ${from} for ${place}`,
    );
  const start = from + 30 + view.getUint16(from + 26, true) + view.getUint16(from + 28, true);
  if (start + packed > limit)
    refuse(
      file,
      `zip data must end before the directory at byte ${limit}, got byte ${start + packed} for ${place}`,
    );
  return { name, method, crc: view.getUint32(at + 16, true), packed, size, from, start };
}

/** Members that share bytes are how a small archive holds petabytes. */
function checkDisjoint(entries: readonly ZipEntry[], file: string): void {
  const sorted = [...entries].sort((a, b) => a.from - b.from);
  for (let i = 1; i < sorted.length; i++)
    if (sorted[i].from < sorted[i - 1].start + sorted[i - 1].packed)
      refuse(
        file,
        `zip members must not overlap, got ${quote(sorted[i - 1].name)} and ${quote(sorted[i].name)} at byte ${sorted[i].from}`,
      );
}

function findEnd(bytes: Uint8Array, view: DataView): number {
  const first = Math.max(0, bytes.length - endBytes - maxComment);
  for (let at = bytes.length - endBytes; at >= first; at--)
    if (
      view.getUint32(at, true) === 0x06054b50 &&
      at + endBytes + view.getUint16(at + 20, true) === bytes.length
    )
      return at;
  return -1;
}
