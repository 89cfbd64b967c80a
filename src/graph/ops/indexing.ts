import { describe, type DType, node, sameShape, type Tensor } from "../tensor.ts";

/** Entries of `x` along `axis` at `indices`: [a…, n, b…] at [i…] → [a…, i…, b…]. Out-of-range indices are an error when run. */
export function gather(x: Tensor, indices: Tensor, axis = 0): Tensor {
  requireIndices("gather", x, indices, axis);
  const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
  return node("gather", [x, indices], { axis }, shape, x.dtype);
}

/** Transpose of `gather`: ⟨gather(x, i), y⟩ = ⟨x, scatterAdd(y, i)⟩, with `size` entries along `axis`. */
export function scatterAdd(updates: Tensor, indices: Tensor, axis: number, size: number): Tensor {
  const rank = indices.shape.length;
  if (!isIndex(indices) || !sameShape(updates.shape.slice(axis, axis + rank), indices.shape))
    throw new RangeError(
      `scatterAdd: updates [a…, i…, b…] and indices [i…] at axis ${axis}, got ${describe(updates)} and ${describe(indices)}`,
    );
  const shape = [...updates.shape.slice(0, axis), size, ...updates.shape.slice(axis + rank)];
  return node("scatterAdd", [updates, indices], { axis, size }, shape, updates.dtype);
}

/** One index an output entry: out[…, j, …] = x[…, indices[…, j, …], …] along `axis`; other axes agree. */
export function gatherElements(x: Tensor, indices: Tensor, axis: number): Tensor {
  requireIndices("gatherElements", x, indices, axis);
  if (!sameShape(x.shape.with(axis, 0), indices.shape.with(axis, 0)))
    throw new RangeError(
      `gatherElements: shapes must agree but on axis ${axis}, got ${describe(x)} and ${describe(indices)}`,
    );
  return node("gatherElements", [x, indices], { axis }, indices.shape, x.dtype);
}

/** Transpose of `gatherElements`; equal indices add up. */
export function scatterElementsAdd(
  updates: Tensor,
  indices: Tensor,
  axis: number,
  size: number,
): Tensor {
  if (!isIndex(indices) || !sameShape(updates.shape, indices.shape))
    throw new RangeError(
      `scatterElementsAdd: updates and indices must have one shape, got ${describe(updates)} and ${describe(indices)}`,
    );
  return node(
    "scatterElementsAdd",
    [updates, indices],
    { axis, size },
    updates.shape.with(axis, size),
    updates.dtype,
  );
}

/** 1 at the index, 0 elsewhere, along a new last axis of `depth`. */
export function oneHot(indices: Tensor, depth: number, dtype: DType = "float32"): Tensor {
  if (!isIndex(indices))
    throw new TypeError(`oneHot: indices must be int32 or int64, got ${describe(indices)}`);
  return node("oneHot", [indices], { depth, dtype }, [...indices.shape, depth], dtype);
}

function isIndex(t: Tensor): boolean {
  return t.dtype === "int32" || t.dtype === "int64";
}

function requireIndices(op: string, x: Tensor, indices: Tensor, axis: number): void {
  if (!isIndex(indices))
    throw new TypeError(`${op}: indices must be int32 or int64, got ${describe(indices)}`);
  if (!(axis in x.shape)) throw new RangeError(`${op}: axis ${axis} does not fit ${describe(x)}`);
}
