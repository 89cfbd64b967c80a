// Eigenvalues and eigenvectors of a symmetric tridiagonal matrix by the implicit QL iteration with
// Wilkinson's shift. Each rotation acts on two rows of Zᵀ, so that only the components of the
// eigenvectors that are asked for are carried: Lanczos needs the first (weights) and the last (error
// bounds), at O(n²) in place of O(n³).
//
// Dubrulle, Martin, Wilkinson (1968), The implicit QL algorithm, https://doi.org/10.1007/BF02165404
import { requireFinite } from "./matrix.ts";

/** Eigenvalues, algebraically largest first. */
export interface EigenValues {
  readonly values: Float64Array;
}

/** Row j of `vectors` [n, n] is the unit eigenvector of values[j]; its sign is arbitrary. */
export interface EigenPairs extends EigenValues {
  readonly vectors: Float64Array;
}

/** first[j] and last[j] are the end components of the unit eigenvector of values[j]. */
export interface EigenEnds extends EigenValues {
  readonly first: Float64Array;
  readonly last: Float64Array;
}

/**
 * Eigenvalues, largest first, of the matrix with diagonal `alpha` [n] and off-diagonal `beta`
 * [n − 1], and of its eigenvectors all, the first and last components, or (the default) none.
 *
 * Errors are of order ε·‖T‖. Cost about 30n² for values and ends, 6n³ with vectors.
 *
 * @throws RangeError for lengths that do not fit or values that are not finite.
 */
export function tridiagonalEigen(
  alpha: Float64Array,
  beta: Float64Array,
  options: { vectors: "all" },
): EigenPairs;
export function tridiagonalEigen(
  alpha: Float64Array,
  beta: Float64Array,
  options: { vectors: "first-and-last" },
): EigenEnds;
export function tridiagonalEigen(
  alpha: Float64Array,
  beta: Float64Array,
  options?: { vectors?: "none" },
): EigenValues;
export function tridiagonalEigen(
  alpha: Float64Array,
  beta: Float64Array,
  { vectors = "none" }: { vectors?: "all" | "first-and-last" | "none" } = {},
): EigenValues | EigenPairs | EigenEnds {
  const n = alpha.length;
  if (beta.length !== Math.max(0, n - 1))
    throw new RangeError(
      `beta must be one shorter than alpha, got lengths ${beta.length} and ${n}`,
    );
  requireFinite("alpha", alpha);
  requireFinite("beta", beta);
  const width = vectors === "all" ? n : vectors === "first-and-last" ? 2 : 0;
  const z = new Float64Array(n * width);
  if (vectors === "all") for (let i = 0; i < n; i++) z[i * n + i] = 1;
  if (vectors === "first-and-last" && n > 0) {
    z[0] = 1;
    z[2 * n - 1] = 1;
  }
  const diagonal = alpha.slice();
  const offDiagonal = new Float64Array(n);
  offDiagonal.set(beta);
  iterate(diagonal, offDiagonal, z, width);
  const sorted = sort(diagonal, z, width);
  if (vectors === "none") return { values: sorted.values };
  if (vectors === "all") return sorted;
  return {
    values: sorted.values,
    first: Float64Array.from({ length: n }, (_, j) => sorted.vectors[2 * j]),
    last: Float64Array.from({ length: n }, (_, j) => sorted.vectors[2 * j + 1]),
  };
}

/** The eigenpairs of Q·T·Qᵀ, T given by d and e with one place of room, and `q` = Qᵀ [n, n]. All are overwritten. */
export function rotateEigen(d: Float64Array, e: Float64Array, q: Float64Array): EigenPairs {
  iterate(d, e, q, d.length);
  return sort(d, q, d.length);
}

/** Diagonalise in place. e[i] couples i and i + 1, e[n − 1] is room; zt is [n, width]. */
function iterate(d: Float64Array, e: Float64Array, zt: Float64Array, width: number): void {
  const n = d.length;
  const unit = scaleToOne(d, e);
  // Beside two diagonal entries that are themselves rounding error (a singular matrix) the relative
  // test never ends; what is below ε‖T‖ changes no eigenvalue by more than the promised error.
  let largest = 0;
  for (let i = 0; i < n; i++) largest = Math.max(largest, Math.abs(d[i]) + Math.abs(e[i]));
  const floor = 0.5 * Number.EPSILON * largest;
  for (let l = 0; l < n; l++) {
    for (let sweep = 0; ; sweep++) {
      let m = l;
      while (
        m < n - 1 &&
        Math.abs(e[m]) > floor &&
        Math.abs(e[m]) > 0.5 * Number.EPSILON * (Math.abs(d[m]) + Math.abs(d[m + 1]))
      )
        m++;
      if (m === l) break;
      if (sweep === 60) throw new Error(`QL iteration of eigenvalue ${l} did not end in 60 sweeps`);
      sweepUp(d, e, zt, width, l, m);
    }
  }
  for (let i = 0; i < n; i++) d[i] *= unit;
}

/** One implicit QL sweep over the block l … m, chasing the bulge from m down to l. */
function sweepUp(
  d: Float64Array,
  e: Float64Array,
  zt: Float64Array,
  width: number,
  l: number,
  m: number,
): void {
  const half = (d[l + 1] - d[l]) / (2 * e[l]);
  const root = Math.sqrt(half * half + 1);
  let g = d[m] - d[l] + e[l] / (half + (half < 0 ? -root : root));
  let s = 1;
  let c = 1;
  let p = 0;
  for (let i = m - 1; i >= l; i--) {
    const f = s * e[i];
    const b = c * e[i];
    const r = Math.sqrt(f * f + g * g);
    e[i + 1] = r;
    if (r === 0) {
      d[i + 1] -= p;
      e[m] = 0;
      return;
    }
    s = f / r;
    c = g / r;
    g = d[i + 1] - p;
    const t = (d[i] - g) * s + 2 * c * b;
    p = s * t;
    d[i + 1] = g + p;
    g = c * t - b;
    for (let k = i * width, end = k + width; k < end; k++) {
      const upper = zt[k + width];
      zt[k + width] = s * zt[k] + c * upper;
      zt[k] = c * zt[k] - s * upper;
    }
  }
  d[l] -= p;
  e[l] = g;
  e[m] = 0;
}

/** Divide by a power of two so that no square overflows; gives it back. */
function scaleToOne(d: Float64Array, e: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < d.length; i++) largest = Math.max(largest, Math.abs(d[i]), Math.abs(e[i]));
  if (largest === 0) return 1;
  const unit = 2 ** Math.max(-1000, Math.min(1000, Math.floor(Math.log2(largest))));
  for (let i = 0; i < d.length; i++) {
    d[i] /= unit;
    e[i] /= unit;
  }
  return unit;
}

function sort(d: Float64Array, zt: Float64Array, width: number): EigenPairs {
  const order = Array.from(d.keys()).sort((i, j) => d[j] - d[i]);
  const vectors = new Float64Array(zt.length);
  order.forEach((from, to) => {
    vectors.set(zt.subarray(from * width, (from + 1) * width), to * width);
  });
  return { values: Float64Array.from(order, (i) => d[i]), vectors };
}
