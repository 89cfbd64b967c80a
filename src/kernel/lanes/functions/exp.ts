import type { Lane, Lanes, Precision } from "../lane.ts";
import { ln2Parts } from "./ln2.ts";
import { polynomial } from "./polynomial.ts";

/**
 * eˣ, within 1.2 ulp in f32 and f64 where it is normal. Above the largest number it is ∞; below 2^−125.5
 * (f32) or 2^−1021.5 (f64) it is 0: subnormal results are flushed, which also keeps loops off the slow path
 * that processors have for them. NaN gives NaN.
 *
 *     n = nearest(x/ln 2),  r = x − n·ln 2,  eˣ = 2ⁿ⁻¹·2eʳ
 *
 * 2eʳ is a polynomial on ±ln 2/2, by Remez' algorithm, of degree 6 (3.4·10⁻⁹ relative) or 11 (3·10⁻¹⁷). The
 * halved power of two has an exponent field for every n up to overflow, which is then the product's own.
 */
export function exp(lanes: Lanes, x: Lane): Lane {
  const { power, tail } = expParts(lanes, x);
  return lanes.mul(lanes.add(lanes.constant(2), tail), power);
}

/**
 * eˣ − 1, within 3 ulp in f32 and f64, and ∞ where `exp` is. A zero gives +0.
 */
export function expm1(lanes: Lanes, x: Lane): Lane {
  const half = halfExpm1(lanes, x);
  return lanes.add(half, half);
}

/** (eˣ − 1)/2 = 2ⁿ⁻¹(eʳ − 1) + (2ⁿ⁻¹ − ½): as accurate as its double, which may overflow. */
export function halfExpm1(lanes: Lanes, x: Lane): Lane {
  const { power, tail } = expParts(lanes, x);
  const half = lanes.constant(0.5);
  return lanes.add(lanes.mul(lanes.mul(tail, half), power), lanes.sub(power, half));
}

/**
 * 2ⁿ⁻¹ and 2(eʳ − 1), n = nearest(x/ln 2) and r = x − n·ln 2 + rest, for an x + rest with a `rest` of at most
 * 0.1. x is bounded so that n − 1 has an exponent field: at the lower end it is that of 0.
 */
export function expParts(lanes: Lanes, x: Lane, rest?: Lane): { power: Lane; tail: Lane } {
  const { mul, add, sub, constant } = lanes;
  const { magic, mantissaBits, low, high, series } = constants[lanes.precision];
  const [ln2High, ln2Low] = ln2Parts[lanes.precision];
  const bounded = lanes.pmax(lanes.pmin(x, constant(high)), constant(low));
  // Rounding x/ln 2 + magic to a whole number leaves n − 1 + bias in the lowest bits.
  const t = add(mul(bounded, constant(Math.LOG2E)), constant(magic));
  const n = sub(t, constant(magic));
  const lower = mul(n, constant(ln2Low));
  const correction = rest === undefined ? lower : sub(lower, rest);
  const r = sub(sub(bounded, mul(n, constant(ln2High))), correction);
  const power = lanes.asFloat(lanes.shift("shiftLeft", lanes.asInt(t), mantissaBits));
  const tail = add(add(r, r), mul(mul(r, r), polynomial(lanes, r, series)));
  return { power, tail };
}

interface ExpConstants {
  /** 1.5·2^mantissaBits + bias − 1. */
  readonly magic: number;
  readonly mantissaBits: number;
  /** Of x. */
  readonly low: number;
  readonly high: number;
  /** 2(eʳ − 1 − r)/r². */
  readonly series: readonly number[];
}

const constants: Readonly<Record<Precision, ExpConstants>> = {
  f32: {
    magic: 1.5 * 2 ** 23 + 126,
    mantissaBits: 23,
    low: -87.5,
    high: 89,
    series: [
      0.4999999403953552, 0.16666516661643982, 0.04166824743151665, 0.008369085378944874,
      0.001382247544825077,
    ].map((c) => 2 * c),
  },
  f64: {
    magic: 1.5 * 2 ** 52 + 1022,
    mantissaBits: 52,
    low: -708.5,
    high: 710,
    series: [
      0.5000000000000011, 0.1666666666666613, 0.04166666666652239, 0.008333333333442692,
      0.0013888888949126815, 0.00019841270276405972, 2.480148373202222e-5, 2.755632360042952e-6,
      2.763471910787403e-7, 2.5564903822773616e-8,
    ].map((c) => 2 * c),
  },
};
