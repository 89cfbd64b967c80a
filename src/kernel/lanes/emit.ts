// Lanes as WebAssembly: a node that is used once is written where it is used, any other gets a local.
import { type Code, i32, local, simd, unsigned } from "../wasm/instructions.ts";
import { topological } from "../../graph/index.ts";
import { type Lane, type LaneOp, type Precision } from "./lane.ts";

/** Locals of a function, handed out one by one; all are v128. */
export interface Locals {
  fresh(): number;
  readonly count: () => number;
}

/** v128 locals from index `first` on. */
export function locals(first: number): Locals {
  let next = first;
  return { fresh: () => next++, count: () => next - first };
}

/** Operators whose operands are pushed in order; those of more than one instruction are below. */
const opcodes: Readonly<Record<Precision, Partial<Record<LaneOp, number>>>> = {
  f32: {
    add: 0xe4,
    sub: 0xe5,
    mul: 0xe6,
    div: 0xe7,
    sqrt: 0xe3,
    neg: 0xe1,
    abs: 0xe0,
    min: 0xe8,
    max: 0xe9,
    pmin: 0xea,
    pmax: 0xeb,
    nearest: 0x6a,
    floor: 0x68,
    equal: 0x41,
    less: 0x43,
    lessEqual: 0x45,
    intAdd: 0xae,
    intSub: 0xb1,
    intEqual: 0x37,
    convert: 0xfa,
  },
  f64: {
    add: 0xf0,
    sub: 0xf1,
    mul: 0xf2,
    div: 0xf3,
    sqrt: 0xef,
    neg: 0xed,
    abs: 0xec,
    min: 0xf4,
    max: 0xf5,
    pmin: 0xf6,
    pmax: 0xf7,
    nearest: 0x94,
    floor: 0x75,
    equal: 0x47,
    less: 0x49,
    lessEqual: 0x4b,
    intAdd: 0xce,
    intSub: 0xd1,
    intEqual: 0xd6,
  },
};

const commonOpcodes: Partial<Record<LaneOp, number>> = {
  and: 0x4e,
  or: 0x50,
  not: 0x4d,
  intAnd: 0x4e,
  intOr: 0x50,
  intXor: 0x51,
  wordAdd: 0xae,
  wordXor: 0x51,
  wordOr: 0x50,
  wordMul: 0xb5,
};

const shifts: Readonly<Record<Precision, Partial<Record<LaneOp, number>>>> = {
  f32: {
    shiftLeft: 0xab,
    shiftRight: 0xac,
    shiftRightUnsigned: 0xad,
    wordShiftLeft: 0xab,
    wordShiftRight: 0xad,
  },
  f64: {
    shiftLeft: 0xcb,
    shiftRight: 0xcc,
    shiftRightUnsigned: 0xcd,
    wordShiftLeft: 0xab,
    wordShiftRight: 0xad,
  },
};

const BITSELECT = 0x52;
const EXTEND_LOW = 0xc9;
const EXTEND_HIGH = 0xca;
const SHUFFLE = 0x0d;
const EXTMUL_LOW = 0xde;
const EXTMUL_HIGH = 0xdf;
/** The odd 32-bit lanes of two vectors. */
const ODD_LANES = [4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31];

/**
 * Assign, all at once, each lane to its local. `bound` says which lanes are in locals already: variables
 * and hoisted constants; it gains the lanes that are used more than once.
 */
export function emitAssignments(
  assignments: readonly (readonly [target: number, value: Lane])[],
  bound: Map<Lane, number>,
  fresh: Locals,
  precision: Precision,
): Code {
  const code: number[] = [];
  const outputs = assignments.map(([, value]) => value);
  const uses = new Map<Lane, number>();
  const order = topological(outputs);
  for (const lane of order)
    for (const x of lane.inputs) uses.set(x, (uses.get(x) ?? 0) + 1 + (usedTwice(lane.op) ? 1 : 0));
  for (const lane of outputs) uses.set(lane, (uses.get(lane) ?? 0) + 1);
  const push = (lane: Lane): void => {
    const at = bound.get(lane);
    if (at !== undefined) append(code, local.get(at));
    else write(lane, push, code, precision);
  };
  for (const lane of order) {
    if (bound.has(lane) || (uses.get(lane) ?? 0) < 2 || lane.op === "constant") continue;
    write(lane, push, code, precision);
    const at = fresh.fresh();
    append(code, local.set(at, []));
    bound.set(lane, at);
  }
  for (const value of outputs) push(value);
  for (const [target] of assignments.toReversed()) append(code, local.set(target, []));
  return code;
}

/**
 * What does not change in a loop, so that it finds it in locals: constants, and whatever depends on
 * `fixed` variables (bound) and constants alone. Returns the code that puts it there.
 */
