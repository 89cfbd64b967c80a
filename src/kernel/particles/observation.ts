// What is seen of an ensemble at a moment, added up in memory:
//
//     observe(from, end):
//       for (p = from; p < end; p += record)
//         sums[k] += φₖ(state) of those alive
//         counts[cell(state)]++, or the last but one count where the cell is outside
//         basin b = label(state): where b ≥ 0: transitions[last·basins + b]++ if last ≥ 0 and last ≠ b; last = b
import { sizeOf, type Tensor } from "../../graph/index.ts";
import { emitAssignments, locals } from "../lanes/emit.ts";
import { graphLanes } from "../lanes/from-graph.ts";
import { type Lane, laneBuilder, type Precision } from "../lanes/lane.ts";
import { assemble } from "../wasm/assemble.ts";
import { block, type Code, doWhile, exitIf, f64x2, i32, local, simd, v128 } from "../wasm/instructions.ts"; // prettier-ignore
import type { Layout } from "./layout.ts";

/** Functions of a particle's state, as graphs of float64 scalars, that are gathered over an ensemble. */
export interface Observation {
  readonly state: readonly Tensor[];
  /** Sums are taken of these, in float64. */
  readonly sums: readonly Tensor[];
  /** A histogram's cell, ⌊index⌋ of 0 … cells − 1. */
  readonly histogram?: { readonly index: Tensor; readonly cells: number };
  /** The basin a state is in, 0 … count − 1; negative where it is in none. */
  readonly basins?: { readonly label: Tensor; readonly count: number };
}

/** Where an observation adds up, in bytes from its start. */
export interface ObservationLayout {
  readonly sums: number;
  /** uint32: one a cell, then those outside all cells, then a place for particles that have left. */
  readonly counts: number;
  /** float64 [basins][basins]. */
  readonly transitions: number;
  /** int32 a particle: the basin it was in last, −1 at first. */
  readonly last: number;
  readonly bytes: number;
}

export function observationLayout(o: Observation, slots: number): ObservationLayout {
  let at = 0;
  const take = (bytes: number) => {
    const offset = at;
    at += 16 * Math.ceil(bytes / 16);
    return offset;
  };
  const basins = o.basins?.count ?? 0;
  return {
    sums: take(16 * o.sums.length),
    counts: take(4 * ((o.histogram?.cells ?? 0) + 2)),
    transitions: take(8 * basins * basins),
    last: take(o.basins === undefined ? 0 : 4 * slots),
    get bytes() {
      return at;
    },
  };
}

const [FROM, END, SLOT, ADDRESS, LABEL] = [0, 1, 2, 3, 4];

/** The module with `observe`, for memory in which the observation starts at `start`. */
export function observationModule(
  o: Observation,
  precision: Precision,
  layout: Layout,
  start: number,
  places: ObservationLayout,
): Uint8Array<ArrayBuffer> {
  const lanes = laneBuilder(precision);
  const fresh = locals(5);
  const state = o.state.map(() => lanes.variable("float"));
  const alive = lanes.variable("mask");
  const bound = new Map<Lane, number>([...state, alive].map((lane) => [lane, fresh.fresh()]));
  const outputs = [
    ...o.sums,
    ...(o.histogram === undefined ? [] : [o.histogram.index]),
    ...(o.basins === undefined ? [] : [o.basins.label]),
  ];
  for (const t of outputs)
    if (sizeOf(t.shape) !== 1)
      throw new RangeError(`an observation is made of scalars, got [${t.shape.join(", ")}]`);
  const noTable = { column: (): never => { throw new TypeError("an observation reads no table"); } }; // prettier-ignore
  const written = graphLanes(lanes, o.state, state.map((x) => [x]), outputs, noTable); // prettier-ignore
  const values = written.map(([lane]) => lane);
  const nothing = lanes.constant(0);
  const seen = o.sums.map((_, k) => lanes.select(alive, values[k], nothing));
  const rest = values.slice(o.sums.length);
  const index = o.histogram === undefined ? undefined : cellOf(lanes, rest[0], alive, o.histogram.cells); // prettier-ignore
  const label = o.basins === undefined ? undefined : lanes.select(alive, rest.at(-1)!, lanes.constant(-1)); // prettier-ignore

  const assigned = [...seen, ...(index === undefined ? [] : [index]), ...(label === undefined ? [] : [label])]; // prettier-ignore
  const at = new Map(assigned.map((lane) => [lane, fresh.fresh()]));
  const load = [
    ...state.flatMap((x, k) => local.set(bound.get(x)!, v128.load(local.get(FROM), layout.state + 16 * k))), // prettier-ignore
    ...local.set(bound.get(alive)!, v128.load(local.get(FROM), layout.alive)),
  ];
  const compute = emitAssignments([...at].map(([lane, to]) => [to, lane] as const), bound, fresh, precision); // prettier-ignore
  const whole = fresh.fresh();
  const body = [
    ...load,
    ...compute,
    ...seen.flatMap((lane, k) => addSum(precision, at.get(lane)!, start + places.sums + 16 * k)),
    ...(index === undefined ? [] : count(precision, at.get(index)!, whole, start + places.counts)),
    ...(label === undefined ? [] : follow(precision, at.get(label)!, whole, start, places, o.basins!.count)), // prettier-ignore
    ...local.set(FROM, i32.add(local.get(FROM), i32.const(layout.record))),
    ...local.set(SLOT, i32.add(local.get(SLOT), i32.const(4 * layout.lanes))),
  ];
  return assemble([
    {
      name: "observe",
      parameters: ["i32", "i32"],
      locals: ["i32", "i32", "i32", ...Array.from({ length: fresh.count() }, () => "v128" as const)], // prettier-ignore
      body: doWhile(body, i32.lessUnsigned(local.get(FROM), local.get(END))),
    },
  ]);
}

