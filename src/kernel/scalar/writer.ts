import type { Node, OpName } from "../../graph/index.ts";
import { codes, type Instruction, STRIDE } from "./machine.ts";

/** The slots that hold the entries of a tensor, row-major. Entries may share one. */
export type Slots = readonly number[];

/** Writes one op, entry by entry. `inputs` are the slots of `t.inputs`. */
export type Lower<K extends OpName> = (t: Node<K>, inputs: readonly Slots[], w: Writer) => Slots;

/** One lowering for each op named. */
export type Lowerings<K extends OpName> = { readonly [P in K]: Lower<P> };

type Simple = Exclude<Instruction, "total" | "fetch">;

/** What a lowering writes to. */
export interface Writer {
  /** Append one instruction; returns the slot of its result. */
  emit(instruction: Simple, a: number, b?: number, c?: number): number;
  /** The slot of a number, one for equal numbers. */
  constant(value: number): number;
  /** Sum of slots. */
  total(terms: Slots): number;
  /** The entry of `from` at the index in a slot; NaN beyond them. */
  fetch(from: Slots, index: number): number;
  /** The number in a slot if it is known before the inputs are. */
  known(slot: number): number | undefined;
}

/** A program being written: its inputs are the first slots. */
export interface Program extends Writer {
  /** What depends on the inputs. */
  readonly body: () => Int32Array;
  /** What does not, to be run once. */
  readonly prelude: () => Int32Array;
  readonly lists: () => Int32Array;
  /** Slots with the constants in place. */
  readonly slots: () => Float64Array;
}

/** More instructions than this are no small function: 20 MB of tape, some milliseconds a call. */
const MOST = 1_000_000;

export function program(inputs: number): Program {
  const body: number[] = [];
  const prelude: number[] = [];
  const lists: number[] = [];
  const constants = new Map<number, number>();
  const valueAt = new Map<number, number>();
  const fixed = new Set<number>(); // slots that do not depend on the inputs
  let count = inputs;
  const constant = (value: number): number => {
    // −0 and 0 are one key of a map, and two numbers.
    if (Object.is(value, -0)) return place(value);
    let slot = constants.get(value);
    if (slot === undefined) constants.set(value, (slot = place(value)));
    return slot;
  };
  const place = (value: number): number => {
    const slot = count++;
    valueAt.set(slot, value);
    fixed.add(slot);
    return slot;
  };
  const append = (
    code: number,
    operands: readonly number[],
    a: number,
    b: number,
    c: number,
  ): number => {
    const slot = count++;
    const early = operands.every((operand) => fixed.has(operand));
    if (early) fixed.add(slot);
    const tape = early ? prelude : body;
    tape.push(code, slot, a, b, c);
    if (tape.length > MOST * STRIDE)
      throw new RangeError(
        `a scalar function holds at most ${MOST} instructions: the tensors are too large to be unrolled`,
      );
    return slot;
  };
  const list = (slots: Slots): number => {
    const start = lists.length;
    for (const slot of slots) lists.push(slot);
    return start;
  };
  return {
    constant,
    emit: (instruction, a, b = a, c = a) => append(codes[instruction], [a, b, c], a, b, c),
    total(terms) {
      if (terms.length === 1) return terms[0];
      if (terms.length === 2) return append(codes.add, terms, terms[0], terms[1], terms[0]);
      return append(codes.total, terms, list(terms), terms.length, 0);
    },
    fetch: (from, index) => append(codes.fetch, [...from, index], list(from), from.length, index),
    known: (slot) => valueAt.get(slot),
    body: () => Int32Array.from(body),
    prelude: () => Int32Array.from(prelude),
    lists: () => Int32Array.from(lists),
    slots() {
      const slots = new Float64Array(count);
      for (const [slot, value] of valueAt) slots[slot] = value;
      return slots;
    },
  };
}
