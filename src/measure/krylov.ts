import { axpy, dot, type FloatArray, norm, scale } from "../numeric/index.ts";
import { fillNormal, type Stream, substream } from "../random/index.ts";
import type { SymmetricOperator } from "./operator.ts";

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
 * Lanczos' tridiagonalisation from a start vector, fully reorthogonalised, twice. It ends before
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
    const coefficients = orthogonalise(w, basis);
    alpha.push(coefficients[j]);
    beta.push(norm(w));
    size = Math.max(size, Math.abs(alpha[j]), beta[j]);
    if (beta[j] <= breakdownLevel(operator) * size) break;
    scale(1 / beta[j], w);
    next = w;
  }
  return { alpha: Float64Array.from(alpha), beta: Float64Array.from(beta), basis };
}

/** w ← (I − QQᵀ)w by two sweeps of modified Gram–Schmidt; returns Qᵀw. */
export function orthogonalise(w: FloatArray, basis: readonly FloatArray[]): Float64Array {
  const coefficients = new Float64Array(basis.length);
  for (let sweep = 0; sweep < 2; sweep++)
    basis.forEach((q, i) => {
      const c = dot(q, w);
      axpy(-c, q, w);
      coefficients[i] += c;
    });
  return coefficients;
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
