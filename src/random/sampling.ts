import { fillIntegers, integerReader, requireBound } from "./integers.ts";
import { substream, type Stream } from "./stream.ts";

/**
 * Permutation `index` (an epoch, say) of 0 … n − 1, uniform over all n!, by Fisher and Yates with
 * unbiased integers of `substream(stream, index)`. Cost O(n).
 */
export function permutation(stream: Stream, index: number, n: number): Int32Array {
  requireSize(n);
  return partialShuffle(stream, index, n, n);
}

/**
 * Sample `index`: k different integers of [0, n), in random order, each ordered choice with equal
 * chance. The first k places of `permutation(stream, index, n)`, found in O(k) time and memory.
 */
export function sampleWithoutReplacement(
  stream: Stream,
  index: number,
  n: number,
  k: number,
): Int32Array {
  requireSize(n);
  requireCount(k);
  if (k > n)
    throw new RangeError(`a sample without replacement of ${n} has at most ${n}, got ${k}`);
  return k > n / 16 ? partialShuffle(stream, index, n, k) : sparseShuffle(stream, index, n, k);
}

/** Sample `index`: k independent uniform integers of [0, n). */
export function sampleWithReplacement(
  stream: Stream,
  index: number,
  n: number,
  k: number,
): Int32Array {
  requireSize(n);
  requireCount(k);
  const out = new Int32Array(k);
  fillIntegers(substream(stream, index), 0, n, out);
  return out;
}

function partialShuffle(stream: Stream, index: number, n: number, k: number): Int32Array {
  const integer = integerReader(substream(stream, index), k);
  const all = new Int32Array(n);
  for (let i = 0; i < n; i++) all[i] = i;
  for (let i = 0; i < k; i++) {
    const j = i + integer(n - i);
    const value = all[j];
    all[j] = all[i];
    all[i] = value;
  }
  return k === n ? all : all.slice(0, k);
}

/** The same shuffle, keeping only the places that were moved. */
function sparseShuffle(stream: Stream, index: number, n: number, k: number): Int32Array {
  const integer = integerReader(substream(stream, index), k);
  const moved = new Map<number, number>();
  const out = new Int32Array(k);
  for (let i = 0; i < k; i++) {
    const j = i + integer(n - i);
    out[i] = moved.get(j) ?? j;
    moved.set(j, moved.get(i) ?? i);
  }
  return out;
}

function requireSize(n: number): void {
  if (n !== 0) requireBound(n);
}

function requireCount(k: number): void {
  if (!Number.isInteger(k) || k < 0)
    throw new RangeError(`size of a sample must be an integer of at least 0, got ${k}`);
}
