// Small dense matrices, row-major in Float64Arrays: for the projected problems of iterative methods
// and for test oracles, not for networks.

/** C = A·B. A is [m, k], B is [k, n], C is [m, n], all row-major. Cost 2mkn. */
export function matmul(
  a: Float64Array,
  b: Float64Array,
  m: number,
  k: number,
  n: number,
): Float64Array {
  requireShape("a", a, m, k);
  requireShape("b", b, k, n);
  const c = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    const row = c.subarray(i * n, (i + 1) * n);
    for (let l = 0; l < k; l++) {
      const factor = a[i * k + l];
      for (let j = 0, at = l * n; j < n; j++) row[j] += factor * b[at + j];
    }
  }
  return c;
}

/** Aᵀ, [n, m], of A, [m, n]. */
export function transpose(a: Float64Array, m: number, n: number): Float64Array {
  requireShape("a", a, m, n);
  const out = new Float64Array(m * n);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) out[j * m + i] = a[i * n + j];
  return out;
}

/** A·x. A is [m, n], x is [n]. */
export function matvec(a: Float64Array, x: Float64Array, m: number, n: number): Float64Array {
  return matmul(a, x, m, n, 1);
}

/** Refuse an array that does not hold [rows, columns] values. */
export function requireShape(
  name: string,
  a: ArrayLike<number>,
  rows: number,
  columns: number,
): void {
  if (!Number.isInteger(rows) || !Number.isInteger(columns) || rows < 0 || columns < 0)
    throw new RangeError(`${name} must have whole sizes of at least 0, got ${rows} × ${columns}`);
  if (a.length !== rows * columns)
    throw new RangeError(
      `${name} must hold ${rows} × ${columns} = ${rows * columns} values, got ${a.length}`,
    );
}

/** Refuse an array with a value that is not finite. */
export function requireFinite(name: string, a: ArrayLike<number>): void {
  for (let i = 0; i < a.length; i++)
    if (!Number.isFinite(a[i])) throw new RangeError(`${name} must be finite, got ${a[i]} at ${i}`);
}
