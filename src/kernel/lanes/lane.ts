// A small language of SIMD lanes: what one particle does, written once and run twice, by WASM with 4 (f32)
// or 2 (f64) particles a vector (`emit.ts`), and by a scalar reference in JavaScript with the same bits
// (`reference.ts`). Every operation is one that IEEE 754 or integer arithmetic fixes to the last bit; what
// is not (exp, sin, …) is made of these (`functions/`). No contraction to FMA anywhere.

export type Precision = "f32" | "f64";

/**
 * `float` has the precision's width, `int` is an integer of the same width (two's complement), `mask` is
 * all ones or all zeros. `word` is 32 random bits: one a particle in f32, two in f64, where a vector has
 * twice as many 32-bit lanes as particles.
 */
export type LaneType = "float" | "int" | "mask" | "word";

/** Operations by name: types of the inputs, then of the result. */
export const laneOps = {
  add: ["float", "float", "float"],
  sub: ["float", "float", "float"],
  mul: ["float", "float", "float"],
  div: ["float", "float", "float"],
  sqrt: ["float", "float"],
  neg: ["float", "float"],
  abs: ["float", "float"],
  /** NaN where one is NaN; −0 < +0. */
  min: ["float", "float", "float"],
  max: ["float", "float", "float"],
  /** b < a ? b : a, and a < b ? b : a: a where one is NaN. One instruction each, where min and max take several. */
  pmin: ["float", "float", "float"],
  pmax: ["float", "float", "float"],
  /** To the nearest integer, ties to even. */
  nearest: ["float", "float"],
  floor: ["float", "float"],
  equal: ["float", "float", "mask"],
  less: ["float", "float", "mask"],
  lessEqual: ["float", "float", "mask"],
  and: ["mask", "mask", "mask"],
  or: ["mask", "mask", "mask"],
  not: ["mask", "mask"],
  select: ["mask", "float", "float", "float"],
  intSelect: ["mask", "int", "int", "int"],
  /** The bits as they are. */
  asInt: ["float", "int"],
  asFloat: ["int", "float"],
  /** −1 where it holds, else 0. */
  maskInt: ["mask", "int"],
  intAdd: ["int", "int", "int"],
  intSub: ["int", "int", "int"],
  intAnd: ["int", "int", "int"],
  intOr: ["int", "int", "int"],
  intXor: ["int", "int", "int"],
  intEqual: ["int", "int", "mask"],
  /** By the constant `value` bits. */
  shiftLeft: ["int", "int"],
  /** Copies of the sign come in. */
  shiftRight: ["int", "int"],
  shiftRightUnsigned: ["int", "int"],
  /** Of a signed 32-bit integer, rounded; f32 only. */
  convert: ["int", "float"],
  wordAdd: ["word", "word", "word"],
  wordXor: ["word", "word", "word"],
  wordOr: ["word", "word", "word"],
  wordShiftLeft: ["word", "word"],
  wordShiftRight: ["word", "word"],
  /** The low and the high half of the product of unsigned words. */
  wordMul: ["word", "word", "word"],
  wordMulHigh: ["word", "word", "word"],
  /** The particle's first word, and in f64 its second one, unsigned in f64 and as it is in f32. */
  firstWord: ["word", "int"],
  secondWord: ["word", "int"],
  /** Entry of a table in memory: the int is the row, `value` the byte offset of the column. */
  gather: ["int", "float"],
} as const satisfies Readonly<Record<string, readonly LaneType[]>>;

export type LaneOp = keyof typeof laneOps;

/** A value of each particle: an immutable node; equal nodes of one builder are the same object. */
export interface Lane {
  readonly id: number;
  readonly op: LaneOp | "variable" | "constant";
  readonly inputs: readonly Lane[];
  readonly type: LaneType;
  /** Of a constant; the bits of a shift; the offset of a gather. */
  readonly value: number | bigint;
}

