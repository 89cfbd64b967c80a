import { symmetricEigen } from "../../numeric/index.ts";
import { requirePositive } from "../theory/law.ts";
import type { QuadraticSgd } from "./ornstein-uhlenbeck.ts";

/**
 * E L(θ_t) − L(θ₀) of dθ = −Hθ dt + √(ηC) dW that starts at the critical point θ₀:
 *
 *     (η/4) Tr[(I − e^{−2Ht}) C]  ≈  (ηt/2) Tr(HC)   for small t
 *
 * whose slope Tr(HC) is Zhu et al.'s indicator of how well a noise escapes. H may have negative
 * eigenvalues, along which the loss falls without end. As t → ∞ at a minimum it is the stationary
 * loss (η/4)·Tr C.
 *
 * Source: Zhu et al. (2019), escaping efficiency.
 */
export function lossFromMinimum(
  { dimension: d, hessian, covariance, eta }: Omit<QuadraticSgd, "momentum">,
  time: number,
): number {
  requirePositive("eta", eta);
  if (!(time >= 0)) throw new RangeError(`time must not be negative, got ${time}`);
  const { values, vectors } = symmetricEigen(hessian, d);
  let loss = 0;
  for (let k = 0; k < d; k++) {
    const u = vectors.subarray(k * d, (k + 1) * d);
    let along = 0;
    for (let i = 0; i < d; i++)
      for (let j = 0; j < d; j++) along += u[i] * covariance[i * d + j] * u[j];
    loss -= (eta / 4) * Math.expm1(-2 * values[k] * time) * along;
  }
  return loss;
}
