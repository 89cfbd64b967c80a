import type { Lane, Lanes } from "../lane.ts";
import { exp, halfExpm1 } from "./exp.ts";
import { polynomial } from "./polynomial.ts";
import { withSign } from "./sign.ts";

/**
 * tanh x, within 6 ulp (f32) or 3 (f64). In f32 a ratio of polynomials of x², of degree 4 each, times x, bounded where it
 * rounds to ±1 (2.3·10⁻⁸ relative, by Lawson's iteration); in f64 |h/(h + 1)|, h = (e^(−2|x|) − 1)/2.
 */
export function tanh(lanes: Lanes, x: Lane): Lane {
  const { constant } = lanes;
  if (lanes.precision === "f64") {
    const twice = lanes.pmax(lanes.mul(lanes.abs(x), constant(-2)), constant(-40));
    const h = halfExpm1(lanes, twice);
    return withSign(lanes, lanes.div(h, lanes.add(h, constant(1))), x);
  }
  const within = (v: Lane, bound: number) =>
    lanes.pmax(lanes.pmin(v, constant(bound)), constant(-bound));
  const bounded = within(x, SATURATED);
  const y = lanes.mul(bounded, bounded);
  const above = lanes.mul(bounded, polynomial(lanes, y, NUMERATOR));
  return within(lanes.div(above, polynomial(lanes, y, DENOMINATOR)), 1);
}

/** 1/(1 + e^(−x)), within 2.5 ulp where it is normal; below `exp`'s domain it is 0. */
export function sigmoid(lanes: Lanes, x: Lane): Lane {
  const one = lanes.constant(1);
  return lanes.div(one, lanes.add(one, exp(lanes, lanes.neg(x))));
}

const SATURATED = 9.1;
const NUMERATOR = [
  1.0, 0.1337447166442871, 0.003487807232886553, 2.0481118554016575e-5, 1.3177427149457799e-8,
];
const DENOMINATOR = [
  1.0, 0.4670778512954712, 0.02584737353026867, 0.00032729137456044555, 7.704007316533534e-7,
];