type Build = {
  readonly [K in LaneOp]: (...inputs: Lane[]) => Lane;
};

/** Makes lanes of one precision. */
export interface Lanes extends Build {
  readonly precision: Precision;
  /** A fresh variable: equal to no other node. */
  readonly variable: (type: LaneType) => Lane;
  /** A constant float, rounded to the precision. */
  readonly constant: (value: number) => Lane;
  readonly integer: (value: bigint) => Lane;
  readonly word: (value: number) => Lane;
  readonly shift: (
    op: "shiftLeft" | "shiftRight" | "shiftRightUnsigned" | "wordShiftLeft" | "wordShiftRight",
    x: Lane,
    bits: number,
  ) => Lane;
  readonly gatherAt: (row: Lane, offset: number) => Lane;
}

/** A builder with a table of its own. */
export function laneBuilder(precision: Precision): Lanes {
  const table = new Map<string, Lane>();
  let nextId = 0;
  const make = (
    op: Lane["op"],
    inputs: readonly Lane[],
    type: LaneType,
    value: number | bigint = 0,
  ): Lane => {
    const key = `${op}|${type}|${inputs.map((x) => x.id).join()}|${Object.is(value, -0) ? "-0" : value}`;
    const known = table.get(key);
    if (known !== undefined) return known;
    const made: Lane = Object.freeze({ id: nextId++, op, inputs, type, value });
    table.set(key, made);
    return made;
  };
  const build = {} as Record<LaneOp, (...inputs: Lane[]) => Lane>;
  for (const op of Object.keys(laneOps) as LaneOp[]) {
    const signature: readonly LaneType[] = laneOps[op];
    build[op] = (...inputs) => {
      check(op, signature, inputs);
      const type = signature[signature.length - 1];
      return shorter(op, inputs, (next, of) => make(next, of, type)) ?? make(op, inputs, type);
    };
  }
  return {
    ...build,
    precision,
    variable: (type) =>
      Object.freeze({ id: nextId++, op: "variable", inputs: [], type, value: 0 } as const),
    constant: (value) =>
      make("constant", [], "float", precision === "f32" ? Math.fround(value) : value),
    integer: (value) => make("constant", [], "int", value),
    word: (value) => make("constant", [], "word", value | 0),
    shift: (op, x, bits) => {
      check(op, laneOps[op], [x]);
      return make(op, [x], x.type, bits);
    },
    gatherAt: (row, offset) => make("gather", [row], "float", offset),
  };
}

/** The same with fewer instructions, exact in IEEE 754 up to the sign of a NaN: signs move into sums. */
function shorter(
  op: LaneOp,
  [a, b]: readonly Lane[],
  make: (op: LaneOp, inputs: readonly Lane[]) => Lane,
): Lane | undefined {
  const one = (x: Lane) => x.op === "constant" && x.value === 1;
  switch (op) {
    case "neg":
      return a.op === "neg" ? a.inputs[0] : undefined;
    case "add":
      if (b.op === "neg") return make("sub", [a, b.inputs[0]]);
      return a.op === "neg" ? make("sub", [b, a.inputs[0]]) : undefined;
    case "sub":
      return b.op === "neg" ? make("add", [a, b.inputs[0]]) : undefined;
    case "mul":
      if (one(a)) return b;
      if (one(b)) return a;
      if (a.op === "neg") return make("neg", [make("mul", [a.inputs[0], b])]);
      return b.op === "neg" ? make("neg", [make("mul", [a, b.inputs[0]])]) : undefined;
    default:
      return undefined;
  }
}

function check(op: string, signature: readonly LaneType[], inputs: readonly Lane[]): void {
  const given = inputs.map((x) => x.type);
  const wanted = signature.slice(0, -1);
  if (given.join() !== wanted.join())
    throw new TypeError(`${op} takes (${wanted.join(", ")}), got (${given.join(", ")})`);
}
