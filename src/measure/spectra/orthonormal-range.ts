import { type FloatArray, norm, scale } from "../../numeric/index.ts";
import { orthogonalise } from "./krylov.ts";

/** Y = Q·R column by column: the first columns[i].length rows of column i, the rest are 0. */
export interface OrthonormalRange {
  readonly basis: FloatArray[];
  readonly columns: Float64Array[];
}

/**
 * Orthonormal vectors that span the given ones, by Gram–Schmidt, taking in further ones where
 * `range` is given. A vector that adds nothing but rounding adds no direction. The vectors are overwritten.
 */
export function orthonormalRange(
  vectors: readonly FloatArray[],
  dtype: "float32" | "float64",
  range: OrthonormalRange = { basis: [], columns: [] },
): OrthonormalRange {
  const rounding = 16 * (dtype === "float32" ? 2 ** -23 : 2 ** -52);
  const { basis, columns } = range;
  for (const y of vectors) {
    const before = norm(y);
    const { coefficients, length } =
      basis.length > 0 ? orthogonalise(y, basis) : { coefficients: [], length: before };
    const adds = length > rounding * before && basis.length < y.length;
    columns.push(Float64Array.from(adds ? [...coefficients, length] : coefficients));
    if (!adds) continue;
    scale(1 / length, y);
    basis.push(y);
  }
  return range;
}
