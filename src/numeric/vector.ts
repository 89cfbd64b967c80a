/** A flat vector of either float width. */
export type FloatArray = Float32Array | Float64Array;

/**
 * Σᵢ xᵢ yᵢ, accumulated in float64 in four partial sums whose order depends on the length alone.
 *
 * @throws RangeError if the lengths differ, as for `axpy` and `copy`.
 */
export function dot(x: FloatArray, y: FloatArray): number {
  const n = requireSameLength(x, y);
  const end = n - (n % 4);
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let i = 0; i < end; i += 4) {
    s0 += x[i] * y[i];
    s1 += x[i + 1] * y[i + 1];
    s2 += x[i + 2] * y[i + 2];
    s3 += x[i + 3] * y[i + 3];
  }
  for (let i = end; i < n; i++) s0 += x[i] * y[i];
  return s0 + s1 + (s2 + s3);
}

/** Σᵢ xᵢ², accumulated in float64. Overflows where an |xᵢ| passes 10¹⁵⁴. */
export function squaredNorm(x: FloatArray): number {
  return dot(x, x);
}

/** ‖x‖₂, accumulated in float64. Overflows where an |xᵢ| passes 10¹⁵⁴. */
export function norm(x: FloatArray): number {
  return Math.sqrt(dot(x, x));
}

/** y ← a·x + y, in place. x and y may be the same array. */
export function axpy(a: number, x: FloatArray, y: FloatArray): void {
  const n = requireSameLength(x, y);
  const end = n - (n % 4);
  for (let i = 0; i < end; i += 4) {
    y[i] += a * x[i];
    y[i + 1] += a * x[i + 1];
    y[i + 2] += a * x[i + 2];
    y[i + 3] += a * x[i + 3];
  }
  for (let i = end; i < n; i++) y[i] += a * x[i];
}

/** x ← a·x, in place. */
export function scale(a: number, x: FloatArray): void {
  for (let i = 0; i < x.length; i++) x[i] *= a;
}

function requireSameLength(x: FloatArray, y: FloatArray): number {
  if (x.length !== y.length)
    throw new RangeError(`vectors must have one length, got ${x.length} and ${y.length}`);
  return x.length;
}
