import { dots, norm, subtract, type VectorSpace, vectorSpace } from "../../kernel/index.ts";
import { type FloatArray, scale } from "../../numeric/index.ts";
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
  const { dim, dtype } = operator;
  const space = vectorSpace(dim, dtype, tridiagonalRoom(operator, steps));
  const q = space.take();
  q.set(start);
  return tridiagonalise(operator, space, q, steps); // the space lives with the basis
}

/** Vectors that `tridiagonalise` takes from its space, the start included. */
export function tridiagonalRoom({ dim }: SymmetricOperator, steps: number): number {
  return Math.min(steps, dim) + 1;
}

/** `lanczosTridiagonal` with the basis in a space, from a start vector taken from it, which becomes the first of the basis. */
export async function tridiagonalise(
  operator: SymmetricOperator,
  space: VectorSpace,
  start: FloatArray,
  steps: number,
): Promise<LanczosTridiagonal> {
  const length = norm(start);
  if (!(length > 0 && length < Infinity))
    throw new RangeError(`a start vector must be finite and not zero, got norm ${length}`);
  scale(1 / length, start);
  const basis: FloatArray[] = [];
  const [alpha, beta]: number[][] = [[], []];
  let next = start;
  let size = 0;
  for (let j = 0; j < Math.min(steps, operator.dim); j++) {
    basis.push(next);
    const w = space.take();
    await operator.apply(next, w);
    const { coefficients, length: left } = orthogonalise(w, basis);
    alpha.push(coefficients[j]);
    beta.push(left);
    size = Math.max(size, Math.abs(alpha[j]), beta[j]);
    next = w;
    if (beta[j] <= breakdownLevel(operator) * size) break;
    scale(1 / beta[j], w);
  }
  space.give(next);
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

/** w ← w − QQᵀw, adding Qᵀw to `coefficients`. */
function sweep(w: FloatArray, basis: readonly FloatArray[], coefficients: Float64Array): void {
  const c = dots(w, basis);
  subtract(w, basis, c);
  c.forEach((value, i) => (coefficients[i] += value));
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
