import type { Lane, Lanes, Precision } from "../lane.ts";
import { polynomial } from "./polynomial.ts";

/**
 * eˣ, within 1.1 ulp in f32 and f64 where it is normal. Above the largest number it is ∞; below 2^−125.5
 * (f32) or 2^−1021.5 (f64) it is 0: subnormal results are flushed, which also keeps loops off the slow path
 * that processors have for them. NaN gives NaN.
 *
 *     n = nearest(x/ln 2),  r = x − n·ln 2,  eˣ = 2ⁿ⁻¹·2eʳ
 *
 * 2eʳ is a polynomial on ±ln 2/2, by Remez' algorithm, of degree 6 (3.4·10⁻⁹ relative) or 11 (3·10⁻¹⁷). The
 * halved power of two has an exponent field for every n up to overflow, which is then the product's own.
 */
export function exp(lanes: Lanes, x: Lane): Lane {
  const { low, high } = domain[lanes.precision];
  return expScaled(lanes, lanes.pmax(lanes.pmin(x, lanes.constant(high)), lanes.constant(low)));
}

/** Where n − 1 has an exponent field: its value is 0 at the lower end. */
const domain: Readonly<Record<Precision, { low: number; high: number }>> = {
  f32: { low: -87.5, high: 89 },
  f64: { low: -708.5, high: 710 },
};

function expScaled(lanes: Lanes, x: Lane): Lane {
  const { mul, add, sub, constant } = lanes;
  const { magic, mantissaBits, ln2High, ln2Low, twiceExp } = constants[lanes.precision];
  // Rounding x/ln 2 + magic to a whole number leaves n − 1 + bias in the lowest bits.
  const t = add(mul(x, constant(Math.LOG2E)), constant(magic));
  const n = sub(t, constant(magic));
  const r = sub(sub(x, mul(n, constant(ln2High))), mul(n, constant(ln2Low)));
  const power = lanes.asFloat(lanes.shift("shiftLeft", lanes.asInt(t), mantissaBits));
  const square = mul(r, r);
  const tail = mul(square, polynomial(lanes, r, twiceExp));
  const p = add(constant(2), add(add(r, r), tail));
  return mul(p, power);
}

interface ExpConstants {
  /** 1.5·2^mantissaBits + bias − 1. */
  readonly magic: number;
  readonly mantissaBits: number;
  /** ln 2 in two parts; n times the first is exact. */
  readonly ln2High: number;
  readonly ln2Low: number;
  /** 2(eʳ − 1 − r)/r². */
  readonly twiceExp: readonly number[];
}

const constants: Readonly<Record<Precision, ExpConstants>> = {
  f32: {
    magic: 1.5 * 2 ** 23 + 126,
    mantissaBits: 23,
    ln2High: 0.693145751953125,
    ln2Low: 1.428606765330187e-6,
    twiceExp: [
      0.4999999403953552, 0.16666516661643982, 0.04166824743151665, 0.008369085378944874,
      0.001382247544825077,
    ].map((c) => 2 * c),
  },
  f64: {
    magic: 1.5 * 2 ** 52 + 1022,
    mantissaBits: 52,
    ln2High: 0.6931471803691238,
    ln2Low: 1.9082149292705877e-10,
    twiceExp: [
      0.5000000000000011, 0.1666666666666613, 0.04166666666652239, 0.008333333333442692,
      0.0013888888949126815, 0.00019841270276405972, 2.480148373202222e-5, 2.755632360042952e-6,
      2.763471910787403e-7, 2.5564903822773616e-8,
    ].map((c) => 2 * c),
  },
};
