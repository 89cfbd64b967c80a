import { erf } from "../../numeric/index.ts";

/** What an instruction does with the numbers of its operands; the cases of `execute` are these numbers. */
export const codes = {
  neg: 0,
  abs: 1,
  sign: 2,
  exp: 3,
  log: 4,
  sqrt: 5,
  tanh: 6,
  sigmoid: 7,
  softplus: 8,
  expm1: 9,
  erf: 10,
  sin: 11,
  cos: 12,
  truncate: 13,
  isTrue: 14,
  not: 15,
  add: 16,
  sub: 17,
  mul: 18,
  div: 19,
  pow: 20,
  min: 21,
  max: 22,
  less: 23,
  lessEqual: 24,
  equal: 25,
  and: 26,
  or: 27,
  where: 28,
  /** Sum of the slots lists[a] … lists[a + b − 1]. */
  total: 29,
  /** The slot lists[a + index], index in slot c; NaN unless it is an integer from 0 to b − 1. */
  fetch: 30,
} as const;

export type Instruction = keyof typeof codes;
type Code = (typeof codes)[Instruction];

/** Instructions as [code, result, a, b, c] each, operands and result being slots. */
export const STRIDE = 5;

/**
 * Run a tape: `slots[result] = f(slots[a], slots[b], slots[c])`, one instruction after the other.
 * A comparison gives 1 or 0; integers are numbers and do not wrap.
 */
export function execute(tape: Int32Array, lists: Int32Array, slots: Float64Array): void {
  for (let i = 0; i < tape.length; i += STRIDE) {
    const a = tape[i + 2];
    const b = tape[i + 3];
    const x = slots[a];
    let y: number;
    // Literals, not names: the engine makes a jump table only of those.
    switch (tape[i] as Code) {
      case 0: // neg
        y = -x;
        break;
      case 1: // abs
        y = Math.abs(x);
        break;
      case 2: // sign
        y = Math.sign(x);
        break;
      case 3: // exp
        y = Math.exp(x);
        break;
      case 4: // log
        y = Math.log(x);
        break;
      case 5: // sqrt
        y = Math.sqrt(x);
        break;
      case 6: // tanh
        y = Math.tanh(x);
        break;
      case 7: // sigmoid
        y = 1 / (1 + Math.exp(-x));
        break;
      case 8: // softplus
        y = Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
        break;
      case 9: // expm1
        y = Math.expm1(x);
        break;
      case 10: // erf
        y = erf(x);
        break;
      case 11: // sin
        y = Math.sin(x);
        break;
      case 12: // cos
        y = Math.cos(x);
        break;
      case 13: // truncate
        y = Math.trunc(x);
        break;
      case 14: // isTrue
        y = x === 0 ? 0 : 1;
        break;
      case 15: // not
        y = x === 0 ? 1 : 0;
        break;
      case 16: // add
        y = x + slots[b];
        break;
      case 17: // sub
        y = x - slots[b];
        break;
      case 18: // mul
        y = x * slots[b];
        break;
      case 19: // div
        y = x / slots[b];
        break;
      case 20: // pow
        y = x ** slots[b];
        break;
      case 21: // min
        y = Math.min(x, slots[b]);
        break;
      case 22: // max
        y = Math.max(x, slots[b]);
        break;
      case 23: // less
        y = x < slots[b] ? 1 : 0;
        break;
      case 24: // lessEqual
        y = x <= slots[b] ? 1 : 0;
        break;
      case 25: // equal
        y = x === slots[b] ? 1 : 0;
        break;
      case 26: // and
        y = x !== 0 && slots[b] !== 0 ? 1 : 0;
        break;
      case 27: // or
        y = x !== 0 || slots[b] !== 0 ? 1 : 0;
        break;
      case 28: // where
        y = x === 0 ? slots[tape[i + 4]] : slots[b];
        break;
      case 29: // total
        y = 0;
        for (let k = a; k < a + b; k++) y += slots[lists[k]];
        break;
      case 30: {
        const index = slots[tape[i + 4]];
        y = index >= 0 && index < b && Number.isInteger(index) ? slots[lists[a + index]] : NaN;
        break;
      }
    }
    slots[tape[i + 1]] = y;
  }
}
