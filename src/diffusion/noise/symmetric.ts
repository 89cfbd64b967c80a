// Functions of symmetric matrices as graphs of scalars: in closed form for one coordinate, two, or a
// diagonal; for three to six by Jacobi's rotations, unrolled.
import {
  abs,
  add,
  div,
  equal,
  less,
  mul,
  neg,
  scalar,
  sqrt,
  square,
  sub,
  type Tensor,
  where,
} from "../../graph/index.ts";
import { diagonal } from "./constant.ts";
import { isZero, zero } from "./landscape.ts";
import type { Matrix } from "./noise.ts";

/** Rotations beyond this many coordinates are no loop that an engine optimises. */
const MOST_COORDINATES = 6;

/** A function of eigenvalues. */
export interface SpectralFunction {
  readonly value: (lambda: Tensor) => Tensor;
  /** (f(a) − f(b))/(a − b), without its cancellation, given f(a) and f(b); finite where a = b. */
  readonly divided: (a: Tensor, b: Tensor, fa: Tensor, fb: Tensor) => Tensor;
}

/**
 * f(M) = U f(Λ) Uᵀ. Of two coordinates ½(f₊ + f₋)·I + f[λ₊, λ₋]·(M − ½tr M·I), which is smooth where
 * the eigenvalues meet, too; beyond, the derivative is good as long as they are apart.
 *
 * Cost: 90 rotations of 76 operations for six coordinates.
 *
 * @throws RangeError beyond six coordinates, unless M is diagonal.
 */
export function matrixFunction(m: Matrix, f: SpectralFunction): Matrix {
  if (isDiagonal(m)) return diagonal(m.map((row, i) => f.value(row[i])));
  if (m.length === 2) return ofTwo(m, f);
  const { values, vectors } = symmetricEigenGraph(m);
  const weights = values.map((lambda) => f.value(lambda));
  return m.map((_, i) =>
    m.map((__, j) =>
      sum(weights.map((weight, k) => mul(weight, mul(vectors[i][k], vectors[j][k])))),
    ),
  );
}

function ofTwo([[a, b], [, c]]: Matrix, f: SpectralFunction): Matrix {
  const mean = mul(add(a, c), 0.5);
  const half = mul(sub(a, c), 0.5);
  const radius = root(add(square(half), square(b)));
  const [high, low] = [add(mean, radius), sub(mean, radius)];
  const [fHigh, fLow] = [f.value(high), f.value(low)];
  const middle = mul(add(fHigh, fLow), 0.5);
  const slope = f.divided(high, low, fHigh, fLow);
  const off = mul(slope, b);
  return [
    [add(middle, mul(slope, half)), off],
    [off, sub(middle, mul(slope, half))],
  ];
}

/** Eigenvalues in no order; column k of `vectors` belongs to `values[k]`. */
export interface EigenGraph {
  readonly values: readonly Tensor[];
  readonly vectors: Matrix;
}

/**
 * Eigenvalues and vectors of a symmetric matrix of up to six coordinates, by cyclic Jacobi rotations:
 * one for two coordinates, which is exact, six rounds beyond, which leave 10⁻¹⁴ of the largest.
 *
 * @see Golub, Van Loan, Matrix Computations, 8.5
 * @throws RangeError beyond six coordinates.
 */
export function symmetricEigenGraph(m: Matrix): EigenGraph {
  const n = m.length;
  if (n > MOST_COORDINATES && !isDiagonal(m))
    throw new RangeError(
      `a function of a matrix takes at most ${MOST_COORDINATES} coordinates, or a diagonal matrix, got ${n}`,
    );
  const a = m.map((row) => [...row]);
  const v: Tensor[][] = diagonal(m.map(() => scalar(1, "float64")));
  const rounds = isDiagonal(m) ? 0 : n === 2 ? 1 : 6;
  for (let round = 0; round < rounds; round++)
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, v, p, q);
  return { values: a.map((row, i) => row[i]), vectors: v };
}

/**
 * The plane rotation that clears a[p][q], applied to `a` and gathered in `v`: t = tan of its angle is
 * the smaller root of t² + 2τt − 1 = 0, τ = (a_qq − a_pp)/(2a_pq), written so that a_pq may be 0.
 */
function rotate(a: Tensor[][], v: Tensor[][], p: number, q: number): void {
  const off = a[p][q];
  if (isZero(off)) return;
  const delta = sub(a[q][q], a[p][p]);
  const twice = mul(off, 2);
  const denominator = add(abs(delta), root(add(square(delta), square(twice))));
  const size = div(twice, where(equal(denominator, 0), 1, denominator));
  const t = where(less(delta, 0), neg(size), size);
  const c = div(1, sqrt(add(square(t), 1)));
  const s = mul(t, c);
  const turn = (x: Tensor, y: Tensor): [Tensor, Tensor] => [
    sub(mul(c, x), mul(s, y)),
    add(mul(s, x), mul(c, y)),
  ];
  const shift = mul(t, off);
  a[p][p] = sub(a[p][p], shift);
  a[q][q] = add(a[q][q], shift);
  a[p][q] = a[q][p] = zero();
  for (let k = 0; k < a.length; k++) {
    [v[k][p], v[k][q]] = turn(v[k][p], v[k][q]);
    if (k === p || k === q) continue;
    [a[k][p], a[k][q]] = turn(a[k][p], a[k][q]);
    [a[p][k], a[q][k]] = [a[k][p], a[k][q]];
  }
}

/** √x with the derivative 0 at x = 0, where that of an eigenvalue's distance has none. */
function root(x: Tensor): Tensor {
  const none = equal(x, 0);
  return where(none, 0, sqrt(where(none, 1, x)));
}

const isDiagonal = (m: Matrix): boolean =>
  m.every((row, i) => row.every((entry, j) => i === j || isZero(entry)));

export const sum = (terms: readonly Tensor[]): Tensor => terms.reduce((a, b) => add(a, b));
