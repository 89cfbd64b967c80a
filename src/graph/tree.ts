import type { Tensor } from "./tensor.ts";

/** Tensors in arrays and records, nested as the caller likes: what transformed functions take and give. */
export type Tree = Tensor | readonly Tree[] | { readonly [key: string]: Tree };

export function isTensor(tree: unknown): tree is Tensor {
  return (
    typeof tree === "object" && tree !== null && "op" in tree && "dtype" in tree && "id" in tree
  );
}

/** The tensors of a tree, depth first; records by the order of their keys. */
export function leaves(tree: Tree): Tensor[] {
  if (isTensor(tree)) return [tree];
  return Object.values(tree as Readonly<Record<string, Tree>>).flatMap(leaves);
}

/** A tree like `tree` with its tensors, in the order of `leaves`, replaced by `values`. */
export function unflatten<T extends Tree>(tree: T, values: readonly Tensor[]): T {
  const queue = [...values];
  const fill = (part: Tree): Tree => {
    if (isTensor(part)) return queue.shift()!;
    if (Array.isArray(part)) return part.map(fill);
    return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, fill(value)]));
  };
  const filled = fill(tree) as T;
  if (queue.length > 0) throw new RangeError(`unflatten: ${queue.length} tensors too many`);
  return filled;
}

/** A tree of the same structure, each tensor mapped. */
export function mapTree<T extends Tree>(tree: T, f: (leaf: Tensor, index: number) => Tensor): T {
  return unflatten(tree, leaves(tree).map(f));
}
