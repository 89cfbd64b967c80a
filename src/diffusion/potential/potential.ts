import type { Tensor } from "../../graph/index.ts";

/**
 * A landscape V of d coordinates, as a graph function, so that the calculus gives its gradient and
 * Hessian and the kernel its loop.
 */
export interface Potential {
  /** Kebab-case, as the command line takes it: `double-well`. */
  readonly name: string;
  /** V in the words of a formula, for reports. */
  readonly formula: string;
  readonly dimension: number;
  /** Names of the parameters that `value` reads, with their defaults: arguments of the compiled loop. */
  readonly parameters: Readonly<Record<string, number>>;
  /** V(x) for d float64 scalars (tensors of shape []) and the parameters, likewise scalars. */
  readonly value: (x: readonly Tensor[], parameters: Readonly<Record<string, Tensor>>) => Tensor;
}
