import { philox4x32, philoxBlocks } from "./philox.ts";

/**
 * A named, endless sequence of 32-bit words, reached at any index. Word i is word i mod 4 of the
 * Philox4x32-10 block with
 *
 *     counter = (b mod 2³², ⌊b / 2³²⌋, id[0], id[1]),  b = ⌊i / 4⌋
 *     key     = (seed mod 2³², ⌊seed / 2³²⌋)
 *
 * so that streams of one seed are disjoint ranges of one counter as long as their ids differ. `id` is
 * 64 bits of hash of the name: among M names the chance that any two agree is M²/2⁶⁵, 3·10⁻⁸ for
 * a million. A stream is plain data: it may be sent to a worker or a kernel as it is.
 *
 * Uniforms, normals, bits and integers read the same words: give each purpose a stream of its own.
 */
export interface Stream {
  readonly seed: string;
  /** The path of names and numbers that led here, for messages. */
  readonly name: string;
  readonly key: readonly [number, number];
  readonly id: readonly [number, number];
}

/**
 * The stream `name` of `seed`, the decimal string of an integer from 0 to 2⁶⁴ − 1.
 *
 * @throws RangeError for any other seed.
 */
export function stream(seed: string, name: string): Stream {
  return { seed, name, key: parseSeed(seed), id: hashName([0, 0], name) };
}

/**
 * The stream `name` below another, independent of its parent and of its siblings. A number gives the
 * stream of an item (a particle, a probe, an epoch): one Philox block, and never that of the string
 * of its digits.
 */
export function substream(parent: Stream, name: string | number): Stream {
  const { seed, key } = parent;
  const path = typeof name === "number" ? `${parent.name}[${name}]` : `${parent.name}/${name}`;
  if (typeof name === "string") return { seed, name: path, key, id: hashName(parent.id, name) };
  requireIndex(name, "number of a substream");
  return { seed, name: path, key, id: absorb(parent.id, NUMBER_KEY, name, name / 2 ** 32) };
}

/** The four words of block `index`: words 4·index … 4·index + 3 of the stream. */
export function words(stream: Stream, index: number): Uint32Array {
  requireIndex(index, "index of a block");
  const out = new Int32Array(4);
  philoxBlocks(stream.key, stream.id, index, out);
  return new Uint32Array(out.buffer);
}

/** The two halves, low first, of a seed. Throws RangeError as `stream` does. */
function parseSeed(seed: string): readonly [number, number] {
  const valid = typeof seed === "string" && /^(0|[1-9][0-9]{0,19})$/.test(seed);
  const value = valid ? BigInt(seed) : -1n;
  if (value < 0n || value >= 1n << 64n)
    throw new RangeError(
      `seed must be a decimal string of an integer from 0 to 18446744073709551615, got ${JSON.stringify(seed)}`,
    );
  return [Number(value & 0xffffffffn), Number(value >> 32n)];
}

/** Refuse an index that is no integer from 0 to 2⁵³ − 1. */
export function requireIndex(index: number, what: string): void {
  if (!Number.isSafeInteger(index) || index < 0)
    throw new RangeError(`${what} must be an integer from 0 to 2^53 - 1, got ${index}`);
}

// The hash is a chain over Philox, a keyed bijection, in the manner of Davies and Meyer: the running
// 64 bits are counter words 2 and 3, eight bytes of message words 0 and 1, and two words of the
// result are XORed in. Keys separate the kinds of message, so that no name equals a number or a length.
const TEXT_KEY = [0x6e616d65, 0] as const;
const LENGTH_KEY = [0x6e616d65, 1] as const;
const NUMBER_KEY = [0x6e616d65, 2] as const;

function hashName(start: readonly [number, number], name: string): readonly [number, number] {
  let id = start;
  const unit = (i: number) => (i < name.length ? name.charCodeAt(i) : 0);
  for (let i = 0; i < name.length; i += 4)
    id = absorb(id, TEXT_KEY, unit(i) | (unit(i + 1) << 16), unit(i + 2) | (unit(i + 3) << 16));
  return absorb(id, LENGTH_KEY, name.length, 0);
}

function absorb(
  id: readonly [number, number],
  key: readonly [number, number],
  low: number,
  high: number,
): readonly [number, number] {
  const out = philox4x32([low, high, id[0], id[1]], key);
  return [(out[0] ^ id[0]) >>> 0, (out[1] ^ id[1]) >>> 0];
}
