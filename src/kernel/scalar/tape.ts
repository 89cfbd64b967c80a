// A graph of float64 numbers as a plain JavaScript function: for theory, for landscapes, for checks on
// the host. Tensors are unrolled entry by entry, so that movement costs nothing and a finite sum over
// a few hundred samples is one function of its coordinates; whole networks belong to a runtime.
import {
  describe,
  type Node,
  type OpName,
  sizeOf,
  type Tensor,
  topological,
} from "../../graph/index.ts";
import { elementwiseLowerings } from "./elementwise.ts";
import { indexingLowerings } from "./indexing.ts";
import { execute } from "./machine.ts";
import { movementLowerings } from "./movement.ts";
import { reduceLowerings } from "./reduce.ts";
import { type Lowerings, program, type Slots, type Writer } from "./writer.ts";

/**
 * The outputs as a function of the inputs, float64 by `Math.*` of the engine: the last bits of exp,
 * log, sin, cos, tanh and pow are the engine's own. What does not depend on the inputs is computed
 * once, here.
 *
 * `values` holds the entries of all inputs in order, row-major, and `out` gets those of all outputs.
 * Booleans are 0 and 1; integers are numbers, exact to 2⁵³, that do not wrap. An index out of range
 * gives NaN.
 *
 * Cost: about 10 ns an instruction, one instruction an entry of each op that computes.
 *
 * @throws TypeError for an op without a scalar meaning, named, for float32, and for an input that is
 * not listed; RangeError beyond a million instructions.
 */
export function scalarFunction(
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
): (values: ArrayLike<number>, out: Float64Array) => void {
  const slotsOf = new Map<Tensor, Slots>();
  let arity = 0;
  for (const t of inputs)
    slotsOf.set(
      t,
      Array.from({ length: sizeOf(t.shape) }, () => arity++),
    );
  const p = program(arity);
  for (const t of topological([...inputs, ...outputs])) {
    requireNumbers(t);
    if (slotsOf.has(t)) continue;
    slotsOf.set(t, lower(t, t.inputs.map((x) => slotsOf.get(x)!), p)); // prettier-ignore
  }
  const results = Int32Array.from(outputs.flatMap((t) => slotsOf.get(t)!));
  const [tape, lists, slots] = [p.body(), p.lists(), p.slots()];
  execute(p.prelude(), lists, slots);
  return (values, out) => {
    for (let i = 0; i < arity; i++) slots[i] = values[i];
    execute(tape, lists, slots);
    for (let i = 0; i < results.length; i++) out[i] = slots[results[i]];
  };
}

function requireNumbers(t: Tensor): void {
  if (t.dtype === "float32")
    throw new TypeError(
      `a scalar function computes in float64, got ${describe(t)} from ${t.op}: cast it where the graph is built`,
    );
}

const refuse = (t: Node): never => {
  throw new TypeError(`${t.op} has no scalar meaning: ${describe(t)} needs a runtime`);
};

const lowerings = {
  ...elementwiseLowerings,
  ...reduceLowerings,
  ...movementLowerings,
  ...indexingLowerings,
  input: (t) => {
    throw new TypeError(`the input ${t.attrs.name} is not among those of the scalar function`);
  },
  constant: (t, _, w) =>
    Array.from(t.attrs.data as ArrayLike<number | bigint>, (x) => w.constant(Number(x))),
  conv: refuse,
  convInput: refuse,
  convWeight: refuse,
  maxPool: refuse,
  maxPoolIndices: refuse,
  sumPool: refuse,
  sumPoolTranspose: refuse,
} satisfies Lowerings<OpName>;

function lower(t: Tensor, inputs: readonly Slots[], w: Writer): Slots {
  const lowering = lowerings[t.op] as (t: Tensor, inputs: readonly Slots[], w: Writer) => Slots;
  return lowering(t, inputs, w);
}
