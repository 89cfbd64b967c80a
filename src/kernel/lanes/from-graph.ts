// Graphs of scalars as lanes: the same instructions as the tape of `scalar/`, on SIMD.
import type { Tensor } from "../../graph/index.ts";
import type { Instruction } from "../scalar/machine.ts";
import { writeGraph } from "../scalar/write-graph.ts";
import type { Writer } from "../scalar/writer.ts";
import { erf } from "./functions/erf.ts";
import { exp, expm1 } from "./functions/exp.ts";
import { log } from "./functions/log.ts";
import { pow } from "./functions/pow.ts";
import { cos, sin } from "./functions/sin.ts";
import { softplus } from "./functions/softplus.ts";
import { sigmoid, tanh } from "./functions/tanh.ts";
import type { Lane, Lanes } from "./lane.ts";

/** Numbers that `gather` reads: lanes of a constant tensor become a column of a table in memory. */
export interface TableBuilder {
  /** Byte offset of the column with these numbers. */
  column(values: readonly number[]): number;
}

/**
 * The outputs, entry by entry, given lanes of the inputs' entries: floats of float64 inputs, masks of
 * bool ones, ints of integer ones. A constant that is indexed by an integer input goes to `tables`.
 *
 * @throws TypeError for an op that lanes cannot compute, named.
 */
export function graphLanes(
  lanes: Lanes,
  inputs: readonly Tensor[],
  values: readonly (readonly Lane[])[],
  outputs: readonly Tensor[],
  tables: TableBuilder,
): Lane[][] {
  const slots: Lane[] = [];
  const slotOf = (lane: Lane) => slots.push(lane) - 1;
  const places = values.map((entries) => entries.map(slotOf));
  const writer = laneWriter(lanes, slots, slotOf, tables);
  return writeGraph(inputs, places, outputs, writer).map((entries) =>
    entries.map((slot) => slots[slot]),
  );
}

type Rule = (lanes: Lanes, a: Lane, b: Lane, c: Lane) => Lane;

/** A bool as the number 1 or 0, where a graph casts it. */
function asNumber(lanes: Lanes, x: Lane): Lane {
  if (x.type === "float") return x;
  if (x.type === "mask") return lanes.select(x, lanes.constant(1), lanes.constant(0));
  throw new TypeError("an integer of lanes is an index, and no number to compute with");
}

function asMask(lanes: Lanes, x: Lane): Lane {
  return x.type === "mask" ? x : lanes.not(lanes.equal(asNumber(lanes, x), lanes.constant(0)));
}

const unary =
  (f: (lanes: Lanes, x: Lane) => Lane): Rule =>
  (lanes, a) =>
    f(lanes, asNumber(lanes, a));
const binary =
  (op: "add" | "sub" | "mul" | "div" | "less" | "lessEqual" | "equal"): Rule =>
  (lanes, a, b) =>
    lanes[op](asNumber(lanes, a), asNumber(lanes, b));

/** With a constant the one-instruction form does, NaN first; it may only take the other of −0 and +0. */
const extreme =
  (op: "min" | "max", quick: "pmin" | "pmax"): Rule =>
  (lanes, a, b) => {
    const [x, y] = [asNumber(lanes, a), asNumber(lanes, b)];
    if (y.op === "constant") return lanes[quick](x, y);
    return x.op === "constant" ? lanes[quick](y, x) : lanes[op](x, y);
  };

const rules: Readonly<Record<Exclude<Instruction, "total" | "fetch">, Rule>> = {
  neg: unary((lanes, x) => lanes.neg(x)),
  abs: unary((lanes, x) => lanes.abs(x)),
  sign: unary(sign),
  exp: unary(exp),
  log: unary(log),
  sqrt: unary((lanes, x) => lanes.sqrt(x)),
  tanh: unary(tanh),
  sigmoid: unary(sigmoid),
  softplus: unary(softplus),
  expm1: unary(expm1),
  erf: unary(erf),
  sin: unary(sin),
  cos: unary(cos),
  truncate: unary(truncate),
  isTrue: asMask,
  not: (lanes, a) => lanes.not(asMask(lanes, a)),
  add: binary("add"),
  sub: binary("sub"),
  mul: binary("mul"),
  div: binary("div"),
  pow: (lanes, a, b) => pow(lanes, asNumber(lanes, a), asNumber(lanes, b)),
  min: extreme("min", "pmin"),
  max: extreme("max", "pmax"),
  less: binary("less"),
  lessEqual: binary("lessEqual"),
  equal: binary("equal"),
  and: (lanes, a, b) => lanes.and(asMask(lanes, a), asMask(lanes, b)),
  or: (lanes, a, b) => lanes.or(asMask(lanes, a), asMask(lanes, b)),
  where: (lanes, a, b, c) => {
    const mask = asMask(lanes, a);
    if (b.type !== "mask" || c.type !== "mask")
      return lanes.select(mask, asNumber(lanes, b), asNumber(lanes, c));
    return lanes.or(lanes.and(mask, b), lanes.and(lanes.not(mask), c));
  },
};

/** ±1, and x itself where it is ±0 or NaN. */
function sign(lanes: Lanes, x: Lane): Lane {
  const zero = lanes.constant(0);
  const below = lanes.select(lanes.less(x, zero), lanes.constant(-1), x);
  return lanes.select(lanes.less(zero, x), lanes.constant(1), below);
}

function truncate(lanes: Lanes, x: Lane): Lane {
  const down = lanes.floor(lanes.abs(x));
  return lanes.select(lanes.less(x, lanes.constant(0)), lanes.neg(down), down);
}

function laneWriter(
  lanes: Lanes,
  slots: readonly Lane[],
  slotOf: (lane: Lane) => number,
  tables: TableBuilder,
): Writer {
  const known = (slot: number): number | undefined => {
    const lane = slots[slot];
    return lane.op === "constant" && lane.type === "float" ? Number(lane.value) : undefined;
  };
  return {
    constant: (value) => slotOf(lanes.constant(value)),
    emit: (instruction, a, b = a, c = a) =>
      slotOf(rules[instruction](lanes, slots[a], slots[b], slots[c])),
    total: (terms) =>
      slotOf(
        terms.map((slot) => asNumber(lanes, slots[slot])).reduce((sum, x) => lanes.add(sum, x)),
      ),
    fetch(from, index) {
      const row = slots[index];
      const values = from.map((slot) => known(slot));
      if (row.type !== "int" || values.some((value) => value === undefined))
        throw new TypeError(
          "gather in lanes reads a constant table at an index that is drawn, and nothing else",
        );
      return slotOf(lanes.gatherAt(row, tables.column(values as number[])));
    },
    known,
  };
}
