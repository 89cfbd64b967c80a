import type { Tensor } from "../../graph/index.ts";

/** What ends a particle's run: the set that it must not enter. */
export type Exit =
  /** n·θ > c. For the continuous process it is watched between the steps too. */
  | { readonly kind: "half-space"; readonly normal: readonly number[]; readonly offset: number }
  /** ‖θ − centre‖ > r. */
  | { readonly kind: "ball"; readonly centre: readonly number[]; readonly radius: number }
  /** V(θ) > level. */
  | { readonly kind: "level"; readonly level: number }
  /** Any bool of the coordinates. */
  | {
      readonly kind: "predicate";
      readonly text: string;
      readonly holds: (x: readonly Tensor[]) => Tensor;
    };
