// Philox4x32-10, the counter-based generator of Random123: a bijection of 128-bit counters for each
// 64-bit key, so that any draw is reached directly and no state is carried. Words are the same bits
// wherever 32-bit multiplication is exact.
//
// Salmon, Moraes, Dror, Shaw (2011), Parallel random numbers: as easy as 1, 2, 3,
// https://doi.org/10.1145/2063384.2063405

/** The four words that Philox4x32-10 gives for one counter under one key. */
export function philox4x32(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
): Uint32Array {
  const out = new Int32Array(4);
  blocks(counter, key, 1, out);
  return new Uint32Array(out.buffer);
}

/**
 * Fill `out` with the words of consecutive blocks: block b, of counter
 * (b mod 2³², ⌊b / 2³²⌋, id[0], id[1]), takes four places. The length of `out` is a multiple of 4.
 *
 * Cost: 20 multiplications 32×32→64 a block.
 */
export function philoxBlocks(
  key: readonly [number, number],
  id: readonly [number, number],
  firstBlock: number,
  out: Int32Array,
): void {
  const counter = [firstBlock | 0, (firstBlock / 2 ** 32) | 0, id[0], id[1]] as const;
  blocks(counter, key, out.length >>> 2, out);
}

function blocks(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
  count: number,
  out: Int32Array,
): void {
  // Constants are local, and every sum is cut to int32, because the loop is half as fast otherwise.
  const M0_LOW = 0x1f53;
  const M0_HIGH = 0xd251;
  const M1_LOW = 0x8d57;
  const M1_HIGH = 0xcd9e;
  let low = counter[0] | 0;
  let high = counter[1] | 0;
  const id0 = counter[2] | 0;
  const id1 = counter[3] | 0;
  for (let block = 0, at = 0; block < count; block++, at += 4) {
    let c0 = low;
    let c1 = high;
    let c2 = id0;
    let c3 = id1;
    let k0 = key[0] | 0;
    let k1 = key[1] | 0;
    for (let round = 0; round < 10; round++) {
      // The high halves of M0·c0 and M1·c2 by 16-bit limbs: no partial sum passes 2³².
      const a = c0 & 0xffff;
      const b = c0 >>> 16;
      const t = (Math.imul(b, M0_LOW) + (Math.imul(a, M0_LOW) >>> 16)) | 0;
      const s = ((t & 0xffff) + Math.imul(a, M0_HIGH)) | 0;
      const high0 = (Math.imul(b, M0_HIGH) + (t >>> 16) + (s >>> 16)) | 0;
      const d = c2 & 0xffff;
      const e = c2 >>> 16;
      const v = (Math.imul(e, M1_LOW) + (Math.imul(d, M1_LOW) >>> 16)) | 0;
      const u = ((v & 0xffff) + Math.imul(d, M1_HIGH)) | 0;
      const high1 = (Math.imul(e, M1_HIGH) + (v >>> 16) + (u >>> 16)) | 0;
      const low0 = Math.imul(c0, 0xd2511f53);
      const low1 = Math.imul(c2, 0xcd9e8d57);
      c0 = high1 ^ c1 ^ k0;
      c1 = low1;
      c2 = high0 ^ c3 ^ k1;
      c3 = low0;
      k0 = (k0 + 0x9e3779b9) | 0;
      k1 = (k1 + 0xbb67ae85) | 0;
    }
    out[at] = c0;
    out[at + 1] = c1;
    out[at + 2] = c2;
    out[at + 3] = c3;
    low = (low + 1) | 0;
    if (low === 0) high = (high + 1) | 0;
  }
}