type Lanes = ReturnType<typeof laneBuilder>;

/** ⌊index⌋ where it is a cell, `cells` where it is none, `cells` + 1 for those that have left. */
function cellOf(lanes: Lanes, index: Lane, alive: Lane, cells: number): Lane {
  const inside = lanes.and(
    lanes.lessEqual(lanes.constant(0), index),
    lanes.less(index, lanes.constant(cells)),
  );
  const cell = lanes.select(inside, lanes.floor(index), lanes.constant(cells));
  return lanes.select(alive, cell, lanes.constant(cells + 1));
}

/** Adds the lanes, in float64, to the two float64 at `offset`. */
function addSum(precision: Precision, value: number, offset: number): Code {
  const zero = i32.const(0);
  const x = local.get(value);
  if (precision === "f64") return v128.store(zero, f64x2.add(v128.load(zero, offset), x), offset);
  const upper = [...x, ...x, ...simd(0x0d), 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15]; // prettier-ignore
  const both = f64x2.add(f64x2.promote(x), f64x2.promote(upper));
  return v128.store(zero, f64x2.add(v128.load(zero, offset), both), offset);
}

/** The lanes as int32, in the lanes 0 … of `whole`. */
const truncated = (precision: Precision, value: number, whole: number): Code =>
  local.set(whole, [...local.get(value), ...simd(precision === "f32" ? 0xf8 : 0xfc)]);

const lanesOf = (precision: Precision) => (precision === "f32" ? [0, 1, 2, 3] : [0, 1]);
const extract = (whole: number, lane: number): Code => [...local.get(whole), ...simd(0x1b), lane];

function count(precision: Precision, value: number, whole: number, counts: number): Code {
  return [
    ...truncated(precision, value, whole),
    ...lanesOf(precision).flatMap((lane) => [
      ...local.set(ADDRESS, i32.shiftLeft(extract(whole, lane), 2)),
      ...i32.store(
        local.get(ADDRESS),
        i32.add(i32.load(local.get(ADDRESS), counts), i32.const(1)),
        counts,
      ),
    ]),
  ];
}

/** SLOT is four times the number of the group's first particle. */
function follow(
  precision: Precision,
  value: number,
  whole: number,
  start: number,
  places: ObservationLayout,
  basins: number,
): Code {
  const last = start + places.last;
  const transitions = start + places.transitions;
  return [
    ...truncated(precision, value, whole),
    ...lanesOf(precision).flatMap((lane) => {
      const before = i32.load(local.get(SLOT), last + 4 * lane);
      const cell = i32.shiftLeft(i32.add(i32.mul(before, i32.const(basins)), local.get(LABEL)), 3);
      return [
        ...local.set(LABEL, extract(whole, lane)),
        ...block([
          ...exitIf(i32.less(local.get(LABEL), i32.const(0)), 0),
          ...block([
            ...exitIf(i32.less(before, i32.const(0)), 0),
            ...exitIf(i32.equal(before, local.get(LABEL)), 0),
            ...local.set(ADDRESS, cell),
            ...f64Increment(ADDRESS, transitions),
          ]),
          ...i32.store(local.get(SLOT), local.get(LABEL), last + 4 * lane),
        ]),
      ];
    }),
  ];
}

const f64Increment = (address: number, offset: number): Code =>
  v128.storeHalf(
    local.get(address),
    f64x2.add(
      v128.loadHalf(local.get(address), offset),
      f64x2.splat([0x44, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f]),
    ),
    offset,
  );