export function hoistInvariants(
  outputs: readonly Lane[],
  fixed: readonly Lane[],
  bound: Map<Lane, number>,
  fresh: Locals,
  precision: Precision,
): Code {
  const invariant = new Set<Lane>(fixed);
  const frontier = new Set<Lane>(outputs);
  const order = topological(outputs);
  for (const lane of order) {
    const early = lane.op === "constant" || (lane.inputs.length > 0 && lane.inputs.every((x) => invariant.has(x))); // prettier-ignore
    if (early) invariant.add(lane);
    else for (const x of lane.inputs) frontier.add(x);
  }
  const wanted = order.filter((lane) => invariant.has(lane) && frontier.has(lane) && !bound.has(lane)); // prettier-ignore
  const assignments = wanted.map((lane) => [fresh.fresh(), lane] as const);
  const code = emitAssignments(assignments, new Map(bound), fresh, precision);
  for (const [at, lane] of assignments) bound.set(lane, at);
  return code;
}

/** How many SIMD instructions the lanes take, constants and variables free. */
export function countOperations(outputs: readonly Lane[]): number {
  let count = 0;
  for (const { op } of topological(outputs))
    if (op !== "variable" && op !== "constant" && !reinterpretations.has(op)) count++;
  return count;
}

/** Without an instruction. */
const reinterpretations: ReadonlySet<Lane["op"]> = new Set(["asInt", "asFloat", "maskInt"]);

const usedTwice = (op: Lane["op"]): boolean => op === "wordMulHigh" || op === "gather";

function write(lane: Lane, push: (lane: Lane) => void, code: number[], precision: Precision): void {
  const { op, inputs } = lane;
  switch (op) {
    case "variable":
      throw new Error("a variable of lanes has no local");
    case "constant":
      append(code, constantCode(lane, precision));
      return;
    case "asInt":
    case "asFloat":
    case "maskInt":
      push(inputs[0]);
      return;
    case "select":
    case "intSelect":
      push(inputs[1]);
      push(inputs[2]);
      push(inputs[0]);
      append(code, simd(BITSELECT));
      return;
    case "shiftLeft":
    case "shiftRight":
    case "shiftRightUnsigned":
    case "wordShiftLeft":
    case "wordShiftRight":
      push(inputs[0]);
      append(code, [...i32.const(Number(lane.value)), ...simd(shifts[precision][op]!)]);
      return;
    case "firstWord":
    case "secondWord":
      push(inputs[0]);
      if (precision === "f64") append(code, simd(op === "firstWord" ? EXTEND_LOW : EXTEND_HIGH));
      else if (op === "secondWord") throw new Error("a particle has one word in f32");
      return;
    case "wordMulHigh":
      for (const half of [EXTMUL_LOW, EXTMUL_HIGH]) {
        push(inputs[0]);
        push(inputs[1]);
        append(code, simd(half));
      }
      append(code, [...simd(SHUFFLE), ...ODD_LANES]);
      return;
    case "gather":
      writeGather(lane, push, code, precision);
      return;
    default:
      for (const x of inputs) push(x);
      append(code, simd(opcodes[precision][op] ?? commonOpcodes[op]!));
  }
}

/**
 * Column entries of each particle's row, one load a lane:
 *
 *     result[l] = table[offset + row[l]·bytes]
 */
function writeGather(
  lane: Lane,
  push: (lane: Lane) => void,
  code: number[],
  precision: Precision,
): void {
  const single = precision === "f32";
  const lanes = single ? 4 : 2;
  const address = (l: number) => {
    push(lane.inputs[0]);
    append(code, [...simd(EXTRACT_32), single ? l : 2 * l]);
    append(code, [...i32.const(single ? 2 : 3), SHIFT_LEFT_32]);
  };
  const offset = unsigned(Number(lane.value));
  const align = single ? 2 : 3;
  for (let l = lanes - 1; l >= 0; l--) address(l);
  append(code, [...simd(single ? LOAD_32_ZERO : LOAD_64_ZERO), align, ...offset]);
  for (let l = 1; l < lanes; l++)
    append(code, [...simd(single ? LOAD_32_LANE : LOAD_64_LANE), align, ...offset, l]);
}

const EXTRACT_32 = 0x1b;
const SHIFT_LEFT_32 = 0x74;
const LOAD_32_ZERO = 0x5c;
const LOAD_64_ZERO = 0x5d;
const LOAD_32_LANE = 0x56;
const LOAD_64_LANE = 0x57;
const V128_CONST = 0x0c;

/** The constant in all lanes. */
function constantCode({ type, value }: Lane, precision: Precision): Code {
  const bytes = new DataView(new ArrayBuffer(16));
  const wide = precision === "f64" && type !== "word";
  for (let at = 0; at < 16; at += wide ? 8 : 4)
    if (type === "float")
      if (wide) bytes.setFloat64(at, Number(value), true);
      else bytes.setFloat32(at, Number(value), true);
    else if (wide) bytes.setBigInt64(at, BigInt(value), true);
    else bytes.setInt32(at, Number(BigInt.asIntN(32, BigInt(value))), true);
  return [...simd(V128_CONST), ...new Uint8Array(bytes.buffer)];
}

function append(code: number[], more: Code): void {
  for (const byte of more) code.push(byte);
}
