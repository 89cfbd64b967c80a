import type { Lane, Lanes } from "../lane.ts";
import { exp } from "./exp.ts";
import { logOfParts } from "./log.ts";

/**
 * ln(1 + eˣ) = max(x, 0) + ln(1 + z), z = e^(−|x|): within 2 ulp where it is normal; below `exp`'s domain
 * it is 0. 1 + z is f + 1 as it is, or 2(f + 1) where it exceeds √2; either f is z less a rounding.
 */
export function softplus(lanes: Lanes, x: Lane): Lane {
  const { constant } = lanes;
  const z = exp(lanes, lanes.neg(lanes.abs(x)));
  const halved = lanes.less(constant(Math.SQRT2 - 1), z);
  const half = lanes.mul(lanes.sub(z, constant(1)), constant(0.5));
  const exponent = lanes.select(halved, constant(1), constant(0));
  const tail = logOfParts(lanes, exponent, lanes.select(halved, half, z));
  return lanes.add(lanes.pmax(x, constant(0)), tail);
}
