import type { Lane, Lanes } from "../lane.ts";
import { halfExpm1 } from "./exp.ts";
import { type OddRatio, oddRatio } from "./odd-ratio.ts";
import { polynomial } from "./polynomial.ts";
import { withSign } from "./sign.ts";

/**
 * erf x, of [−1, 1], within 6 ulp (f32) or 4 (f64). In f32 it is x times a ratio of polynomials of x², of
 * degree 5 each (1.9·10⁻⁸ relative up to where it rounds to ±1, by Lawson's iteration). In f64 it is
 * ±(1 − e^(−u)), u = −ln erfc|x| = |x|·G(|x|), with G of degree 22 by Remez' algorithm, which leaves erf an
 * error of 1.3·10⁻¹⁶ relative: an error of u is at most as large, relatively, in 1 − e^(−u), so that one
 * formula serves the whole line.
 */
export function erf(lanes: Lanes, x: Lane): Lane {
  if (lanes.precision === "f32") return oddRatio(lanes, x, single);
  const size = lanes.pmin(lanes.abs(x), lanes.constant(SATURATED));
  const u = lanes.mul(size, polynomial(lanes, size, SERIES));
  const half = halfExpm1(lanes, lanes.neg(u));
  return withSign(lanes, lanes.add(half, half), x);
}

const single: OddRatio = {
  saturated: 3.92,
  above: [
    1.1283791065216064, 0.19040606915950775, 0.0527486726641655, 0.0037656002677977085,
    0.00028488237876445055, 2.0500908703979803e-6,
  ],
  below: [
    1.0, 0.502075731754303, 0.11410894989967346, 0.014969183132052422, 0.001162531552836299,
    3.809173358604312e-5,
  ],
};

const SATURATED = 5.95;
const SERIES = [
  1.1283791670955126, 0.6366197723676116, 0.10277260330005897, -0.019128446963041813,
  -0.0002091952305324719, 0.0016962105313123434, -0.0005901468183106364, 2.5955221221433856e-5,
  6.42899816502696e-5, -2.932349067970675e-5, 2.795800250364587e-6, 3.564751734322212e-6,
  -2.429851842151316e-6, 8.537493594817952e-7, -1.7411005983779295e-7, 8.377054574327143e-9,
  7.780953306625383e-9, -3.152838180619626e-9, 6.810555369087653e-10, -9.54784808754386e-11,
  8.72081256951732e-12, -4.754773261655496e-13, 1.1799900028068179e-14,
];
