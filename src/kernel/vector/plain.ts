// The loops over vectors in plain TypeScript: what `emit.ts` emits, for vectors of any place.
import type { FloatArray } from "../../numeric/index.ts";

/** sums[k] ← wᵀvectors[k]. */
export function plainDots(
  w: FloatArray,
  vectors: readonly FloatArray[],
  sums: Float64Array,
): Float64Array {
  for (let i = 0; i < vectors.length; i += 4) {
    const [q0, q1, q2, q3] = four(vectors, i);
    sums.set(dot4(w, q0, q1, q2, q3).subarray(0, vectors.length - i), i);
  }
  return sums;
}

/** w ← w − Σ coefficients[k]·vectors[k], four vectors a pass, w rounded after each. */
export function plainSubtract(
  w: FloatArray,
  vectors: readonly FloatArray[],
  c: ArrayLike<number>,
): void {
  for (let i = 0; i < vectors.length; i += 4) {
    const [q0, q1, q2, q3] = four(vectors, i);
    subtract4(w, q0, c[i], q1, c[i + 1] ?? 0, q2, c[i + 2] ?? 0, q3, c[i + 3] ?? 0);
  }
}

/** A short group repeats the last vector, with coefficient 0. */
function four(vectors: readonly FloatArray[], i: number): readonly FloatArray[] {
  const last = vectors[vectors.length - 1];
  return [vectors[i], vectors[i + 1] ?? last, vectors[i + 2] ?? last, vectors[i + 3] ?? last];
}

const four64 = new Float64Array(4);

/** wᵀq₀ … wᵀq₃, in an array that the next call overwrites. */
function dot4(
  w: FloatArray,
  q0: FloatArray,
  q1: FloatArray,
  q2: FloatArray,
  q3: FloatArray,
): Float64Array {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  for (let i = 0; i < w.length; i++) {
    const x = w[i];
    s0 += x * q0[i];
    s1 += x * q1[i];
    s2 += x * q2[i];
    s3 += x * q3[i];
  }
  four64[0] = s0;
  four64[1] = s1;
  four64[2] = s2;
  four64[3] = s3;
  return four64;
}

function subtract4(
  w: FloatArray,
  q0: FloatArray,
  c0: number,
  q1: FloatArray,
  c1: number,
  q2: FloatArray,
  c2: number,
  q3: FloatArray,
  c3: number,
): void {
  for (let i = 0; i < w.length; i++) w[i] -= c0 * q0[i] + c1 * q1[i] + (c2 * q2[i] + c3 * q3[i]);
}
