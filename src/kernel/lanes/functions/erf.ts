import type { Lane, Lanes, Precision } from "../lane.ts";
import { halfExpm1 } from "./exp.ts";
import { polynomial } from "./polynomial.ts";
import { withSign } from "./sign.ts";

/**
 * erf x = ±(1 − e^(−u)), u = −ln erfc|x| = |x|·G(|x|): within 4 ulp. G is a polynomial up to where erf rounds
 * to 1, of degree 7 (f32) or 22 (f64), by Remez' algorithm; the error of erf that it leaves is 5·10⁻⁸ or
 * 1.3·10⁻¹⁶ relative. A small error of u is at most as large, relatively, in 1 − e^(−u): one formula serves
 * the whole line.
 */
export function erf(lanes: Lanes, x: Lane): Lane {
  const { saturated, series } = constants[lanes.precision];
  const size = lanes.pmin(lanes.abs(x), lanes.constant(saturated));
  const u = lanes.mul(size, polynomial(lanes, size, series));
  const half = halfExpm1(lanes, lanes.neg(u));
  return withSign(lanes, lanes.add(half, half), x);
}

const constants: Readonly<Record<Precision, { saturated: number; series: readonly number[] }>> = {
  f32: {
    saturated: 3.95,
    series: [
      1.128379225730896, 0.6366164684295654, 0.10281441360712051, -0.019321726635098457,
      0.00020573451183736324, 0.001251731300726533, -0.000380994490114972, 4.0706985600991175e-5,
    ],
  },
  f64: {
    saturated: 5.95,
    series: [
      1.1283791670955126, 0.6366197723676116, 0.10277260330005897, -0.019128446963041813,
      -0.0002091952305324719, 0.0016962105313123434, -0.0005901468183106364, 2.5955221221433856e-5,
      6.42899816502696e-5, -2.932349067970675e-5, 2.795800250364587e-6, 3.564751734322212e-6,
      -2.429851842151316e-6, 8.537493594817952e-7, -1.7411005983779295e-7, 8.377054574327143e-9,
      7.780953306625383e-9, -3.152838180619626e-9, 6.810555369087653e-10, -9.54784808754386e-11,
      8.72081256951732e-12, -4.754773261655496e-13, 1.1799900028068179e-14,
    ],
  },
};
