// Integers below a bound without bias, by Lemire's multiplication: word w gives ⌊w·n / 2³²⌋ unless
// the low half of w·n is below 2³² mod n, which n/2³² of the words at most are.
//
// Lemire (2019), Fast random integer generation in an interval, https://doi.org/10.1145/3230636
import { eachChunk, fillWords } from "./uniform.ts";
import { substream, type Stream } from "./stream.ts";

/**
 * Fill `out` with independent uniform integers of [0, bound). Draw i comes from word i of the stream;
 * where that word is refused, from the first accepted word of `substream(stream, i)`.
 */
export function fillIntegers(stream: Stream, offset: number, bound: number, out: Int32Array): void {
  requireBound(bound);
  const refuse = 2 ** 32 % bound;
  eachChunk(stream, offset, out.length, (chunk, at) => {
    for (let i = 0; i < chunk.length; i++) {
      const word = chunk[i];
      out[at + i] =
        Math.imul(word, bound) >>> 0 < refuse
          ? integerReader(substream(stream, offset + at + i))(bound)
          : highProduct(word, bound);
    }
  });
}

/** Integer `index` of the stream, in [0, bound): what `fillIntegers` writes there. */
export function integerAt(stream: Stream, index: number, bound: number): number {
  const out = new Int32Array(1);
  fillIntegers(stream, index, bound, out);
  return out[0];
}

/**
 * A reader of the stream from its first word: each call gives a uniform integer of [0, bound), with a
 * bound of its own, and takes as many words as it must. For draws whose number of words is not known
 * beforehand; the stream is then used up, give it no other purpose.
 */
export function integerReader(stream: Stream, expected = 4): (bound: number) => number {
  const buffer = new Int32Array(Math.min(1024, Math.max(4, Math.ceil(expected / 4) * 4)));
  let at = buffer.length;
  let next = 0;
  return (bound) => {
    const refuse = 2 ** 32 % bound;
    for (;;) {
      if (at === buffer.length) {
        fillWords(stream, next, buffer);
        next += buffer.length;
        at = 0;
      }
      const word = buffer[at++];
      if (Math.imul(word, bound) >>> 0 >= refuse) return highProduct(word, bound);
    }
  };
}

/** Refuse a bound that no Int32Array can hold the integers of. */
export function requireBound(bound: number): void {
  if (!Number.isInteger(bound) || bound < 1 || bound > 2 ** 31)
    throw new RangeError(`bound must be an integer from 1 to 2147483648, got ${bound}`);
}

/** ⌊word · bound / 2³²⌋, exact although the product has up to 63 bits: its low half is known apart. */
function highProduct(word: number, bound: number): number {
  const low = Math.imul(word, bound) >>> 0;
  return Math.round(((word >>> 0) * bound - low) * 2 ** -32);
}
