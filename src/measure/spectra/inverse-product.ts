import { axpy, type FloatArray, norm } from "../../numeric/index.ts";
import type { SymmetricOperator } from "../operators/operator.ts";
import { vectorOf } from "./apply-all.ts";

export interface InverseOptions {
  /** Stop where ‖b − (A + shift·I)x‖ ≤ tolerance·‖b‖; default 10⁻⁶. */
  readonly tolerance?: number;
  /** Default 1000. */
  readonly maxIterations?: number;
  /** Added to the diagonal; default 0. */
  readonly shift?: number;
  /** Where to begin; 0 where absent. */
  readonly start?: FloatArray;
}

export interface InverseProduct {
  /** The solution, or the best iterate. */
  readonly x: FloatArray;
  /** ‖b − (A + shift·I)x‖, recomputed by a product of its own. */
  readonly residual: number;
  /**
   * `negative-curvature`: a direction p had pᵀ(A + shift·I)p ≤ 0, so the matrix is not positive
   * definite, and x is the iterate before it. `singular`: b is not in the range, and x has the least
   * residual that there is. `max-iterations` also where rounding halts progress.
   */
  readonly status:
    "converged" | "max-iterations" | "negative-curvature" | "singular" | "not-finite";
  readonly iterations: number;
  readonly products: number;
  /** Of negative curvature, where it was met: unit. */
  readonly direction?: FloatArray;
  /** pᵀ(A + shift·I)p / ‖p‖² of it. */
  readonly curvature?: number;
}

/** Common to the solvers: checks, x, r = b − (A + shift·I)x, and the residual that is wanted. */
export async function begin(
  operator: SymmetricOperator,
  b: FloatArray,
  { tolerance = 1e-6, maxIterations = 1000, shift = 0, start }: InverseOptions,
) {
  const { dim } = operator;
  for (const [name, v] of [
    ["b", b],
    ["start", start],
  ] as const)
    if (v !== undefined && v.length !== dim)
      throw new RangeError(`${name} must have ${dim} numbers, got ${v.length}`);
  if (!(tolerance > 0 && tolerance < 1))
    throw new RangeError(`tolerance must be in (0, 1), got ${tolerance}`);
  if (!(Number.isInteger(maxIterations) && maxIterations >= 1))
    throw new RangeError(`maxIterations must be a positive integer, got ${maxIterations}`);
  const size = norm(b);
  if (!Number.isFinite(size)) throw new RangeError(`b must be finite, got norm ${size}`);
  const before = operator.products;
  const [x, r] = [vectorOf(operator), vectorOf(operator)];
  r.set(b);
  if (start) {
    x.set(start);
    const image = vectorOf(operator);
    await product(operator, shift, x, image);
    axpy(-1, image, r);
  }
  return { level: tolerance * size, x, r, before };
}

/** out ← (A + shift·I)v. */
export async function product(
  operator: SymmetricOperator,
  shift: number,
  v: FloatArray,
  out: FloatArray,
): Promise<void> {
  await operator.apply(v, out);
  if (shift !== 0) axpy(shift, v, out);
}

/** The true residual, which overrules a recurrence that has drifted from it by more than ten times. */
export async function finish(
  operator: SymmetricOperator,
  b: FloatArray,
  shift: number,
  x: FloatArray,
  level: number,
  status: InverseProduct["status"],
  before: number,
): Promise<Omit<InverseProduct, "iterations">> {
  const image = vectorOf(operator);
  await product(operator, shift, x, image);
  let squares = 0;
  for (let i = 0; i < image.length; i++) squares += (b[i] - image[i]) ** 2;
  const residual = Math.sqrt(squares);
  const drifted = status === "converged" && residual > 10 * level;
  return {
    x,
    residual,
    status: drifted ? "max-iterations" : status,
    products: operator.products - before,
  };
}
