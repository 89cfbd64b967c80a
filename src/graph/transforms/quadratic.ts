import type { Tensor } from "../tensor.ts";
import type { Tree } from "../tree.ts";
import { jvp } from "./forward.ts";

/**
 * f(x), its slope vᵀ∇f and its curvature vᵀ∇²f·v along v, by forward over forward: one pass with two
 * tangents, without any reverse sweep. Cheaper than v·(Hv) where only the number is wanted.
 */
export function directional<T extends Tree>(
  f: (x: T) => Tensor,
  x: T,
  v: T,
): { readonly value: Tensor; readonly slope: Tensor; readonly curvature: Tensor } {
  const slopeOf = (z: T): readonly Tensor[] => jvp(f, [z], [v]);
  const [[value, slope], [, curvature]] = jvp(slopeOf, [x], [v]);
  return { value, slope, curvature };
}
