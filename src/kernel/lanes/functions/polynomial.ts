import type { Lane, Lanes } from "../lane.ts";

/**
 * c₀ + c₁x + c₂x² + …, by Estrin's scheme: neighbours are paired, then pairs, with x, x², x⁴, …. As many
 * operations as Horner's rule and one for each squaring, in a chain of 2 log₂ n instead of 2n: what a
 * function costs in a loop is mostly how long its chain is.
 */
export function polynomial(lanes: Lanes, x: Lane, coefficients: readonly number[]): Lane {
  let terms = coefficients.map((c) => lanes.constant(c));
  for (let power = x; terms.length > 1; power = lanes.mul(power, power)) {
    const above = power;
    terms = Array.from({ length: Math.ceil(terms.length / 2) }, (_, i) =>
      2 * i + 1 < terms.length
        ? lanes.add(terms[2 * i], lanes.mul(terms[2 * i + 1], above))
        : terms[2 * i],
    );
  }
  return terms[0];
}
