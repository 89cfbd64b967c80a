import { ruleOf } from "../rules/index.ts";
import { describe, sameShape, type Tensor } from "../tensor.ts";
import { filled } from "../ops/index.ts";
import { leaves, type Tree, unflatten } from "../tree.ts";
import { type GraphFunction, topological } from "../walk.ts";
import { instantiate, trace } from "./trace.ts";

/** Tangents of the outputs of a graph from tangents of its inputs; absent where no path leads. Cost: that of the graph, about twice. */
export function pushForward(
  graph: GraphFunction,
  tangents: readonly (Tensor | undefined)[],
): (Tensor | undefined)[] {
  const tangentOf = new Map<Tensor, Tensor>();
  graph.inputs.forEach((t, i) => {
    if (tangents[i] !== undefined) tangentOf.set(t, tangents[i]);
  });
  for (const t of topological(graph.outputs)) {
    if (tangentOf.has(t)) continue;
    const incoming = t.inputs.map((x) => tangentOf.get(x));
    if (incoming.every((tangent) => tangent === undefined)) continue;
    const tangent = ruleOf(t).jvp(t, incoming);
    if (tangent !== undefined) tangentOf.set(t, tangent);
  }
  return graph.outputs.map((t) => tangentOf.get(t));
}

/**
 * f and its directional derivative: (f(x), ∂f(x)·ẋ).
 *
 * `tangents` has the structure of `primals`. Integer and bool arguments have no tangent: whatever
 * stands in their place is ignored.
 */
export function jvp<A extends readonly Tree[], R extends Tree>(
  f: (...args: A) => R,
  primals: A,
  tangents: A,
): [value: R, tangent: R] {
  const [points, directions] = [leaves(primals), leaves(tangents)];
  requireLike("jvp: a tangent", directions, points);
  const traced = trace(f, primals);
  const pushed = pushForward(traced, directions);
  const tangentOut = traced.outputs.map((t, i) => pushed[i] ?? filled(0, t.shape, t.dtype));
  const all = instantiate(traced, [...traced.outputs, ...tangentOut], primals);
  const count = traced.outputs.length;
  return [
    unflatten(traced.result, all.slice(0, count)),
    unflatten(traced.result, all.slice(count)),
  ];
}

export function requireLike(what: string, given: readonly Tensor[], like: readonly Tensor[]): void {
  if (given.length !== like.length)
    throw new RangeError(`${what} for each tensor: expected ${like.length}, got ${given.length}`);
  given.forEach((t, i) => {
    if (!sameShape(t.shape, like[i].shape) || t.dtype !== like[i].dtype)
      throw new RangeError(`${what} must be ${describe(like[i])}, got ${describe(t)}`);
  });
}
