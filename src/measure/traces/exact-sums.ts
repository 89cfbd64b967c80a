import { squaredNorm } from "../../numeric/index.ts";
import type { SymmetricOperator } from "../operators/operator.ts";
import { applyAll, vectorOf } from "../spectra/apply-all.ts";
import { blocks } from "./probe.ts";

/** What all columns of a matrix give; exact but for rounding. */
export interface ExactSums {
  readonly diagonal: Float64Array;
  readonly trace: number;
  /** ‖A‖_F, not its square. */
  readonly frobenius: number;
  readonly products: number;
}

/**
 * Diagonal, trace and Frobenius norm from the products with all unit vectors, `dim` of them: for
 * small operators, and to hold estimates against.
 */
export async function exactSums(
  operator: SymmetricOperator,
  { block = 8 }: { readonly block?: number } = {},
): Promise<ExactSums> {
  const { dim } = operator;
  const diagonal = new Float64Array(dim);
  let squares = 0;
  for (const indices of blocks(0, dim, block)) {
    const units = indices.map((i) => {
      const unit = vectorOf(operator);
      unit[i] = 1;
      return unit;
    });
    const columns = indices.map(() => vectorOf(operator));
    await applyAll(operator, units, columns);
    indices.forEach((i, k) => {
      diagonal[i] = columns[k][i];
      squares += squaredNorm(columns[k]);
    });
  }
  const trace = diagonal.reduce((sum, x) => sum + x, 0);
  return { diagonal, trace, frobenius: Math.sqrt(squares), products: dim };
}
