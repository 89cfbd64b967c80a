import { matmul, requireFinite, requireShape, transpose } from "./matrix.ts";
import { solve } from "./solve.ts";

/** The solution of a matrix equation, and how well it was reached. */
export interface LyapunovSolution {
  /** Row-major [n, n]; symmetric where Q is. */
  readonly x: Float64Array;
  /** Greatest entry of the equation's two sides' difference, over that of |Q|. */
  readonly residual: number;
  readonly iterations: number;
  /** `unstable`: the sum that is the solution does not converge, and x is what it had come to. */
  readonly status: "converged" | "unstable";
}

/**
 * X with X = A·X·Aᵀ + Q: the sum Σₖ AᵏQ(Aᵀ)ᵏ, which converges where all eigenvalues of A lie inside
 * the unit circle. Doubled terms each step (Smith, 1968): ln of the number of terms, 4n³ each.
 */
export function discreteLyapunov(a: Float64Array, q: Float64Array, n: number): LyapunovSolution {
  requireShape("a", a, n, n);
  requireShape("q", q, n, n);
  requireFinite("a", a);
  requireFinite("q", q);
  let x: Float64Array = q.slice();
  let power: Float64Array = a.slice();
  for (let step = 1; step <= 64; step++) {
    const term = conjugate(power, x, n);
    x = x.map((value, i) => value + term[i]);
    const [added, size] = [greatest(term), greatest(x)];
    if (!Number.isFinite(size))
      return { x, residual: Infinity, iterations: step, status: "unstable" };
    if (added <= 1e-17 * size) {
      const image = conjugate(a, x, n);
      const residual = greatest(x.map((value, i) => value - image[i] - q[i])) / (greatest(q) || 1);
      return { x, residual, iterations: step, status: "converged" };
    }
    power = matmul(power, power, n, n, n);
  }
  return { x, residual: Infinity, iterations: 64, status: "unstable" };
}

/**
 * X with A·X + X·Aᵀ = Q, for A whose eigenvalues have positive real parts: the discrete equation for
 * U = (A + pI)⁻¹(A − pI) and 2p(A + pI)⁻¹Q(A + pI)⁻ᵀ, p > 0 of the size of A.
 */
export function continuousLyapunov(a: Float64Array, q: Float64Array, n: number): LyapunovSolution {
  requireShape("a", a, n, n);
  requireShape("q", q, n, n);
  requireFinite("a", a);
  requireFinite("q", q);
  let squares = 0;
  for (const value of a) squares += value * value;
  const p = 1.1 * Math.sqrt(squares / n) || 1; // 1.1: not the modulus of a lone eigenvalue
  const shifted = (sign: 1 | -1) => a.map((value, i) => value + (i % (n + 1) === 0 ? sign * p : 0));
  const u = solve(shifted(1), shifted(-1), n, n);
  const half = transpose(solve(shifted(1), q, n, n), n, n);
  const source = solve(shifted(1), half, n, n).map((value) => 2 * p * value);
  const { x, iterations, status } = discreteLyapunov(u, transpose(source, n, n), n);
  const [ax, xa] = [matmul(a, x, n, n, n), matmul(x, transpose(a, n, n), n, n, n)];
  const residual = greatest(q.map((value, i) => ax[i] + xa[i] - value)) / (greatest(q) || 1);
  return { x, residual, iterations, status };
}

/** M·X·Mᵀ */
function conjugate(m: Float64Array, x: Float64Array, n: number): Float64Array {
  return matmul(matmul(m, x, n, n, n), transpose(m, n, n), n, n, n);
}

function greatest(x: Float64Array): number {
  let top = 0;
  for (const value of x) top = Math.max(top, Math.abs(value));
  return top;
}
