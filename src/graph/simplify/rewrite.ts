import type { Tensor } from "../tensor.ts";

/** What a rewrite may know besides the node itself. */
export interface Surroundings {
  /** How many nodes and outputs use this node in the graph as it was before this pass. */
  readonly uses: (t: Tensor) => number;
}

/** An equal expression that costs less, or undefined where the rule does not apply. */
export type Rewrite = (t: Tensor, around: Surroundings) => Tensor | undefined;
