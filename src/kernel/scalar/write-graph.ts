import { describe, type Node, type OpName, type Tensor, topological } from "../../graph/index.ts";
import { elementwiseLowerings } from "./elementwise.ts";
import { indexingLowerings } from "./indexing.ts";
import { movementLowerings } from "./movement.ts";
import { reduceLowerings } from "./reduce.ts";
import type { Lowerings, Slots, Writer } from "./writer.ts";

/**
 * Write the outputs as scalar instructions, entry by entry, given the slots of the inputs' entries; the
 * slots of the outputs' entries.
 *
 * @throws TypeError for an op without a scalar meaning, named, for float32, and for an input that is
 * not listed.
 */
export function writeGraph(
  inputs: readonly Tensor[],
  places: readonly Slots[],
  outputs: readonly Tensor[],
  w: Writer,
): Slots[] {
  const slotsOf = new Map<Tensor, Slots>(inputs.map((t, i) => [t, places[i]]));
  for (const t of topological([...inputs, ...outputs])) {
    requireNumbers(t);
    if (slotsOf.has(t)) continue;
    slotsOf.set(t, lower(t, t.inputs.map((x) => slotsOf.get(x)!), w)); // prettier-ignore
  }
  return outputs.map((t) => slotsOf.get(t)!);
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
    throw new TypeError(`the input ${t.attrs.name} is not among those of the function`);
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
