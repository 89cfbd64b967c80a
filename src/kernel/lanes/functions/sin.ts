import type { Lane, Lanes, Precision } from "../lane.ts";
import { polynomial } from "./polynomial.ts";

/**
 * sin x, of [−1, 1] and within 2.5 ulp where |x| ≤ 4 (f32) or 3·10⁶ (f64). In f32 it is within 16 ulp next
 * to the sine's other zeros up to 100, and its absolute error below 2·10⁻⁷ up to 12,000. Beyond, the error is
 * that of an x rounded to its precision; from 2²⁰ (f32) or 2⁴⁰ (f64) on, where that leaves little, and for ±∞
 * and NaN, the result is NaN. A zero gives +0.
 *
 *     n = nearest(x/π),  r = x − nπ,  sin x = (−1)ⁿ sin r
 *
 * π has three parts (Cody and Waite), of which n times the first two is exact. sin r = r + r³Q(r²) on ±π/2, Q
 * of degree 3 (f32, 6·10⁻⁹ relative) or 7 (f64, 3·10⁻¹⁹) by Remez' algorithm: one polynomial over half a turn
 * takes fewer instructions than two, of sine and cosine, over a quarter.
 */
export function sin(lanes: Lanes, x: Lane): Lane {
  const { magic } = constants[lanes.precision];
  const t = lanes.add(lanes.mul(x, lanes.constant(1 / Math.PI)), lanes.constant(magic));
  return sinOfTurns(lanes, x, t, lanes.sub(t, lanes.constant(magic)));
}

/** cos x = sin(|x| + π/2), with the bounds of `sin`, by n = nearest(x/π + ½), r = x − (n − ½)π. */
export function cos(lanes: Lanes, x: Lane): Lane {
  const { magic } = constants[lanes.precision];
  const size = lanes.abs(x);
  const turns = lanes.add(lanes.mul(size, lanes.constant(1 / Math.PI)), lanes.constant(0.5));
  const t = lanes.add(turns, lanes.constant(magic));
  const n = lanes.sub(lanes.sub(t, lanes.constant(magic)), lanes.constant(0.5));
  return sinOfTurns(lanes, size, t, n);
}

/** sin(x − nπ), its sign changed where the lowest bit of t is set. */
function sinOfTurns(lanes: Lanes, x: Lane, t: Lane, n: Lane): Lane {
  const { sub, mul, constant } = lanes;
  const { width, limit, pi, series } = constants[lanes.precision];
  const r = pi.reduce((rest, part) => sub(rest, mul(n, constant(part))), x);
  const y = mul(r, r);
  const value = lanes.add(r, mul(r, mul(y, polynomial(lanes, y, series))));
  const sign = lanes.shift("shiftLeft", lanes.asInt(t), width - 1);
  const bounded = lanes.pmax(lanes.pmin(value, constant(1)), constant(-1));
  const signed = lanes.intXor(lanes.asInt(bounded), sign);
  const beyond = lanes.maskInt(lanes.less(constant(limit), lanes.abs(x)));
  return lanes.asFloat(lanes.intOr(signed, beyond));
}

interface SinConstants {
  readonly width: number;
  /** Adding it rounds to a whole number, which is then in the lowest bits. */
  readonly magic: number;
  readonly limit: number;
  readonly pi: readonly [number, number, number];
  /** (sin r/r − 1)/r² in powers of r². */
  readonly series: readonly number[];
}

const constants: Readonly<Record<Precision, SinConstants>> = {
  f32: {
    width: 32,
    magic: 1.5 * 2 ** 23,
    limit: 2 ** 20,
    pi: [3.140625, 0.0009675025939941406, 1.5099580252808664e-7],
    series: [
      -0.16666659712791443, 0.008333069272339344, -0.00019809776858892292, 2.606095677037956e-6,
    ],
  },
  f64: {
    width: 64,
    magic: 1.5 * 2 ** 52,
    limit: 2 ** 40,
    pi: [3.1415926534682512, 1.2154201012607932e-10, 4.044532497591901e-21],
    series: [
      -0.16666666666666666, 0.008333333333333207, -0.0001984126984121248, 2.7557319211569482e-6,
      -2.505210690441554e-8, 1.6058941000726287e-10, -7.643019272165314e-13, 2.72141760827687e-15,
    ],
  },
};
