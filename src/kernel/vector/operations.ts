// Sums over vectors. Where all vectors of a call belong to one `VectorSpace` with SIMD, the emitted loops do
// it, in pieces of w that stay in the nearest cache while all vectors pass; otherwise plain loops. Both
// compute in float64 and round an entry of w once for four vectors.
import type { FloatArray } from "../../numeric/index.ts";
import { type Arena, arenaOf } from "./arena.ts";
import { plainDots, plainSubtract } from "./plain.ts";

/** Bytes of w that stay in the nearest cache. */
const pieceBytes = 16_384;

/**
 * Qᵀw, for the vectors as columns of Q, in float64.
 *
 * |error| ≤ (n/4 + 8)·2⁻⁵³·Σᵢ|qᵢwᵢ| by SIMD, which has four partial sums a piece, and n·2⁻⁵³·Σᵢ|qᵢwᵢ| by plain
 * loops; float32 products are exact.
 */
export function dots(w: FloatArray, vectors: readonly FloatArray[]): Float64Array {
  requireLength(w, vectors);
  const arena = arenaOf(w, vectors);
  if (arena === undefined) return plainDots(w, vectors, new Float64Array(vectors.length));
  const { loops } = arena;
  arena.sums.fill(0, 0, vectors.length);
  const q = vectors.map(({ byteOffset }) => byteOffset);
  pieces(arena, w, (from, end, b) => {
    for (let k = 0; k < q.length; k += 4) {
      const size = q.length - k;
      const sums = 8 * k;
      if (size >= 4)
        loops.dots4(from, q[k] + b, q[k + 1] + b, q[k + 2] + b, q[k + 3] + b, end, sums);
      else if (size === 3) loops.dots3(from, q[k] + b, q[k + 1] + b, q[k + 2] + b, end, sums);
      else if (size === 2) loops.dots2(from, q[k] + b, q[k + 1] + b, end, sums);
      else loops.dots1(from, q[k] + b, end, sums);
    }
  });
  return arena.sums.slice(0, vectors.length);
}

/**
 * w ← w − Qc, for the vectors as columns of Q. No vector may be w. An entry is
 * w − (c₀q₀ + c₁q₁ + (c₂q₂ + c₃q₃)) in float64, rounded, then the next four: the same bits by SIMD and by
 * plain loops.
 */
export function subtract(
  w: FloatArray,
  vectors: readonly FloatArray[],
  c: ArrayLike<number>,
): void {
  requireLength(w, vectors);
  if (c.length !== vectors.length)
    throw new RangeError(
      `${vectors.length} vectors must have as many coefficients, got ${c.length}`,
    );
  const arena = arenaOf(w, vectors);
  if (arena === undefined) return plainSubtract(w, vectors, c);
  const { loops } = arena;
  const q = vectors.map(({ byteOffset }) => byteOffset);
  pieces(arena, w, (from, end, b) => {
    for (let k = 0; k < q.length; k += 4) {
      const size = q.length - k;
      if (size >= 4)
        loops.subtract4(
          from,
          q[k] + b,
          q[k + 1] + b,
          q[k + 2] + b,
          q[k + 3] + b,
          end,
          c[k],
          c[k + 1],
          c[k + 2],
          c[k + 3],
        );
      else if (size === 3)
        loops.subtract3(from, q[k] + b, q[k + 1] + b, q[k + 2] + b, end, c[k], c[k + 1], c[k + 2]);
      else if (size === 2) loops.subtract2(from, q[k] + b, q[k + 1] + b, end, c[k], c[k + 1]);
      else loops.subtract1(from, q[k] + b, end, c[k]);
    }
  });
}

/** out ← Qc, for the vectors as columns of Q, none of which may be `out`. */
export function combine(
  vectors: readonly FloatArray[],
  c: ArrayLike<number>,
  out: FloatArray,
): void {
  subtract(
    out.fill(0),
    vectors,
    Array.from(c, (x) => -x),
  );
}

/** y ← y + a·x; x must not be y. */
export function axpy(a: number, x: FloatArray, y: FloatArray): void {
  subtract(y, [x], [-a]);
}

/** xᵀy; bounds as of `dots`. */
export function dot(x: FloatArray, y: FloatArray): number {
  return dots(x, [y])[0];
}

/** ‖x‖₂. Squares overflow beyond 10¹⁵⁴, as in `numeric`. */
export function norm(x: FloatArray): number {
  return Math.sqrt(dots(x, [x])[0]);
}

/** Call for each piece of w with where it begins and ends in memory, and its offset within a vector. */
function pieces(
  { padded }: Arena,
  { byteOffset }: FloatArray,
  work: (from: number, end: number, offset: number) => void,
): void {
  for (let offset = 0; offset < padded; offset += pieceBytes)
    work(byteOffset + offset, byteOffset + Math.min(padded, offset + pieceBytes), offset);
}

function requireLength(w: FloatArray, vectors: readonly FloatArray[]): void {
  for (const v of vectors)
    if (v.length !== w.length)
      throw new RangeError(`vectors must have one length, got ${w.length} and ${v.length}`);
}
