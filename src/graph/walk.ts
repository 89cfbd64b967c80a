import { node, type Tensor } from "./tensor.ts";

/** A traced function: outputs as expressions of fresh inputs. */
export interface GraphFunction {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
}

/**
 * Every node the outputs depend on, inputs before users: ids grow with creation. No recursion, so any depth.
 */
export function topological<T extends Numbered<T>>(outputs: readonly T[]): T[] {
  const seen = new Set<T>(outputs);
  const stack = [...seen];
  while (stack.length > 0)
    for (const input of stack.pop()!.inputs)
      if (!seen.has(input)) {
        seen.add(input);
        stack.push(input);
      }
  return [...seen].sort((a, b) => a.id - b.id);
}

interface Numbered<T> {
  readonly id: number;
  readonly inputs: readonly T[];
}

/** The nodes of `order` (topological) that depend on any of `roots`, the roots included. */
export function reachableFrom(roots: Iterable<Tensor>, order: readonly Tensor[]): Set<Tensor> {
  const reached = new Set(roots);
  for (const t of order) if (t.inputs.some((input) => reached.has(input))) reached.add(t);
  return reached;
}

/** The outputs with each `from[i]` replaced by `to[i]`, which must have its shape and dtype. */
export function substitute(
  outputs: readonly Tensor[],
  from: readonly Tensor[],
  to: readonly Tensor[],
): Tensor[] {
  const image = new Map(from.map((t, i) => [t, to[i]]));
  return rebuild(outputs, (t) => image.get(t));
}

/**
 * The outputs, rebuilt bottom-up: `replace` sees each node with its inputs already rebuilt and
 * returns its successor, or undefined to keep it.
 */
export function rebuild(
  outputs: readonly Tensor[],
  replace: (t: Tensor, inputs: readonly Tensor[]) => Tensor | undefined,
): Tensor[] {
  const image = new Map<Tensor, Tensor>();
  for (const t of topological(outputs)) {
    const inputs = t.inputs.map((input) => image.get(input)!);
    image.set(t, replace(t, inputs) ?? withInputs(t, inputs));
  }
  return outputs.map((t) => image.get(t)!);
}

/** The same op on other inputs of the same shapes. */
export function withInputs(t: Tensor, inputs: readonly Tensor[]): Tensor {
  if (inputs.every((input, i) => input === t.inputs[i])) return t;
  return node(t.op, inputs, t.attrs, t.shape, t.dtype);
}
