// Lanes as WGSL, float32 only: one particle an invocation, each lane a `let`. What WGSL fixes to the bit is
// integers, comparisons, conversions of small integers, + − and × as they stand; division, square roots and
// whether a product and a sum are contracted into one rounding are left to the device.
import { topological } from "../../graph/index.ts";
import type { Lane, LaneOp, LaneType } from "../lanes/lane.ts";

/** WGSL's type of each lane type. */
export const wgslTypes: Readonly<Record<LaneType, string>> = {
  float: "f32",
  int: "i32",
  mask: "bool",
  word: "u32",
};

/** Functions that emitted code calls. */
export const wgslHelpers = `
fn mulHigh(a: u32, b: u32) -> u32 {
  let a0 = a & 0xffffu;
  let a1 = a >> 16u;
  let b0 = b & 0xffffu;
  let b1 = b >> 16u;
  let low = a0 * b0;
  let middle = a1 * b0 + (low >> 16u);
  let other = a0 * b1 + (middle & 0xffffu);
  return a1 * b1 + (middle >> 16u) + (other >> 16u);
}
`;

/** Names of lanes that have been written, and a source of fresh ones. */
export interface WgslScope {
  readonly names: Map<Lane, string>;
  readonly fresh: () => string;
}

export function wgslScope(prefix = "v"): WgslScope {
  let next = 0;
  return { names: new Map(), fresh: () => `${prefix}${next++}` };
}

/** A block's own names: what it declares is not seen outside. */
export const innerScope = ({ names, fresh }: WgslScope): WgslScope => ({
  names: new Map(names),
  fresh,
});

/**
 * Statements that compute the outputs; afterwards `scope.names` has a name for each of them. Variables must
 * have theirs before, and `zero` must be a u32 of 0 that the compiler cannot know.
 *
 * @throws Error for a lane of float64.
 */
export function emitWgsl(outputs: readonly Lane[], scope: WgslScope): string[] {
  const code: string[] = [];
  for (const lane of topological(outputs)) {
    if (scope.names.has(lane)) continue;
    const text = expression(lane, (x) => scope.names.get(x)!);
    if (lane.op === "constant") {
      scope.names.set(lane, text);
      continue;
    }
    const name = scope.fresh();
    code.push(`let ${name} = ${text};`);
    scope.names.set(lane, name);
  }
  return code;
}

const infix: Partial<Record<LaneOp, string>> = {
  add: "+",
  sub: "-",
  mul: "*",
  div: "/",
  equal: "==",
  less: "<",
  lessEqual: "<=",
  and: "&&",
  or: "||",
  intAdd: "+",
  intSub: "-",
  intAnd: "&",
  intOr: "|",
  intXor: "^",
  intEqual: "==",
  wordAdd: "+",
  wordXor: "^",
  wordOr: "|",
  wordMul: "*",
};

const calls: Partial<Record<LaneOp, string>> = {
  sqrt: "sqrt",
  abs: "abs",
  min: "min",
  max: "max",
  nearest: "round",
  floor: "floor",
  asInt: "bitcast<i32>",
  asFloat: "bitcast<f32>",
  convert: "f32",
  wordMulHigh: "mulHigh",
  firstWord: "bitcast<i32>",
};

function expression(lane: Lane, name: (lane: Lane) => string): string {
  const { op, inputs } = lane;
  const [a, b, c] = inputs.map(name);
  const bits = `${Number(lane.value)}u`;
  switch (op) {
    case "variable":
      throw new Error("a variable of lanes has no name");
    case "constant":
      return constant(lane);
    case "neg":
      return `-${a}`;
    case "not":
      return `!${a}`;
    case "pmin":
      return `select(${a}, ${b}, ${b} < ${a})`;
    case "pmax":
      return `select(${a}, ${b}, ${a} < ${b})`;
    case "select":
    case "intSelect":
      return `select(${c}, ${b}, ${a})`;
    case "maskInt":
      return `select(0i, -1i, ${a})`;
    case "shiftLeft":
    case "wordShiftLeft":
      return `${a} << ${bits}`;
    case "shiftRight":
    case "wordShiftRight":
      return `${a} >> ${bits}`;
    case "shiftRightUnsigned":
      return `bitcast<i32>(bitcast<u32>(${a}) >> ${bits})`;
    case "gather":
      return `tables[${Number(lane.value) / 4}i + ${a}]`;
    case "secondWord":
      throw new Error("a particle has one word in f32");
    default: {
      const sign = infix[op];
      if (roundsByMagic(lane)) {
        const [left, right] = inputs.map((x) => (x.op === "constant" ? name(x) : opaque(name(x))));
        return opaque(`${left} ${sign} ${right}`);
      }
      if (sign !== undefined) return `${a} ${sign} ${b}`;
      return `${calls[op]!}(${inputs.map(name).join(", ")})`;
    }
  }
}

/** The same bits to whoever computes, and another number to a compiler that folds sums: zero is known at run time only. */
const opaque = (text: string) => `bitcast<f32>(bitcast<u32>(${text}) | zero)`;

/**
 * A sum or a difference with a number so large that it rounds the other to whole ones. In real numbers it
 * would cancel with the one that undoes it, and compilers may reckon so.
 */
function roundsByMagic({ op, inputs }: Lane): boolean {
  const large = (x: Lane) => x.op === "constant" && Math.abs(Number(x.value)) >= 2 ** 22;
  return (op === "add" || op === "sub") && inputs.some(large);
}

const scratch = new DataView(new ArrayBuffer(4));

/** By its bits; what is not finite may not be a constant expression, and is made of a zero at run time. */
function constant({ type, value }: Lane): string {
  if (type === "int") return `bitcast<i32>(${Number(BigInt.asUintN(32, BigInt(value)))}u)`;
  if (type === "word") return `${Number(value) >>> 0}u`;
  scratch.setFloat32(0, Number(value));
  const bits = scratch.getUint32(0);
  if (Number.isFinite(Number(value))) return `bitcast<f32>(${bits}u)`;
  return `bitcast<f32>(zero | ${bits}u)`;
}
