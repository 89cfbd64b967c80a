import { requireFinite, requireShape } from "./matrix.ts";
import { rotateEigen, type EigenPairs } from "./tridiagonal-eigen.ts";

/**
 * All eigenvalues of the symmetric matrix `a`, row-major [n, n], algebraically largest first, and
 * its unit eigenvectors: row j of `vectors` belongs to values[j]. Householder's reduction to
 * tridiagonal form, then implicit QL. `a` is left as it is.
 *
 * Errors are of order ε·‖A‖; vectors are orthonormal to the same order, also where eigenvalues
 * repeat. Cost about 9n³.
 *
 * @throws RangeError if `a` is not finite, or differs from its transpose by more than 10⁻⁸ of its
 * largest entry: average it with its transpose first.
 */
export function symmetricEigen(a: Float64Array, n: number): EigenPairs {
  requireShape("a", a, n, n);
  requireFinite("a", a);
  const scale = requireSymmetric(a, n);
  const work = scale === 0 ? a.slice() : a.map((x) => x / scale);
  const d = new Float64Array(n);
  const e = new Float64Array(n);
  const q = new Float64Array(n * n);
  tridiagonalise(work, n, d, e, q);
  const pairs = rotateEigen(d, e, q);
  return scale === 0
    ? pairs
    : { values: pairs.values.map((x) => x * scale), vectors: pairs.vectors };
}

/**
 * A = Q·T·Qᵀ, with T in d, e and Qᵀ in q. Reflector k, I − 2vvᵀ with ‖v‖ = 1, clears column k below
 * the subdiagonal; its v is kept in row k of `a`, right of the diagonal, which is not needed again.
 */
function tridiagonalise(
  a: Float64Array,
  n: number,
  d: Float64Array,
  e: Float64Array,
  q: Float64Array,
): void {
  const p = new Float64Array(n);
  for (let k = 0; k < n - 2; k++) {
    const v = a.subarray(k * n, (k + 1) * n);
    let squares = 0;
    for (let i = k + 1; i < n; i++) squares += v[i] * v[i];
    const length = Math.sqrt(squares);
    const alpha = v[k + 1] > 0 ? -length : length;
    e[k] = alpha;
    if (squares - v[k + 1] * v[k + 1] === 0) {
      e[k] = v[k + 1];
      v.fill(0, k + 1);
      continue;
    }
    v[k + 1] -= alpha;
    const size = Math.sqrt(2 * (squares - alpha * (v[k + 1] + alpha)));
    for (let i = k + 1; i < n; i++) v[i] /= size;
    // A ← A − 2(v·wᵀ + w·vᵀ) with w = Av − (vᵀAv)v, on the trailing block.
    let vav = 0;
    for (let i = k + 1; i < n; i++) {
      const row = a.subarray(i * n, (i + 1) * n);
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += row[j] * v[j];
      p[i] = sum;
      vav += sum * v[i];
    }
    for (let i = k + 1; i < n; i++) p[i] -= vav * v[i];
    for (let i = k + 1; i < n; i++) {
      const row = a.subarray(i * n, (i + 1) * n);
      const vi = 2 * v[i];
      const wi = 2 * p[i];
      for (let j = k + 1; j < n; j++) row[j] -= vi * p[j] + wi * v[j];
    }
  }
  if (n >= 2) e[n - 2] = a[(n - 2) * n + n - 1];
  for (let i = 0; i < n; i++) {
    d[i] = a[i * n + i];
    q[i * n + i] = 1;
  }
  // Qᵀ = H(n−3)…H₁H₀, built from the left so that only the trailing block changes.
  for (let k = n - 3; k >= 0; k--) {
    const v = a.subarray(k * n, (k + 1) * n);
    for (let i = k + 1; i < n; i++) {
      const row = q.subarray(i * n, (i + 1) * n);
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += row[j] * v[j];
      sum *= 2;
      for (let j = k + 1; j < n; j++) row[j] -= sum * v[j];
    }
  }
}

/** The largest entry's size. */
function requireSymmetric(a: Float64Array, n: number): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]));
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++)
      if (Math.abs(a[i * n + j] - a[j * n + i]) > 1e-8 * largest)
        throw new RangeError(
          `a must be symmetric, got ${a[i * n + j]} at (${i}, ${j}) and ${a[j * n + i]} at (${j}, ${i})`,
        );
  return largest;
}
