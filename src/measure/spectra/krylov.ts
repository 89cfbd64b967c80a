import { type FloatArray, norm, scale } from "../../numeric/index.ts";
import { fillNormal, type Stream, substream } from "../../random/index.ts";
import type { SymmetricOperator } from "../operators/operator.ts";

/** α, β and the basis of a plain Lanczos run: QᵀAQ is tridiagonal with diagonal α and off-diagonal β. */
export interface LanczosTridiagonal {
  /** [steps]. */
  readonly alpha: Float64Array;
  /** [steps]: the last entry is the norm of the residual that step `steps` left. */
  readonly beta: Float64Array;
  /** Orthonormal rows, one a step. */
  readonly basis: readonly FloatArray[];
}

/**
 * Lanczos' tridiagonalisation from a start vector, fully reorthogonalised. It ends before
 * `steps` where the Krylov space is exhausted (β below ε·‖T‖).
 *
 * Ritz values and squared first components of T's eigenvectors are the nodes and weights of the
 * Gauss quadrature of the start vector's spectral measure.
 */
export async function lanczosTridiagonal(
  operator: SymmetricOperator,
  start: FloatArray,
  steps: number,
): Promise<LanczosTridiagonal> {
  const length = norm(start);
  if (!(length > 0 && length < Infinity))
    throw new RangeError(`a start vector must be finite and not zero, got norm ${length}`);
  const q = start.slice();
  scale(1 / length, q);
  const basis: FloatArray[] = [];
  const [alpha, beta]: number[][] = [[], []];
  let next = q;
  let size = 0;
  for (let j = 0; j < Math.min(steps, operator.dim); j++) {
    basis.push(next);
    const w = next.slice();
    await operator.apply(next, w);
    const { coefficients, length: left } = orthogonalise(w, basis);
    alpha.push(coefficients[j]);
    beta.push(left);
    size = Math.max(size, Math.abs(alpha[j]), beta[j]);
    if (beta[j] <= breakdownLevel(operator) * size) break;
    scale(1 / beta[j], w);
    next = w;
  }
  return { alpha: Float64Array.from(alpha), beta: Float64Array.from(beta), basis };
}

/**
 * w ← (I − QQᵀ)w; returns Qᵀw and the norm that is left.
 *
 * The last two vectors go first, since in a Lanczos step they hold all of w's overlap but rounding;
 * then a sweep of classical Gram–Schmidt over all, and another wherever the last one took more than
 * half of ‖w‖². So every component that mattered is removed twice, and twice is enough.
 *
 * @see Giraud, Langou, Rozložník, van den Eshof (2005), https://doi.org/10.1007/s00211-005-0615-4
 */
export function orthogonalise(
  w: FloatArray,
  basis: readonly FloatArray[],
): { readonly coefficients: Float64Array; readonly length: number } {
  const coefficients = new Float64Array(basis.length);
  const recent = Math.max(0, basis.length - 2);
  sweep(w, basis.slice(recent), coefficients.subarray(recent));
  let before = norm(w);
  for (let round = 0; ; round++) {
    sweep(w, basis, coefficients);
    const length = norm(w);
    if (round === 1 || !(length <= 0.7 * before)) return { coefficients, length };
    before = length;
  }
}

/** w ← w − QQᵀw, adding Qᵀw to `coefficients`; w is read and written once for four vectors. */
function sweep(w: FloatArray, basis: readonly FloatArray[], coefficients: Float64Array): void {
  const c = new Float64Array(basis.length);
  // A short group repeats the last vector, with coefficient 0.
  for (let i = 0; i < basis.length; i += 4) {
    const [q0, q1, q2, q3] = four(basis, i);
    c.set(dot4(w, q0, q1, q2, q3).subarray(0, basis.length - i), i);
  }
  for (let i = 0; i < basis.length; i += 4) {
    const [q0, q1, q2, q3] = four(basis, i);
    subtract4(w, q0, c[i], q1, c[i + 1] ?? 0, q2, c[i + 2] ?? 0, q3, c[i + 3] ?? 0);
  }
  c.forEach((value, i) => (coefficients[i] += value));
}

function four(basis: readonly FloatArray[], i: number): readonly FloatArray[] {
  const last = basis[basis.length - 1];
  return [basis[i], basis[i + 1] ?? last, basis[i + 2] ?? last, basis[i + 3] ?? last];
}

const sums = new Float64Array(4);

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
  sums[0] = s0;
  sums[1] = s1;
  sums[2] = s2;
  sums[3] = s3;
  return sums;
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

/** A unit vector from stream item `index`, orthogonal to the basis; undefined where the basis spans all. */
export function randomDirection(
  operator: SymmetricOperator,
  draws: Stream,
  index: number,
  basis: readonly FloatArray[],
): FloatArray | undefined {
  if (basis.length >= operator.dim) return undefined;
  const v =
    operator.dtype === "float32" ? new Float32Array(operator.dim) : new Float64Array(operator.dim);
  fillNormal(substream(draws, index), 0, v);
  // Three sweeps: near the end of a small space a draw loses most of its length to the basis.
  for (let sweep = 0; sweep < 3; sweep++) {
    scale(1 / norm(v), v);
    orthogonalise(v, basis);
  }
  scale(1 / norm(v), v);
  return v;
}

/** Below this multiple of ‖T‖ a β is rounding. */
export function breakdownLevel({ dtype }: SymmetricOperator): number {
  return 8 * (dtype === "float32" ? 2 ** -23 : 2 ** -52);
}
