// The fused loop of independent particles:
//
//     advance(from, end, iterations):
//       for (p = from; p < end; p += record)
//         load state, words, alive
//         for (i = 0; i < iterations; i++)
//           (state, words, exits) = iteration(state, words, parameters)
//           if any(exits & alive): note step and state of those that left; alive &= ~exits; break if none
//         store
//
// Particles that have left go on moving until their group's last one has: nobody reads them.
import { emitAssignments, hoistInvariants, type Locals, locals } from "../lanes/emit.ts";
import { exp } from "../lanes/functions/exp.ts";
import { topological } from "../../graph/index.ts";
import { type Lane, type Lanes } from "../lanes/lane.ts";
import { openDraws } from "../random/draws.ts";
import { xoshiro128 } from "../random/xoshiro.ts";
import { assemble, type WasmFunction } from "../wasm/assemble.ts";
import {
  anyTrue,
  block,
  type Code,
  doWhile,
  exitIf,
  i32,
  local,
  simd,
  v128,
  when,
} from "../wasm/instructions.ts";
import { type Layout, layoutOf } from "./layout.ts";
import { type Iteration, type ParticleStep, unroll } from "./step.ts";

/** The module of a step's loop, and what there is to know about it. */
export interface ParticleCode {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly layout: Layout;
  readonly iteration: Iteration;
  /** SIMD instructions a step of a group, the rare branches not counted. */
  readonly operationsPerStep: number;
}

/** A crossing less probable than e⁻²³ = 10⁻¹⁰ is not drawn. */
const BRIDGE_REACH = 23;

export function particleCode(step: ParticleStep): ParticleCode {
  const iteration = unroll(step);
  const layout = layoutOf(step);
  const bytes = assemble([advance(iteration, layout)]);
  return { bytes, layout, iteration, operationsPerStep: operations(iteration) };
}

const [FROM, END, ITERATIONS, INDEX] = [0, 1, 2, 3];

/** Lanes to locals, in a function's body. */
interface Context {
  readonly lanes: Lanes;
  readonly bound: Map<Lane, number>;
  readonly fresh: Locals;
  readonly layout: Layout;
}

