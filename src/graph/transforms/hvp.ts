import type { Tensor } from "../tensor.ts";
import type { Tree } from "../tree.ts";
import { jvp } from "./forward.ts";
import { grad } from "./reverse.ts";

/**
 * Hessian-vector product ∇²f(x)·v by forward over reverse: the directional derivative of the
 * gradient along v. Exact, and about twice the cost of a gradient.
 *
 * At kinks the second derivative is PyTorch's: 0 through ReLU's corner and through max-pool's choice.
 *
 * @see Pearlmutter (1994), https://doi.org/10.1162/neco.1994.6.1.147
 */
export function hvp<T extends Tree, Rest extends readonly Tree[]>(
  f: (x: T, ...rest: Rest) => Tensor,
): (x: T, v: T, ...rest: Rest) => T {
  return (x, v, ...rest) => jvp((z: T) => grad((y: T) => f(y, ...rest))(z), [x], [v])[1];
}
