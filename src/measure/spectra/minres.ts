import { axpy, dot, type FloatArray, norm, scale } from "../../numeric/index.ts";
import type { SymmetricOperator } from "../operators/operator.ts";
import { vectorOf } from "./apply-all.ts";
import {
  begin,
  finish,
  type InverseOptions,
  type InverseProduct,
  product,
} from "./inverse-product.ts";
import { breakdownLevel } from "./krylov.ts";

/**
 * (A + shift·I)⁻¹b by the method of minimal residuals, for a matrix that may be indefinite. The residual
 * never grows. One product an iteration and two more; seven vectors.
 *
 * @see Paige, Saunders (1975), https://doi.org/10.1137/0712047
 */
export async function minres(
  operator: SymmetricOperator,
  b: FloatArray,
  options: InverseOptions = {},
): Promise<InverseProduct> {
  const { shift = 0, maxIterations = 1000 } = options;
  const { level, x, r, before } = await begin(operator, b, options);
  // Lanczos' vectors, the last two columns of V·R⁻¹, and the last two rotations of the QR of T.
  let [v, previous, w, earlier] = [r, vectorOf(operator), vectorOf(operator), vectorOf(operator)];
  let image = vectorOf(operator);
  let eta = norm(r);
  let [beta, size] = [0, 0];
  let [cosine, sine, lastCosine, lastSine] = [1, 0, 1, 0];
  let iterations = 0;
  let status: InverseProduct["status"] = eta <= level ? "converged" : "max-iterations";
  if (eta > 0) scale(1 / eta, v);
  while (status === "max-iterations" && iterations < maxIterations) {
    await product(operator, shift, v, image);
    iterations++;
    const alpha = dot(v, image);
    axpy(-alpha, v, image);
    axpy(-beta, previous, image);
    const next = norm(image);
    if (!Number.isFinite(next)) {
      status = "not-finite";
      break;
    }
    const rho0 = cosine * alpha - lastCosine * sine * beta;
    const rho1 = Math.hypot(rho0, next);
    const rho2 = sine * alpha + lastCosine * cosine * beta;
    const rho3 = lastSine * beta;
    size = Math.max(size, Math.abs(alpha), next);
    const rounding = breakdownLevel(operator) * size;
    const exhausted = next <= rounding;
    // ‖A·r‖ / ‖r‖ of the residual so far: at 0 it is the least there is.
    if (rho1 <= rounding || Math.hypot(rho0, cosine * next) <= 100 * rounding) {
      status = "singular";
      break;
    }
    for (let i = 0; i < v.length; i++) earlier[i] = (v[i] - rho3 * earlier[i] - rho2 * w[i]) / rho1;
    [w, earlier] = [earlier, w];
    [lastCosine, lastSine, cosine, sine] = [cosine, sine, rho0 / rho1, next / rho1];
    axpy(cosine * eta, w, x);
    eta *= -sine;
    if (Math.abs(eta) <= level) status = "converged";
    else if (exhausted) status = "singular";
    else {
      scale(1 / next, image);
      [previous, v, image] = [v, image, previous];
      beta = next;
    }
  }
  return { ...(await finish(operator, b, shift, x, level, status, before)), iterations };
}
