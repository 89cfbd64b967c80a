import { axpy, dot, type FloatArray, norm } from "../../numeric/index.ts";
import type { SymmetricOperator } from "../operators/operator.ts";
import { vectorOf } from "./apply-all.ts";
import {
  begin,
  finish,
  type InverseOptions,
  type InverseProduct,
  product,
} from "./inverse-product.ts";

export interface ConjugateGradientOptions extends InverseOptions {
  /** out ← M⁻¹·r for a symmetric positive definite M near A + shift·I. */
  readonly preconditioner?: (r: FloatArray, out: FloatArray) => void | Promise<void>;
}

/**
 * (A + shift·I)⁻¹b by conjugate gradients, for a positive definite matrix; `minres` is for others.
 *
 * The error falls at least as ((√κ − 1)/(√κ + 1))ᵏ. One product an iteration and two more; five vectors.
 *
 * @see Hestenes, Stiefel (1952), https://doi.org/10.6028/jres.049.044
 */
export async function solve(
  operator: SymmetricOperator,
  b: FloatArray,
  options: ConjugateGradientOptions = {},
): Promise<InverseProduct> {
  const { preconditioner, shift = 0, maxIterations = 1000 } = options;
  const { level, x, r, before } = await begin(operator, b, options);
  const z = preconditioner ? vectorOf(operator) : r;
  await preconditioner?.(r, z);
  const p = z.slice();
  const image = vectorOf(operator);
  let rz = dot(r, z);
  let iterations = 0;
  let status: InverseProduct["status"] = norm(r) <= level ? "converged" : "max-iterations";
  let found: Pick<InverseProduct, "direction" | "curvature"> = {};
  while (status === "max-iterations" && iterations < maxIterations) {
    if (preconditioner && !(rz > 0))
      throw new RangeError(`the preconditioner must be positive definite, got rᵀM⁻¹r = ${rz}`);
    await product(operator, shift, p, image);
    const pAp = dot(p, image);
    iterations++;
    if (!Number.isFinite(pAp)) status = "not-finite";
    else if (pAp <= 0) {
      const length = norm(p);
      status = "negative-curvature";
      found = { direction: p.map((value) => value / length), curvature: pAp / length ** 2 };
    } else {
      axpy(rz / pAp, p, x);
      axpy(-rz / pAp, image, r);
      if (norm(r) <= level) {
        status = "converged";
        break;
      }
      await preconditioner?.(r, z);
      const next = dot(r, z);
      const beta = next / rz;
      for (let i = 0; i < p.length; i++) p[i] = z[i] + beta * p[i];
      rz = next;
    }
  }
  return { ...(await finish(operator, b, shift, x, level, status, before)), iterations, ...found };
}
