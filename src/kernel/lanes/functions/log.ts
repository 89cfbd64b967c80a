import type { Lane, Lanes, Precision } from "../lane.ts";
import { ln2Parts } from "./ln2.ts";
import { polynomial } from "./polynomial.ts";

/**
 * ln x, within 1 ulp in f32 and f64. ±0 gives −∞, ∞ gives ∞, a negative number or NaN gives NaN.
 * Subnormal numbers count as zero.
 *
 *     x = 2ᵉ(1 + f) with 1 + f in [√½, √2),  ln x = e·ln 2 + ln(1 + f)
 */
export function log(lanes: Lanes, x: Lane): Lane {
  const { exponent, f } = decompose(lanes, x);
  return lanes.add(logOfParts(lanes, exponent, f), logAtEnds(lanes, x));
}

/** The exponent as a float, and f; finite nonsense where x is not a positive normal number. */
export function decompose(lanes: Lanes, x: Lane): { exponent: Lane; f: Lane } {
  const { mantissaBits, one, sqrtHalf } = layouts[lanes.precision];
  const bits = lanes.intAdd(lanes.asInt(x), lanes.integer(one - sqrtHalf));
  const biased = lanes.shift("shiftRightUnsigned", bits, mantissaBits);
  // As the lowest bits of 2^mantissaBits, an integer becomes a float without a conversion.
  const magic = 2 ** mantissaBits;
  const exponent = lanes.sub(
    lanes.asFloat(lanes.intOr(biased, lanes.asInt(lanes.constant(magic)))),
    lanes.constant(magic + Number(one >> BigInt(mantissaBits))),
  );
  const mantissa = lanes.intAnd(bits, lanes.integer((1n << BigInt(mantissaBits)) - 1n));
  const m = lanes.asFloat(lanes.intAdd(mantissa, lanes.integer(sqrtHalf)));
  return { exponent, f: lanes.sub(m, lanes.constant(1)) };
}

/**
 * e·ln 2 + ln(1 + f), f in [√½ − 1, √2 − 1]. In f32 ln(1 + f) = f − f²/2 + f³q(f), q of degree 7 by Remez'
 * algorithm (6·10⁻⁹ relative); in f64, with s = f/(2 + f), it is f − (f²/2 − s(f²/2 + s²R(s²))), R of
 * degree 6 (1.3·10⁻¹⁸).
 *
 * @see Sun's fdlibm, e_log.c, for the form in f64
 */
export function logOfParts(lanes: Lanes, exponent: Lane, f: Lane): Lane {
  const { add, sub, mul, constant } = lanes;
  const [ln2High, ln2Low] = ln2Parts[lanes.precision];
  const square = mul(f, f);
  const low = mul(exponent, constant(ln2Low));
  let tail: Lane;
  if (lanes.precision === "f32") {
    const cubic = mul(f, polynomial(lanes, f, SERIES));
    tail = add(mul(square, sub(cubic, constant(0.5))), low);
  } else {
    const s = lanes.div(f, add(constant(2), f));
    const half = mul(square, constant(0.5));
    const z = mul(s, s);
    const inner = add(half, mul(z, polynomial(lanes, z, ratioSeries.f64)));
    tail = sub(add(mul(s, inner), low), half);
  }
  return add(mul(exponent, constant(ln2High)), add(f, tail));
}

/** What makes of a finite number the logarithm where x is 0, subnormal, negative, ∞ or NaN; else +0. */
export function logAtEnds(lanes: Lanes, x: Lane): Lane {
  const { smallest, largest } = layouts[lanes.precision];
  const above = lanes.sub(x, lanes.pmin(x, lanes.constant(largest)));
  const small = lanes.maskInt(lanes.less(x, lanes.constant(smallest)));
  const negative = lanes.maskInt(lanes.less(x, lanes.constant(0)));
  // −∞'s bits, and all ones, which are a NaN's.
  const infinity = lanes.intAnd(small, lanes.asInt(lanes.constant(-Infinity)));
  return lanes.add(above, lanes.asFloat(lanes.intOr(infinity, negative)));
}

const SERIES = [
  0.3333333134651184, -0.250008225440979, 0.20001259446144104, -0.16623321175575256,
  0.14200954139232635, -0.1315973997116089, 0.1276741623878479, -0.0764329582452774,
];

/** R with ln(1 + f) = 2s + s³R(s²), s = f/(2 + f); in f32 within 2·10⁻⁸. */
export const ratioSeries: Readonly<Record<Precision, readonly number[]>> = {
  f32: [0.6666666865348816, 0.3999888300895691, 0.28661033511161804, 0.20863185822963715],
  f64: [
    0.6666666666666734, 0.39999999999416647, 0.28571428742026517, 0.22222198605250781,
    0.1818356283998322, 0.1531408515822559, 0.1479562990027689,
  ],
};

interface Layout {
  readonly mantissaBits: number;
  /** Bits of 1 and of √½. */
  readonly one: bigint;
  readonly sqrtHalf: bigint;
  /** Normal numbers. */
  readonly smallest: number;
  readonly largest: number;
}

const layouts: Readonly<Record<Precision, Layout>> = {
  f32: {
    mantissaBits: 23,
    one: 0x3f800000n,
    sqrtHalf: 0x3f3504f3n,
    smallest: 2 ** -126,
    largest: (2 - 2 ** -23) * 2 ** 127,
  },
  f64: {
    mantissaBits: 52,
    one: 0x3ff0000000000000n,
    sqrtHalf: 0x3fe6a09e667f3bcdn,
    smallest: 2 ** -1022,
    largest: Number.MAX_VALUE,
  },
};
