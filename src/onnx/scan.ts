import type { Tensor } from "../graph/tensor.ts";

/**
 * A step to be repeated inside one call: (carry, constants, slice of this step) → (next carry, emitted).
 *
 * `carry`, `constants` and `slices` are fresh inputs. A slice has the shape of one step; the caller
 * hands over [steps, …]. What a step emits comes back stacked, [steps, …].
 */
export interface ScanProgram {
  readonly carry: readonly Tensor[];
  readonly constants: readonly Tensor[];
  readonly slices: readonly Tensor[];
  readonly nextCarry: readonly Tensor[];
  readonly emitted: readonly Tensor[];
  /**
   * Also emitted, after `emitted`: computed only in steps whose slice `when` (a bool scalar) holds,
   * and 0 in the others. A step that does not hold pays nothing for them.
   */
  readonly sometimes?: { readonly when: Tensor; readonly emitted: readonly Tensor[] };
}

/** All that a step emits, in order. */
export function emittedBy({ emitted, sometimes }: ScanProgram): readonly Tensor[] {
  return sometimes === undefined ? emitted : [...emitted, ...sometimes.emitted];
}

/** Names of a scan's inputs and outputs in the ONNX graph. */
export const scanNames = {
  steps: "steps",
  carry: (i: number) => `carry_${i}`,
  constant: (i: number) => `constant_${i}`,
  slice: (i: number) => `slice_${i}`,
  nextCarry: (i: number) => `next_${i}`,
  emitted: (i: number) => `emitted_${i}`,
};
