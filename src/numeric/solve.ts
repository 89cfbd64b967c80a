import { requireFinite, requireShape } from "./matrix.ts";

/**
 * The lower triangle L, row-major [n, n], of A = L·Lᵀ. Only the lower triangle of A is read.
 *
 * Cost n³/3.
 *
 * @throws RangeError where A is not positive definite, with the pivot and its row.
 */
export function cholesky(a: Float64Array, n: number): Float64Array {
  requireShape("a", a, n, n);
  requireFinite("a", a);
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j];
      for (let k = 0; k < j; k++) sum -= l[i * n + k] * l[j * n + k];
      if (i !== j) l[i * n + j] = sum / l[j * n + j];
      else if (sum > 0) l[i * n + i] = Math.sqrt(sum);
      else
        throw new RangeError(`a must be positive definite for Cholesky, got pivot ${sum} at ${i}`);
    }
  return l;
}

/**
 * X with A·X = B for symmetric positive definite A [n, n] and B [n, columns], by Cholesky.
 *
 * @throws RangeError where A is not positive definite.
 */
export function solveCholesky(
  a: Float64Array,
  b: Float64Array,
  n: number,
  columns = 1,
): Float64Array {
  requireShape("b", b, n, columns);
  const l = cholesky(a, n);
  const x = b.slice();
  for (let c = 0; c < columns; c++) {
    for (let i = 0; i < n; i++) {
      let sum = x[i * columns + c];
      for (let k = 0; k < i; k++) sum -= l[i * n + k] * x[k * columns + c];
      x[i * columns + c] = sum / l[i * n + i];
    }
    for (let i = n - 1; i >= 0; i--) {
      let sum = x[i * columns + c];
      for (let k = i + 1; k < n; k++) sum -= l[k * n + i] * x[k * columns + c];
      x[i * columns + c] = sum / l[i * n + i];
    }
  }
  return x;
}

/** P·A = L·U: both triangles in one array, the row that each place came from, the sign of P. */
export interface LU {
  readonly n: number;
  readonly factors: Float64Array; // [n, n]; the unit diagonal of L is not stored
  readonly rows: Int32Array;
  readonly sign: 1 | -1;
}

/**
 * Factor A [n, n] by Gaussian elimination with partial pivoting. Cost 2n³/3.
 *
 * @throws RangeError where a pivot is exactly zero.
 */
export function lu(a: Float64Array, n: number): LU {
  requireShape("a", a, n, n);
  requireFinite("a", a);
  const f = a.slice();
  const rows = Int32Array.from({ length: n }, (_, i) => i);
  let sign: 1 | -1 = 1;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++)
      if (Math.abs(f[i * n + k]) > Math.abs(f[pivot * n + k])) pivot = i;
    if (f[pivot * n + k] === 0)
      throw new RangeError(`a must be invertible, got pivot 0 in column ${k}`);
    if (pivot !== k) {
      const row = f.slice(k * n, (k + 1) * n);
      f.copyWithin(k * n, pivot * n, (pivot + 1) * n);
      f.set(row, pivot * n);
      [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
      sign = -sign as 1 | -1;
    }
    for (let i = k + 1; i < n; i++) {
      const factor = f[i * n + k] / f[k * n + k];
      f[i * n + k] = factor;
      for (let j = k + 1; j < n; j++) f[i * n + j] -= factor * f[k * n + j];
    }
  }
  return { n, factors: f, rows, sign };
}

/** X with A·X = B for a factored A and B [n, columns]. */
export function solveLU({ n, factors: f, rows }: LU, b: Float64Array, columns = 1): Float64Array {
  requireShape("b", b, n, columns);
  const x = new Float64Array(n * columns);
  for (let c = 0; c < columns; c++) {
    for (let i = 0; i < n; i++) {
      let sum = b[rows[i] * columns + c];
      for (let k = 0; k < i; k++) sum -= f[i * n + k] * x[k * columns + c];
      x[i * columns + c] = sum;
    }
    for (let i = n - 1; i >= 0; i--) {
      let sum = x[i * columns + c];
      for (let k = i + 1; k < n; k++) sum -= f[i * n + k] * x[k * columns + c];
      x[i * columns + c] = sum / f[i * n + i];
    }
  }
  return x;
}

/** X with A·X = B for any invertible A [n, n] and B [n, columns], by LU with partial pivoting. */
export function solve(a: Float64Array, b: Float64Array, n: number, columns = 1): Float64Array {
  return solveLU(lu(a, n), b, columns);
}

/** det A, from its factors. */
export function determinant({ n, factors, sign }: LU): number {
  let product: number = sign;
  for (let i = 0; i < n; i++) product *= factors[i * n + i];
  return product;
}
