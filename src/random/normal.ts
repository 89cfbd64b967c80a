// Normals by Box and Muller from one word each: √(−2 ln u)·(cos θ, sin θ). Logarithm, sine and cosine
// are Taylor polynomials in float64 made of +, −, × and one ÷ in a fixed order, and √ is correctly
// rounded by IEEE 754; no Math.log, whose last bits differ from one engine to the next. So the bits
// are the same in every engine, and in WASM. Compiled code must not contract a·b + c to an FMA.
//
// Each draw is within 4·10⁻¹⁵ of the exact transform of its words (absolute). u has 32 bits, so that
// |z| ≤ √(66 ln 2) = 6.764 and the tail mass beyond, 1.3·10⁻¹¹, is never drawn.
//
// Box, Muller (1958), https://doi.org/10.1214/aoms/1177706645
import type { FloatArray } from "../numeric/index.ts";
import { blockOf, eachChunk } from "./uniform.ts";
import { requireIndex, type Stream } from "./stream.ts";

/**
 * Fill `out` with independent standard normals. Draws 2p and 2p + 1 are the cosine and the sine of
 * the pair made of words 2p (radius) and 2p + 1 (angle); a Float32Array gets them rounded once.
 */
export function fillNormal(stream: Stream, offset: number, out: FloatArray): void {
  requireIndex(offset, "index of a draw");
  const skip = offset % 2;
  const count = Math.ceil((skip + out.length) / 2) * 2;
  const normals = new Float64Array(Math.min(1024, count));
  eachChunk(stream, offset - skip, count, (chunk, at) => {
    normalsFromWords(chunk, normals);
    const from = at === 0 ? skip : 0;
    const to = Math.min(chunk.length, out.length + skip - at);
    out.set(normals.subarray(from, to), at + from - skip);
  });
}

/** Normal `index` of the stream: what `fillNormal` writes there in float64. */
export function normalAt(stream: Stream, index: number): number {
  normalsFromWords(blockOf(stream, index), single);
  return single[index % 4];
}

const single = new Float64Array(4);

// ln 2 in two parts: the first has 21 trailing zero bits, so that e·LN2_HIGH is exact for e ≤ 33.
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
// √½ · 2³¹, rounded down: what splits a mantissa into [√½, 1) and [½, √½).
const SQRT_HALF = 1518500249;

const powerOfTwo = Float64Array.from({ length: 34 }, (_, e) => 2 ** e);

// (−1)ᵏ / (2k)! and (−1)ᵏ / (2k + 1)!; the first terms left out are below 2·10⁻¹⁷ at π/2.
const C1 = -1 / 2;
const C2 = 1 / 24;
const C3 = -1 / 720;
const C4 = 1 / 40_320;
const C5 = -1 / 3_628_800;
const C6 = 1 / 479_001_600;
const C7 = -1 / 87_178_291_200;
const C8 = 1 / 20_922_789_888_000;
const C9 = -1 / 6_402_373_705_728_000;
const C10 = 1 / 2_432_902_008_176_640_000;
const S1 = -1 / 6;
const S2 = 1 / 120;
const S3 = -1 / 5_040;
const S4 = 1 / 362_880;
const S5 = -1 / 39_916_800;
const S6 = 1 / 6_227_020_800;
const S7 = -1 / 1_307_674_368_000;
const S8 = 1 / 355_687_428_096_000;
const S9 = -1 / 121_645_100_408_832_000;
const S10 = 1 / 51_090_942_171_709_440_000;

/** The transform itself, out[i] from words[i], pair by pair; the reference that compiled kernels meet. */
export function normalsFromWords(words: Int32Array, normals: Float64Array): void {
  for (let i = 0; i < words.length; i += 2) {
    const w = words[i];
    // u = (w + ½)·2⁻³² = m·2⁻ᵉ with m in [√½, √2), without a branch that half of the draws mispredict.
    const zeros = Math.clz32(w);
    const low = (((w << zeros) >>> 1) - SQRT_HALF) >>> 31;
    const e = zeros + low;
    const m = ((w >>> 0) + 0.5) * 2 ** -32 * powerOfTwo[e];
    // ln m = 2 artanh s = 2s + 2s³/3 + 2s⁵/5 + …, |s| < 0.1716
    const s = (m - 1) / (m + 1);
    const q = s * s;
    const q2 = q * q;
    const q4 = q2 * q2;
    const tail =
      1 / 3 +
      q / 5 +
      q2 * (1 / 7 + q * (1 / 9)) +
      q4 * (1 / 11 + q * (1 / 13) + q2 * (1 / 15 + q * (1 / 17)) + q4 * (1 / 19));
    const log = 2 * s + 2 * s * q * tail;
    const r = Math.sqrt(2 * (e * LN2_HIGH + (e * LN2_LOW - log)));
    // The lowest bit of the second word is the sign of the pair, the other 31 an angle in (−π/2, π/2).
    const v = words[i + 1];
    const x = ((v >> 1) + 0.5) * (Math.PI / 2 ** 31);
    const y = x * x;
    const y2 = y * y;
    const y4 = y2 * y2;
    const signed = r * (1 - 2 * (v & 1));
    normals[i] =
      signed *
      (1 +
        y * C1 +
        y2 * (C2 + y * C3) +
        y4 * (C4 + y * C5 + y2 * (C6 + y * C7) + y4 * (C8 + y * C9 + y2 * C10)));
    normals[i + 1] =
      signed *
      x *
      (1 +
        y * S1 +
        y2 * (S2 + y * S3) +
        y4 * (S4 + y * S5 + y2 * (S6 + y * S7) + y4 * (S8 + y * S9 + y2 * S10)));
  }
}
