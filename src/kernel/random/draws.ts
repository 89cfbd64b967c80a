// Uniforms and normals from words. In f64 the operations are those of `random/`, in the same order, so that
// the bits are the same; in f32 the polynomials are shorter, by Remez' algorithm, and the logarithm needs no
// division.
import type { Lane, Lanes } from "../lanes/lane.ts";
import type { WordReader } from "./generator.ts";

/** Draws from a stream, as many as are asked for. Pairs of normals share two words. */
export interface Draws {
  /** A standard normal: within 2·10⁻⁶·max(r, 1) (f32, r its radius) or 4·10⁻¹⁵ (f64) of the exact transform of its words. */
  normal(): Lane;
  /** A uniform of (0, 1), a multiple of 2⁻²⁴ (f32) or 2⁻³³ (f64), never 0 or 1. */
  uniform(): Lane;
  /** A uniform integer of 0 … bound − 1, from one word: unequal by at most bound/2³². */
  integer(bound: number): Lane;
}

export function openDraws(lanes: Lanes, reader: WordReader): Draws {
  const double = lanes.precision === "f64";
  let spareNormal: Lane | undefined;
  let spareWord: Lane | undefined;
  const halves = (word: Lane): [Lane, Lane] => [lanes.firstWord(word), lanes.secondWord(word)];
  const nextWord = (): Lane => {
    if (!double) return lanes.firstWord(reader.next());
    if (spareWord !== undefined) {
      const word = spareWord;
      spareWord = undefined;
      return word;
    }
    const [first, second] = halves(reader.next());
    spareWord = second;
    return first;
  };
  return {
    normal() {
      if (spareNormal !== undefined) {
        const normal = spareNormal;
        spareNormal = undefined;
        return normal;
      }
      const [radius, angle] = double ? halves(reader.next()) : [nextWord(), nextWord()];
      const [cosine, sine] = double
        ? doublePair(lanes, radius, angle)
        : singlePair(lanes, radius, angle);
      spareNormal = sine;
      return cosine;
    },
    uniform: () => uniformOf(lanes, nextWord()),
    integer: (bound) => integerOf(lanes, reader.next(), bound),
  };
}

/** (⌊w/2⁹⌋ + ½)·2⁻²³ in f32, (w + ½)·2⁻³² in f64: those of `random/`. */
function uniformOf(lanes: Lanes, word: Lane): Lane {
  if (lanes.precision === "f64")
    return lanes.mul(
      lanes.add(wordFloat(lanes, word), lanes.constant(0.5)),
      lanes.constant(2 ** -32),
    );
  const top = lanes.convert(lanes.shift("shiftRightUnsigned", word, 9));
  return lanes.mul(lanes.add(top, lanes.constant(0.5)), lanes.constant(2 ** -23));
}

/** ⌊w·bound/2³²⌋. */
function integerOf(lanes: Lanes, word: Lane, bound: number): Lane {
  return lanes.firstWord(lanes.wordMulHigh(word, lanes.word(bound)));
}

/** Of an unsigned 32-bit integer in a 64-bit lane, exact: its bits below those of 2⁵², less 2⁵². */
function wordFloat(lanes: Lanes, word: Lane): Lane {
  const bits = lanes.intOr(word, lanes.integer(0x4330000000000000n));
  return lanes.sub(lanes.asFloat(bits), lanes.constant(2 ** 52));
}

/** c₀ + c₁x + c₂x² + …, by Horner's rule. */
function horner(lanes: Lanes, x: Lane, coefficients: readonly number[]): Lane {
  return coefficients
    .slice(0, -1)
    .reduceRight(
      (sum, c) => lanes.add(lanes.mul(sum, x), lanes.constant(c)),
      lanes.constant(coefficients[coefficients.length - 1]),
    );
}

// −2 ln(1 + f)/f on [√½ − 1, √2 − 1] to 1.7·10⁻⁷ relative; cos √y and sin √y/√y on [0, (π/2)²] to 5·10⁻⁸
// and 8·10⁻⁷.
const LOG = [
  -1.9999998807907104, 1.000006914138794, -0.6667121648788452, 0.49943119287490845,
  -0.3976846933364868, 0.344248503446579, -0.32676294445991516, 0.20757438242435455,
];
const COSINE = [
  0.9999999403953552, -0.4999990463256836, 0.04166358336806297, -0.0013853703858330846,
  2.315393248863984e-5,
];
const SINE = [
  0.9999992251396179, -0.16665682196617126, 0.008313259109854698, -0.0001852435671025887,
];
const SQRT_HALF_BITS = 0x3f3504f3n;

/**
 * Box and Muller's pair: radius √(−2 ln u), u = (⌊w/2⌋ + ½)·2⁻³¹; the angle is (w/2³¹)·π/2, and its
 * word's lowest bit the sign of both.
 */
