// A graph of float64 numbers as a plain JavaScript function: for theory, for landscapes, for checks on
// the host. Tensors are unrolled entry by entry, so that movement costs nothing and a finite sum over
// a few hundred samples is one function of its coordinates; whole networks belong to a runtime.
import { sizeOf, type Tensor } from "../../graph/index.ts";
import { execute } from "./machine.ts";
import { writeGraph } from "./write-graph.ts";
import { program } from "./writer.ts";

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
  let arity = 0;
  const places = inputs.map((t) => Array.from({ length: sizeOf(t.shape) }, () => arity++));
  const p = program(arity);
  const results = Int32Array.from(writeGraph(inputs, places, outputs, p).flat());
  const [tape, lists, slots] = [p.body(), p.lists(), p.slots()];
  execute(p.prelude(), lists, slots);
  return (values, out) => {
    for (let i = 0; i < arity; i++) slots[i] = values[i];
    execute(tape, lists, slots);
    for (let i = 0; i < results.length; i++) out[i] = slots[results[i]];
  };
}
