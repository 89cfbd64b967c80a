import type { FloatArray } from "../../numeric/index.ts";
import type { SymmetricOperator } from "../operators/operator.ts";

/** An operator that may take several vectors in one pass over its data. */
type BlockOperator = SymmetricOperator & {
  applyBlock?(vectors: readonly FloatArray[], outs: readonly FloatArray[]): Promise<void>;
};

/** outs[k] ← A·vectors[k]: in one call where the operator takes blocks, otherwise one after another. */
export async function applyAll(
  operator: BlockOperator,
  vectors: readonly FloatArray[],
  outs: readonly FloatArray[],
): Promise<void> {
  if (vectors.length > 1 && operator.applyBlock) return operator.applyBlock(vectors, outs);
  for (const [k, v] of vectors.entries()) await operator.apply(v, outs[k]);
}

/** A zero vector of the operator's kind. */
export function vectorOf({ dtype, dim }: SymmetricOperator): FloatArray {
  return dtype === "float32" ? new Float32Array(dim) : new Float64Array(dim);
}
