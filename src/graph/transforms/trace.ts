import { input, type Tensor } from "../tensor.ts";
import { isTensor, leaves, type Tree, unflatten } from "../tree.ts";
import { type GraphFunction, substitute } from "../walk.ts";

/** A function run once on fresh inputs: its graph, and the structure of what it returned. */
export interface Traced<R extends Tree> extends GraphFunction {
  readonly result: R;
}

/**
 * Call `f` on fresh variables shaped like `args`. Each transform differentiates or vectorises with
 * respect to its own fresh variables, so nesting cannot confuse one level's with another's.
 */
export function trace<A extends readonly Tree[], R extends Tree>(
  f: (...args: A) => R,
  args: A,
): Traced<R> {
  const inputs = leaves(args).map((t) => input(t.shape, t.dtype, nameOf(t)));
  const result = f(...(unflatten(args as Tree, inputs) as A));
  const outputs = leaves(result);
  const stray = outputs.find((t) => !isTensor(t));
  if (stray !== undefined)
    throw new TypeError("a traced function must return tensors in arrays and records");
  return { inputs, outputs, result };
}

/** The traced outputs, and more expressions of its inputs, at actual arguments. */
export function instantiate(
  traced: GraphFunction,
  expressions: readonly Tensor[],
  args: Tree,
): Tensor[] {
  return substitute(expressions, traced.inputs, leaves(args));
}

function nameOf(t: Tensor): string {
  return t.op === "input" ? (t.attrs as { name: string }).name : "x";
}
