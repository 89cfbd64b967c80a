import { describe, isFloat, node, type Tensor } from "../tensor.ts";
import { requireSameDtype } from "./constant.ts";
import { broadcastShapes } from "./elementwise.ts";

/**
 * Matrix product of the last two axes, batched and broadcast over the rest: [… m, k] · [… k, n] → [… m, n].
 * Both operands have rank 2 or more.
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  const dtype = requireSameDtype("matmul", [a, b]);
  const [ra, rb] = [a.shape.length, b.shape.length];
  if (!isFloat(dtype) || ra < 2 || rb < 2 || a.shape[ra - 1] !== b.shape[rb - 2])
    throw new RangeError(
      `matmul: [… m, k] · [… k, n] of floats, got ${describe(a)} · ${describe(b)}`,
    );
  const batch = broadcastShapes("matmul", a.shape.slice(0, -2), b.shape.slice(0, -2));
  return node("matmul", [a, b], {}, [...batch, a.shape[ra - 2], b.shape[rb - 1]], dtype);
}
