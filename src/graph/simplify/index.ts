import type { Tensor } from "../tensor.ts";
import { type GraphFunction, rebuild, topological, withInputs } from "../walk.ts";
import {
  foldConstants,
  gatherScalars,
  identities,
  implicitBroadcast,
  throughTranspose,
} from "./algebra.ts";
import {
  addendIntoProduct,
  innerProductOfProducts,
  reassociate,
  scalarIntoProduct,
  sumOfOuterProducts,
  transposeOfProduct,
  transposeOfSum,
} from "./products.ts";
import type { Rewrite } from "./rewrite.ts";

const rewrites: readonly Rewrite[] = [
  foldConstants,
  identities,
  gatherScalars,
  implicitBroadcast,
  throughTranspose,
  sumOfOuterProducts,
  innerProductOfProducts,
  transposeOfProduct,
  transposeOfSum,
  addendIntoProduct,
  reassociate,
  scalarIntoProduct,
];

const maxPasses = 8;

/**
 * An equal graph that costs less. Values agree up to rounding: sums and products may be taken in
 * another order. Idempotent up to the limit of passes; cost linear in nodes a pass.
 */
export function simplify(graph: GraphFunction): GraphFunction {
  let outputs = [...graph.outputs];
  for (let pass = 0; pass < maxPasses; pass++) {
    const next = onePass(outputs);
    if (next.every((t, i) => t === outputs[i])) break;
    outputs = next;
  }
  return { inputs: graph.inputs, outputs };
}

function onePass(outputs: readonly Tensor[]): Tensor[] {
  const counts = new Map<Tensor, number>();
  const count = (t: Tensor) => counts.set(t, (counts.get(t) ?? 0) + 1);
  for (const t of topological(outputs)) t.inputs.forEach(count);
  outputs.forEach(count);
  return rebuild(outputs, (t, inputs) => {
    const current = withInputs(t, inputs);
    if (t.op === "input" || t.op === "constant") return t;
    // A node made in this very pass has no count yet: whoever made it used it once.
    const around = { uses: (x: Tensor) => counts.get(x) ?? 1 };
    for (const rewrite of rewrites) {
      const better = rewrite(current, around);
      if (better !== undefined && better !== current) return better;
    }
    return current;
  });
}
