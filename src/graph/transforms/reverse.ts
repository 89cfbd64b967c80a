import { add, filled, scalar } from "../ops/index.ts";
import { ruleOf } from "../rules/index.ts";
import { describe, isFloat, type Tensor } from "../tensor.ts";
import { leaves, type Tree, unflatten } from "../tree.ts";
import { type GraphFunction, reachableFrom, topological } from "../walk.ts";
import { requireLike } from "./forward.ts";
import { instantiate, trace } from "./trace.ts";

/** Cotangents of `graph.inputs` from cotangents of its outputs; absent where no path leads. */
export function pullBack(
  graph: GraphFunction,
  cotangents: readonly (Tensor | undefined)[],
): (Tensor | undefined)[] {
  const order = topological(graph.outputs);
  const active = reachableFrom(
    graph.inputs.filter((t) => isFloat(t.dtype)),
    order,
  );
  const cotangentOf = new Map<Tensor, Tensor>();
  const accumulate = (t: Tensor, ct: Tensor) => {
    const sofar = cotangentOf.get(t);
    cotangentOf.set(t, sofar === undefined ? ct : add(sofar, ct));
  };
  graph.outputs.forEach((t, i) => {
    if (cotangents[i] !== undefined && active.has(t)) accumulate(t, cotangents[i]);
  });
  for (let i = order.length - 1; i >= 0; i--) {
    const t = order[i];
    const ct = cotangentOf.get(t);
    if (ct === undefined || t.inputs.length === 0 || !active.has(t)) continue;
    const wanted = t.inputs.map((x) => active.has(x) && isFloat(x.dtype));
    const incoming = ruleOf(t).vjp(t, ct, wanted);
    t.inputs.forEach((x, j) => {
      if (wanted[j] && incoming[j] !== undefined) accumulate(x, incoming[j]);
    });
  }
  return graph.inputs.map((t) => cotangentOf.get(t));
}

/** f(x), and the function that pulls a cotangent of the value back to one of each argument: ct ↦ ctᵀ·∂f(x). */
export function vjp<A extends readonly Tree[], R extends Tree>(
  f: (...args: A) => R,
  ...primals: A
): [value: R, pullback: (cotangent: R) => A] {
  const traced = trace(f, primals);
  const value = unflatten(traced.result, instantiate(traced, traced.outputs, primals));
  const pullback = (cotangent: R): A => {
    const cts = leaves(cotangent);
    requireLike("vjp: a cotangent", cts, traced.outputs);
    const pulled = pullBack(traced, cts).map(
      (ct, i) => ct ?? filled(0, traced.inputs[i].shape, traced.inputs[i].dtype),
    );
    return unflatten(primals as Tree, instantiate(traced, pulled, primals)) as A;
  };
  return [value, pullback];
}

/**
 * f(x, …rest) and its gradient in x, for a function with a scalar value. Cost: one evaluation and
 * one reverse sweep, together about three evaluations, whatever the size of x.
 */
export function valueAndGrad<T extends Tree, Rest extends readonly Tree[]>(
  f: (x: T, ...rest: Rest) => Tensor,
): (x: T, ...rest: Rest) => [value: Tensor, gradient: T] {
  return (x, ...rest) => {
    const [value, pullback] = vjp((z: T) => f(z, ...rest), x);
    if (value.shape.length > 0 || !isFloat(value.dtype))
      throw new TypeError(`grad: the function must return a float scalar, got ${describe(value)}`);
    return [value, pullback(scalar(1, value.dtype))[0]];
  };
}

/** The gradient of a scalar function in its first argument. */
export function grad<T extends Tree, Rest extends readonly Tree[]>(
  f: (x: T, ...rest: Rest) => Tensor,
): (x: T, ...rest: Rest) => T {
  const both = valueAndGrad(f);
  return (x, ...rest) => both(x, ...rest)[1];
}
