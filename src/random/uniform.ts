import type { FloatArray } from "../numeric/index.ts";
import { philoxBlocks } from "./philox.ts";
import { requireIndex, type Stream } from "./stream.ts";

/**
 * Fill `out` with words `offset`, `offset` + 1, … of the stream.
 *
 * As for every fill here, the result depends on the index of each draw alone: one fill of 100 equals
 * two of 50, bit for bit.
 */
export function fillWords(stream: Stream, offset: number, out: Uint32Array | Int32Array): void {
  eachChunk(stream, offset, out.length, (chunk, at) => out.set(chunk, at));
}

/**
 * Fill `out` with uniforms of the open interval (0, 1). Draw i is (wᵢ + ½)·2⁻³² in a Float64Array
 * and (⌊wᵢ / 2⁹⌋ + ½)·2⁻²³ in a Float32Array, both exact: neither is ever 0 or 1, both are symmetric
 * about ½, and they agree to 2⁻²⁴.
 */
export function fillUniform(stream: Stream, offset: number, out: FloatArray): void {
  if (out instanceof Float32Array)
    eachChunk(stream, offset, out.length, (chunk, at) => {
      for (let i = 0; i < chunk.length; i++) out[at + i] = ((chunk[i] >>> 9) + 0.5) * 2 ** -23;
    });
  else
    eachChunk(stream, offset, out.length, (chunk, at) => {
      for (let i = 0; i < chunk.length; i++) out[at + i] = ((chunk[i] >>> 0) + 0.5) * 2 ** -32;
    });
}

/** Uniform `index` of the stream: what `fillUniform` writes there in float64. */
export function uniformAt(stream: Stream, index: number): number {
  return ((blockOf(stream, index)[index % 4] >>> 0) + 0.5) * 2 ** -32;
}

/** Fill `out` with signs, +1 or −1 with equal chance. Draw i is bit i mod 32 of word ⌊i / 32⌋. */
export function fillRademacher(stream: Stream, offset: number, out: FloatArray): void {
  requireIndex(offset + out.length, "end of a fill");
  const skip = offset % 32;
  const count = Math.ceil((skip + out.length) / 32);
  eachChunk(stream, Math.floor(offset / 32), count, (chunk, at) => {
    for (let w = 0; w < chunk.length; w++) {
      const start = (at + w) * 32 - skip;
      const end = Math.min(start + 32, out.length);
      for (let i = Math.max(start, 0); i < end; i++)
        out[i] = 1 - 2 * ((chunk[w] >>> (i - start)) & 1);
    }
  });
}

/** Call `visit` with runs of words, in order: run starting at word `offset` + `at`. */
export function eachChunk(
  stream: Stream,
  offset: number,
  count: number,
  visit: (chunk: Int32Array, at: number) => void,
): void {
  requireIndex(offset, "index of a draw");
  requireIndex(offset + count, "end of a fill");
  // A buffer of its own, for a visitor may draw from another stream.
  const scratch = new Int32Array(Math.min(1024, Math.ceil(count / 4) * 4 + 4));
  let at = 0;
  while (at < count) {
    const skip = (offset + at) % 4;
    const take = Math.min(count - at, scratch.length - skip);
    const blocks = scratch.subarray(0, Math.ceil((skip + take) / 4) * 4);
    philoxBlocks(stream.key, stream.id, Math.floor((offset + at) / 4), blocks);
    visit(scratch.subarray(skip, skip + take), at);
    at += take;
  }
}

const single = new Int32Array(4);

/** The block that holds word `index`, in a buffer that the next call overwrites. */
export function blockOf(stream: Stream, index: number): Int32Array {
  requireIndex(index, "index of a draw");
  philoxBlocks(stream.key, stream.id, Math.floor(index / 4), single);
  return single;
}
