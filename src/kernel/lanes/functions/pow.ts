import type { Lane, Lanes, Precision } from "../lane.ts";
import { expParts } from "./exp.ts";
import { decompose, logAtEnds, ratioSeries } from "./log.ts";
import { ln2Parts } from "./ln2.ts";
import { polynomial } from "./polynomial.ts";

/**
 * xʸ, with ln x and its product by y in two parts each, within 1.5 + |y ln x|/16 ulp. Of x = ±0, ±∞ and
 * negative ones (NaN unless y is whole), and of y = ±∞, it is as IEEE 754 has it, but −∞ is as other negative
 * numbers. 1 where y is ±0; else NaN where x or y is. Subnormal x count as zero, and results are flushed and
 * overflow as `exp`'s.
 *
 * A constant y is multiplied out if it is whole and of at most 64 (`powInteger`), and √x or its inverse if it
 * is ±½, where −∞ gives NaN and −0 keeps its sign.
 */
export function pow(lanes: Lanes, x: Lane, y: Lane): Lane {
  const { constant } = lanes;
  if (y.op === "constant") {
    const power = Number(y.value);
    if (Number.isInteger(power) && Math.abs(power) <= 64) return powInteger(lanes, x, power);
    if (power === 0.5) return lanes.sqrt(x);
    if (power === -0.5) return lanes.div(constant(1), lanes.sqrt(x));
  }
  const size = powOfSize(lanes, lanes.abs(x), y);
  const half = lanes.mul(y, constant(0.5));
  const whole = lanes.equal(lanes.nearest(y), y);
  const even = lanes.equal(lanes.nearest(half), half);
  const odd = lanes.maskInt(lanes.and(whole, lanes.not(even)));
  const minus = lanes.intAnd(lanes.asInt(x), lanes.asInt(constant(-0)));
  const nowhere = lanes.and(lanes.less(x, constant(0)), lanes.not(whole));
  const signed = lanes.intXor(lanes.asInt(size), lanes.intAnd(odd, minus));
  const value = lanes.asFloat(lanes.intOr(signed, lanes.maskInt(nowhere)));
  return lanes.select(lanes.equal(y, constant(0)), constant(1), value);
}

/**
 * xⁿ by squarings and multiplications, each with half an ulp; of negative n, the inverse of x⁻ⁿ. Within
 * (|n| + 1)·2⁻²⁴ (f32) or (|n| + 1)·2⁻⁵³ (f64) relative.
 */
export function powInteger(lanes: Lanes, x: Lane, n: number): Lane {
  if (n === 0) return lanes.constant(1);
  let product: Lane | undefined;
  let square = x;
  for (let rest = Math.abs(n); ; square = lanes.mul(square, square)) {
    if (rest % 2 === 1) product = product === undefined ? square : lanes.mul(product, square);
    rest = Math.floor(rest / 2);
    if (rest === 0) break;
  }
  return n > 0 ? product! : lanes.div(lanes.constant(1), product!);
}

/**
 * xʸ, x ≥ 0. With x = 2ᵉm, s = (m − 1)/(m + 1): ln x = e·ln 2 + 2s + s³R(s²), of which the first two terms
 * are summed exactly and s is known to twice the precision.
 *
 * @see Sun's fdlibm, e_pow.c, for the arithmetic by parts
 */
function powOfSize(lanes: Lanes, x: Lane, exponent: Lane): Lane {
  const { add, sub, mul, constant } = lanes;
  const { largestExponent } = constants[lanes.precision];
  const [ln2High, ln2Low] = ln2Parts[lanes.precision];
  const y = lanes.pmax(lanes.pmin(exponent, constant(largestExponent)), constant(-largestExponent));
  const { exponent: e, f } = decompose(lanes, x);
  // s·d = f with d = f + 2, the upper half of each times that of the other without error.
  const d = add(f, constant(2));
  const dHigh = upperHalf(lanes, d);
  const dLow = sub(f, sub(dHigh, constant(2)));
  const inverse = lanes.div(constant(1), d);
  const sHigh = upperHalf(lanes, mul(f, inverse));
  const sLow = mul(sub(sub(f, mul(sHigh, dHigh)), mul(sHigh, dLow)), inverse);
  const sum = add(sHigh, sLow);
  const square = mul(sum, sum);
  const tail = mul(mul(sum, square), polynomial(lanes, square, ratioSeries[lanes.precision]));

  const [a, b] = [mul(e, constant(ln2High)), add(sHigh, sHigh)];
  const high = add(a, b);
  const error = add(sub(a, high), b);
  const low = add(add(add(sLow, sLow), tail), add(error, mul(e, constant(ln2Low))));
  const logHigh = upperHalf(lanes, add(high, low));
  const logLow = sub(low, sub(logHigh, high));

  const yHigh = upperHalf(lanes, y);
  const product = mul(yHigh, logHigh);
  const rest = add(mul(sub(y, yHigh), logHigh), mul(y, logLow));
  const ends = mul(y, logAtEnds(lanes, x));
  // Small, but where the product is far beyond exp's ends.
  const small = lanes.pmax(lanes.pmin(rest, constant(0.1)), constant(-0.1));
  const { power, tail: expTail } = expParts(lanes, add(product, ends), small);
  return mul(add(constant(2), expTail), power);
}

function upperHalf(lanes: Lanes, x: Lane): Lane {
  const { lowerHalf } = constants[lanes.precision];
  return lanes.asFloat(lanes.intAnd(lanes.asInt(x), lanes.integer(~lowerHalf)));
}

interface PowConstants {
  /** Bits of a mantissa to drop, so that products of what is left are exact. */
  readonly lowerHalf: bigint;
  /** A power of which every number but 1 is 0 or ∞. */
  readonly largestExponent: number;
}

const constants: Readonly<Record<Precision, PowConstants>> = {
  f32: {
    lowerHalf: 0xfffn,
    largestExponent: 2 ** 40,
  },
  f64: {
    lowerHalf: 0x7ffffffn,
    largestExponent: 2 ** 80,
  },
};
