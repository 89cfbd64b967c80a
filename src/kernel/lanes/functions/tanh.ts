import type { Lane, Lanes } from "../lane.ts";
import { exp, halfExpm1 } from "./exp.ts";
import { type OddRatio, oddRatio } from "./odd-ratio.ts";
import { withSign } from "./sign.ts";

/**
 * tanh x, of [−1, 1], within 7 ulp (f32) or 3 (f64). In f32 it is x times a ratio of polynomials of x², of
 * degree 4 each (2.3·10⁻⁸ relative up to where it rounds to ±1, by Lawson's iteration): 25 instructions for
 * the 35 of the form in f64, which is ±|h/(h + 1)|, h = (e^(−2|x|) − 1)/2.
 */
export function tanh(lanes: Lanes, x: Lane): Lane {
  const { constant } = lanes;
  if (lanes.precision === "f32") return oddRatio(lanes, x, single);
  const twice = lanes.pmax(lanes.mul(lanes.abs(x), constant(-2)), constant(-40));
  const h = halfExpm1(lanes, twice);
  return withSign(lanes, lanes.div(h, lanes.add(h, constant(1))), x);
}

/** 1/(1 + e^(−x)), within 2.5 ulp where it is normal; below `exp`'s domain it is 0. */
export function sigmoid(lanes: Lanes, x: Lane): Lane {
  const one = lanes.constant(1);
  return lanes.div(one, lanes.add(one, exp(lanes, lanes.neg(x))));
}

const single: OddRatio = {
  saturated: 9.1,
  above: [
    1.0, 0.1337447166442871, 0.003487807232886553, 2.0481118554016575e-5, 1.3177427149457799e-8,
  ],
  below: [
    1.0, 0.4670778512954712, 0.02584737353026867, 0.00032729137456044555, 7.704007316533534e-7,
  ],
};
