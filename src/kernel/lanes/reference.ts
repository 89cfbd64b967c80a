// What lanes mean, one particle at a time: the scalar reference that emitted code equals bit for bit. NaNs
// are one value, for IEEE 754 leaves their bits open.
import { topological } from "../../graph/index.ts";
import { type Lane, type Precision } from "./lane.ts";

/** number of a float; bigint of an int (two's complement of the width); boolean of a mask; words as int32. */
export type LaneValue = number | bigint | boolean | readonly number[];

/** The table that `gather` reads: bytes of the kernel's memory. */
export type Memory = DataView;

/** Values of `outputs`, given those of the variables. */
export function evaluateLanes(
  outputs: readonly Lane[],
  variables: ReadonlyMap<Lane, LaneValue>,
  precision: Precision,
  memory?: Memory,
): LaneValue[] {
  const values = new Map<Lane, LaneValue>(variables);
  for (const lane of topological(outputs))
    if (!values.has(lane)) values.set(lane, evaluate(lane, values, precision, memory));
  return outputs.map((lane) => values.get(lane)!);
}

function evaluate(
  lane: Lane,
  values: ReadonlyMap<Lane, LaneValue>,
  precision: Precision,
  memory: Memory | undefined,
): LaneValue {
  const round = precision === "f32" ? Math.fround : (x: number) => x;
  const width = precision === "f32" ? 32 : 64;
  const input = (i: number) => values.get(lane.inputs[i])!;
  const float = (i = 0) => input(i) as number;
  const int = (i = 0) => input(i) as bigint;
  const mask = (i = 0) => input(i) as boolean;
  const words = (f: (a: number, b: number) => number): readonly number[] => {
    const [a, b] = [input(0), input(1)] as (readonly number[])[];
    return a.map((x, i) => f(x, b?.[i] ?? 0) | 0);
  };
  const wrap = (x: bigint) => BigInt.asIntN(width, x);
  const bits = Number(lane.value);
  switch (lane.op) {
    case "variable":
      throw new Error("a variable of lanes has no value");
    case "constant":
      if (lane.type === "word") return Array<number>(width / 32).fill(bits);
      return lane.type === "int" ? wrap(BigInt(lane.value)) : bits;
    case "add":
      return round(float() + float(1));
    case "sub":
      return round(float() - float(1));
    case "mul":
      return round(float() * float(1));
    case "div":
      return round(float() / float(1));
    case "sqrt":
      return round(Math.sqrt(float()));
    case "neg":
      return -float();
    case "abs":
      return Math.abs(float());
    case "min":
      return Math.min(float(), float(1));
    case "max":
      return Math.max(float(), float(1));
    case "pmin":
      return float(1) < float() ? float(1) : float();
    case "pmax":
      return float() < float(1) ? float(1) : float();
    case "nearest":
      return nearest(float());
    case "floor":
      return Math.floor(float());
    case "equal":
      return float() === float(1);
    case "less":
      return float() < float(1);
    case "lessEqual":
      return float() <= float(1);
    case "and":
      return mask() && mask(1);
    case "or":
      return mask() || mask(1);
    case "not":
      return !mask();
    case "select":
    case "intSelect":
      return mask() ? input(1) : input(2);
    case "asInt":
      return floatBits(float(), precision);
    case "asFloat":
      return bitsFloat(int(), precision);
    case "maskInt":
      return mask() ? -1n : 0n;
    case "intAdd":
      return wrap(int() + int(1));
    case "intSub":
      return wrap(int() - int(1));
    case "intAnd":
      return int() & int(1);
    case "intOr":
      return int() | int(1);
    case "intXor":
      return int() ^ int(1);
    case "intEqual":
      return int() === int(1);
    case "shiftLeft":
      return wrap(int() << BigInt(bits));
    case "shiftRight":
      return int() >> BigInt(bits);
    case "shiftRightUnsigned":
      return wrap(BigInt.asUintN(width, int()) >> BigInt(bits));
    case "convert":
      return round(Number(int()));
    case "wordAdd":
      return words((a, b) => a + b);
    case "wordXor":
      return words((a, b) => a ^ b);
    case "wordOr":
      return words((a, b) => a | b);
    case "wordShiftLeft":
      return (input(0) as readonly number[]).map((x) => x << bits);
    case "wordShiftRight":
      return (input(0) as readonly number[]).map((x) => (x >>> bits) | 0);
    case "wordMul":
      return words(Math.imul);
    case "wordMulHigh":
      return words((a, b) => Number((BigInt(a >>> 0) * BigInt(b >>> 0)) >> 32n));
    case "firstWord":
    case "secondWord": {
      const word = (input(0) as readonly number[])[lane.op === "firstWord" ? 0 : 1];
      return BigInt(precision === "f32" ? word : word >>> 0);
    }
    case "gather": {
      if (memory === undefined) throw new Error("a gather of lanes has no memory");
      const row = Number(int());
      return precision === "f32"
        ? memory.getFloat32(bits + 4 * row, true)
        : memory.getFloat64(bits + 8 * row, true);
    }
  }
}

function nearest(x: number): number {
  if (!(Math.abs(x) < 2 ** 52)) return x;
  const low = Math.floor(x);
  const rest = x - low;
  const up = rest > 0.5 || (rest === 0.5 && low % 2 !== 0);
  const rounded = up ? low + 1 : low;
  return rounded === 0 && (x < 0 || Object.is(x, -0)) ? -0 : rounded;
}

const scratch = new DataView(new ArrayBuffer(8));

function floatBits(x: number, precision: Precision): bigint {
  if (precision === "f64") {
    scratch.setFloat64(0, x);
    return scratch.getBigInt64(0);
  }
  scratch.setFloat32(0, x);
  return BigInt(scratch.getInt32(0));
}

function bitsFloat(x: bigint, precision: Precision): number {
  if (precision === "f64") {
    scratch.setBigInt64(0, x);
    return scratch.getFloat64(0);
  }
  scratch.setInt32(0, Number(x));
  return scratch.getFloat32(0);
}
