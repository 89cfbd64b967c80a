import { filled } from "../ops/index.ts";
import { input, isFloat, type Tensor } from "../tensor.ts";
import { leaves, type Tree, unflatten } from "../tree.ts";
import { type GraphFunction, reachableFrom, substitute, topological } from "../walk.ts";
import { jvp } from "./forward.ts";

/** A function split into what is computed once and what is computed for each of the varying inputs. */
export interface Partition {
  /** fixed inputs → the frontier. */
  readonly known: GraphFunction;
  /** [...frontier, ...fixed inputs still needed, ...varying inputs] → outputs. */
  readonly rest: GraphFunction;
  /** Which of the fixed inputs `rest` still takes, by position, in its order. */
  readonly kept: readonly number[];
}

/** Ops that cost next to nothing: they are repeated rather than stored. */
const free = new Set(["reshape", "transpose", "broadcastTo"]);

/**
 * Partial evaluation by reachability. Nodes that do not depend on `varying` belong to `known`; those
 * of them that the others use are its outputs, the frontier. Constants, fixed inputs and free
 * movements of them cross over without being stored.
 */
export function partition(graph: GraphFunction, varying: readonly Tensor[]): Partition {
  const order = topological(graph.outputs);
  const moving = reachableFrom(varying, order);
  const fixed = graph.inputs.filter((t) => !varying.includes(t));
  const needed = new Set<Tensor>();
  const need = (t: Tensor): void => {
    if (t.op === "constant") return;
    if (free.has(t.op)) for (const x of t.inputs) need(x);
    else needed.add(t);
  };
  for (const t of order)
    if (moving.has(t)) {
      for (const x of t.inputs) if (!moving.has(x)) need(x);
    }
  for (const t of graph.outputs) if (!moving.has(t)) need(t);

  const kept = [...fixed.keys()].filter((i) => needed.has(fixed[i]));
  const frontier = [...needed].filter((t) => t.op !== "input").sort((a, b) => a.id - b.id);
  const stored = frontier.map((t, i) => input(t.shape, t.dtype, `frontier${i}`));
  return {
    known: { inputs: fixed, outputs: frontier },
    rest: {
      inputs: [...stored, ...kept.map((i) => fixed[i]), ...varying],
      outputs: substitute(graph.outputs, frontier, stored),
    },
    kept,
  };
}

/**
 * f(x), and ∂f(x) as a linear function to be applied to many tangents.
 *
 * As an expression, `linear` repeats nothing: what depends on x alone is the same nodes for every
 * tangent. To run the parts apart, trace both and cut them with `partition`.
 */
export function linearize<A extends readonly Tree[], R extends Tree>(
  f: (...args: A) => R,
  ...primals: A
): [value: R, linear: (...tangents: A) => R] {
  const points = leaves(primals);
  const fresh = points.map((t) => input(t.shape, t.dtype, "tangent"));
  const [value, tangent] = jvp(f, primals, unflatten(primals as Tree, fresh) as A);
  const outputs = leaves(tangent);
  return [
    value,
    (...tangents) => {
      const given = leaves(tangents).map((t, i) =>
        isFloat(t.dtype) ? t : filled(0, points[i].shape, points[i].dtype),
      );
      return unflatten(tangent, substitute(outputs, fresh, given));
    },
  ];
}