function advance(iteration: Iteration, layout: Layout): WasmFunction {
  const { lanes, results, state, words, parameters, nextWords } = iteration;
  const fresh = locals(4);
  const bound = new Map<Lane, number>();
  for (const variable of [...state, ...words, ...parameters]) bound.set(variable, fresh.fresh());
  const context: Context = { lanes, bound, fresh, layout };
  const alive = lanes.variable("mask");
  bound.set(alive, fresh.fresh());

  const last = results.at(-1)!.state;
  const watched = results.flatMap(({ exit, bridge }) => [
    ...(exit === undefined ? [] : [exit]),
    ...(bridge === undefined ? [] : [lanes.less(bridge, lanes.constant(BRIDGE_REACH))]),
  ]);
  const event = watched.length === 0 ? undefined : watched.reduce((a, b) => lanes.or(a, b));
  // What the rare branch reads is kept in locals of its own, as it was before the state advances.
  const kept = results.flatMap(({ exit, bridge, state: after }) =>
    exit === undefined ? [] : [exit, ...(bridge === undefined ? [] : [bridge]), ...after],
  );
  const copies = new Map([...new Set(kept)].map((lane) => [lane, fresh.fresh()]));
  const hit = fresh.fresh();

  const hoisted = hoistInvariants(
    [...last, ...nextWords, ...kept, ...watched],
    parameters,
    bound,
    fresh,
    lanes.precision,
  );
  const scope = new Map(bound);
  const assignments: (readonly [number, Lane])[] = [
    ...state.map((s, i) => [bound.get(s)!, last[i]] as const),
    ...words.map((w, i) => [bound.get(w)!, nextWords[i]] as const),
    ...[...copies].map(([lane, at]) => [at, lane] as const),
    ...(event === undefined ? [] : [[hit, lanes.and(event, alive)] as const]),
  ];
  const body = emitAssignments(assignments, scope, fresh, lanes.precision);
  const rare =
    event === undefined
      ? []
      : when(anyTrue(local.get(hit)), [
          ...noteExits(iteration, copies, alive, context),
          ...exitIf(i32.isZero(anyTrue(local.get(bound.get(alive)!))), 2),
        ]);
  const count = local.set(INDEX, i32.add(local.get(INDEX), i32.const(1)));
  const inner = block(
    doWhile(
      [...body, ...rare, ...count],
      i32.lessUnsigned(local.get(INDEX), local.get(ITERATIONS)),
    ),
  );

  const saved = [
    ...state.map((s, i) => [s, layout.state + 16 * i] as const),
    ...words.map((w, i) => [w, layout.words + 16 * i] as const),
    [alive, layout.alive] as const,
  ];
  const load = saved.flatMap(([lane, offset]) =>
    local.set(bound.get(lane)!, v128.load(local.get(FROM), offset)),
  );
  const store = saved.flatMap(([lane, offset]) =>
    v128.store(local.get(FROM), local.get(bound.get(lane)!), offset),
  );
  const outer = doWhile(
    [
      ...load,
      ...local.set(INDEX, i32.const(0)),
      ...inner,
      ...store,
      ...local.set(FROM, i32.add(local.get(FROM), i32.const(layout.record))),
    ],
    i32.lessUnsigned(local.get(FROM), local.get(END)),
  );
  const read = parameters.flatMap((p, i) =>
    local.set(bound.get(p)!, [...i32.const(8 * i), ...splatLoad(lanes)]),
  );
  return {
    name: "advance",
    parameters: ["i32", "i32", "i32"],
    locals: ["i32", ...Array.from({ length: fresh.count() }, () => "v128" as const)],
    body: [...read, ...hoisted, ...outer],
  };
}

/** From the address on the stack: a float32 or float64 to all lanes. */
const splatLoad = ({ precision }: Lanes): Code =>
  precision === "f32" ? [...simd(0x09), 2, 0] : [...simd(0x0a), 3, 0];

/**
 * After each step of the iteration, for those that leave with it and have not left before:
 *
 *     exits = exit | (q < 23 && u < e^(−q));  note step and state;  alive &= ~exits
 */
function noteExits(
  { steps, results }: Iteration,
  copies: ReadonlyMap<Lane, number>,
  alive: Lane,
  { lanes, bound, fresh, layout }: Context,
): Code {
  const { precision } = lanes;
  const stepAt = fresh.fresh();
  const scope = new Map([[alive, bound.get(alive)!]]);
  const bind = (at: number, type: "float" | "mask"): Lane => {
    const variable = lanes.variable(type);
    scope.set(variable, at);
    return variable;
  };
  const code: number[] = [];
  const emit = (assignments: readonly (readonly [number, Lane])[]) => {
    for (const byte of emitAssignments(assignments, new Map(scope), fresh, precision))
      code.push(byte);
  };
  results.forEach(({ exit, bridge, state }, i) => {
    if (exit === undefined) return;
    let leaves = bind(copies.get(exit)!, "mask");
    if (bridge !== undefined) {
      const q = bind(copies.get(bridge)!, "float");
      const crossed = bridgeCrossing(lanes, q, alive, layout, scope, fresh);
      for (const byte of crossed.code) code.push(byte);
      leaves = lanes.or(leaves, bind(crossed.at, "mask"));
    }
    const now = fresh.fresh();
    emit([[now, lanes.and(leaves, alive)]]);
    const mask = bind(now, "mask");
    const floats = stepNumber(precision, steps, i);
    for (const byte of local.set(stepAt, floats)) code.push(byte);
    const put = (offset: number, value: Lane) => {
      const before = bind(fresh.fresh(), "float");
      for (const byte of local.set(scope.get(before)!, v128.load(local.get(FROM), offset)))
        code.push(byte);
      const after = fresh.fresh();
      emit([[after, lanes.select(mask, value, before)]]);
      for (const byte of v128.store(local.get(FROM), local.get(after), offset)) code.push(byte);
    };
    put(layout.exitStep, bind(stepAt, "float"));
    state.forEach((x, k) => put(layout.exitState + 16 * k, bind(copies.get(x)!, "float")));
    emit([[bound.get(alive)!, lanes.and(alive, lanes.not(mask))]]);
  });
  return code;
}