function singlePair(lanes: Lanes, radius: Lane, angle: Lane): [Lane, Lane] {
  const half = lanes.constant(0.5);
  const v = lanes.add(lanes.convert(lanes.shift("shiftRightUnsigned", radius, 1)), half);
  // v·2⁻³¹ = m·2ᵉ with m in [√½, √2)
  const above = lanes.intSub(lanes.asInt(v), lanes.integer(SQRT_HALF_BITS + (31n << 23n)));
  const e = lanes.convert(lanes.shift("shiftRight", above, 23));
  const m = lanes.asFloat(
    lanes.intAdd(lanes.intAnd(above, lanes.integer(0x7fffffn)), lanes.integer(SQRT_HALF_BITS)),
  );
  const f = lanes.sub(m, lanes.constant(1));
  const scaled = lanes.mul(e, lanes.constant(-2 * Math.LN2));
  const r = lanes.sqrt(lanes.add(scaled, lanes.mul(f, horner(lanes, f, LOG))));
  const x = lanes.mul(lanes.convert(angle), lanes.constant(Math.PI / 2 ** 32));
  const y = lanes.mul(x, x);
  const sign = lanes.shift("shiftLeft", angle, 31);
  const signed = lanes.asFloat(lanes.intXor(lanes.asInt(r), sign));
  return [
    lanes.mul(signed, horner(lanes, y, COSINE)),
    lanes.mul(lanes.mul(signed, x), horner(lanes, y, SINE)),
  ];
}

const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const LOG_HALF = 0x3fe6a09e66400000n;
const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
const series = (first: number) =>
  Array.from({ length: 10 }, (_, k) => (k % 2 === 0 ? -1 : 1) / factorial(2 * (k + 1) + first));
const C = series(0);
const S = series(1);

/** `normalsFromWords` of `random/`, operation by operation. */
function doublePair(lanes: Lanes, radius: Lane, angle: Lane): [Lane, Lane] {
  const { add, sub, mul, div, constant: c } = lanes;
  const u = mul(add(wordFloat(lanes, radius), c(0.5)), c(2 ** -32));
  const above = lanes.intSub(lanes.asInt(u), lanes.integer(LOG_HALF));
  // Biased, so that the shift need not copy the sign, which SIMD has no instruction for.
  const biased = lanes.shift(
    "shiftRightUnsigned",
    lanes.intAdd(above, lanes.integer(64n << 52n)),
    52,
  );
  const exponent = lanes.intSub(biased, lanes.integer(64n));
  const m = lanes.asFloat(
    lanes.intAdd(lanes.intAnd(above, lanes.integer(0xfffffffffffffn)), lanes.integer(LOG_HALF)),
  );
  const e = lanes.neg(intFloat(lanes, exponent));
  const s = div(sub(m, c(1)), add(m, c(1)));
  const q = mul(s, s);
  const q2 = mul(q, q);
  const q4 = mul(q2, q2);
  const fifth = add(c(1 / 7), mul(q, c(1 / 9)));
  const seventh = add(
    add(add(c(1 / 11), mul(q, c(1 / 13))), mul(q2, add(c(1 / 15), mul(q, c(1 / 17))))),
    mul(q4, c(1 / 19)),
  );
  const tail = add(add(add(c(1 / 3), div(q, c(5))), mul(q2, fifth)), mul(q4, seventh));
  const log = add(mul(c(2), s), mul(mul(mul(c(2), s), q), tail));
  const r = lanes.sqrt(mul(c(2), add(mul(e, c(LN2_HIGH)), sub(mul(e, c(LN2_LOW)), log))));
  // The word is unsigned here: its 31 upper bits as a signed number.
  const upper = lanes.shift("shiftRightUnsigned", angle, 1);
  const wide = sub(wordFloat(lanes, lanes.intXor(upper, lanes.integer(1n << 30n))), c(2 ** 30));
  const x = mul(add(wide, c(0.5)), c(Math.PI / 2 ** 31));
  const y = mul(x, x);
  const y2 = mul(y, y);
  const y4 = mul(y2, y2);
  const lowest = lanes.shift("shiftLeft", angle, 63);
  const signed = lanes.asFloat(lanes.intXor(lanes.asInt(r), lowest));
  const polynomial = (k: readonly number[]) => {
    const low = add(add(c(1), mul(y, c(k[0]))), mul(y2, add(c(k[1]), mul(y, c(k[2])))));
    const inner = add(
      add(add(c(k[3]), mul(y, c(k[4]))), mul(y2, add(c(k[5]), mul(y, c(k[6]))))),
      mul(y4, add(add(c(k[7]), mul(y, c(k[8]))), mul(y2, c(k[9])))),
    );
    return add(low, mul(y4, inner));
  };
  return [mul(signed, polynomial(C)), mul(mul(signed, x), polynomial(S))];
}

/** Of a signed integer of less than 51 bits, exact: by the bits of 1.5·2⁵². */
function intFloat(lanes: Lanes, x: Lane): Lane {
  const magic = 1.5 * 2 ** 52;
  const bits = lanes.intAdd(x, lanes.asInt(lanes.constant(magic)));
  return lanes.sub(lanes.asFloat(bits), lanes.constant(magic));
}