/** steps·INDEX + i + 1 as a float in all lanes. */
function stepNumber(precision: "f32" | "f64", steps: number, i: number): Code {
  const number = i32.add(i32.mul(local.get(INDEX), i32.const(steps)), i32.const(i + 1));
  const splat = [...number, ...simd(0x11)];
  return [...splat, ...simd(precision === "f32" ? 0xfa : 0xfe)];
}

/**
 * The particles near the wall draw a uniform each from their second generator, which advances for them
 * alone: a particle's draws do not depend on those beside it.
 */
function bridgeCrossing(
  lanes: Lanes,
  q: Lane,
  alive: Lane,
  layout: Layout,
  outer: ReadonlyMap<Lane, number>,
  fresh: Locals,
): { readonly code: Code; readonly at: number } {
  const { precision } = lanes;
  const scope = new Map(outer);
  const words = Array.from({ length: 4 }, () => lanes.variable("word"));
  for (const word of words) scope.set(word, fresh.fresh());
  const reader = xoshiro128.open(lanes, words);
  const uniform = openDraws(lanes, reader).uniform();
  const near = lanes.and(lanes.less(q, lanes.constant(BRIDGE_REACH)), alive);
  const advanced = reader.state();
  const [mask, at] = [fresh.fresh(), fresh.fresh()];
  const moved = words.map(() => fresh.fresh());
  const load = words.flatMap((word, i) =>
    local.set(scope.get(word)!, v128.load(local.get(FROM), layout.bridgeWords + 16 * i)),
  );
  const crossed = lanes.and(near, lanes.less(uniform, exp(lanes, lanes.neg(q))));
  const code = [
    ...load,
    ...emitAssignments(
      [[mask, near], [at, crossed], ...advanced.map((word, i) => [moved[i], word] as const)],
      scope,
      fresh,
      precision,
    ),
    ...words.flatMap((word, i) =>
      v128.store(
        local.get(FROM),
        [
          ...local.get(moved[i]),
          ...local.get(scope.get(word)!),
          ...wordMask(precision, mask),
          ...simd(0x52),
        ],
        layout.bridgeWords + 16 * i,
      ),
    ),
  ];
  return { code, at };
}

/** A mask of particles as one of words: in f64 particle 0 has the 32-bit lanes 0 and 2, particle 1 the others. */
const wordMask = (precision: "f32" | "f64", mask: number): Code =>
  precision === "f32"
    ? local.get(mask)
    : [...local.get(mask), ...local.get(mask), ...simd(0x0d), ...EVEN_LANES];

const EVEN_LANES = [0, 1, 2, 3, 8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11];

function operations({ steps, results, nextWords, parameters }: Iteration): number {
  const outputs = [
    ...results.at(-1)!.state,
    ...nextWords,
    ...results.flatMap(({ exit, bridge }) => [exit, bridge].filter((x) => x !== undefined)),
  ];
  const free = new Set(["variable", "constant", "asInt", "asFloat", "firstWord", "secondWord"]);
  const invariant = new Set(parameters);
  let count = 0;
  for (const lane of topological(outputs)) {
    const early = lane.inputs.length > 0 && lane.inputs.every((x) => invariant.has(x) || x.op === "constant"); // prettier-ignore
    if (early) invariant.add(lane);
    else if (!free.has(lane.op)) count++;
  }
  return count / steps;
}
