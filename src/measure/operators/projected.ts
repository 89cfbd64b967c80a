import { axpy, dot, type FloatArray, norm, scale } from "../../numeric/index.ts";
import { combined, scratchOf } from "./combine.ts";
import { applyBlock, type SymmetricOperator } from "./operator.ts";

/**
 * Q·A·Q with Q the orthogonal projector onto the span of `basis`, or away from it (I minus that). The
 * basis need not be orthonormal: it is made so, in float64, twice over.
 *
 * Away from the first eigenvectors found it leaves the rest of the spectrum, and zeros in their place.
 *
 * @throws RangeError where the vectors are linearly dependent.
 */
export function projectedOperator(
  operator: SymmetricOperator,
  basis: readonly FloatArray[],
  side: "onto" | "away",
): SymmetricOperator {
  const { dim } = operator;
  const orthonormal = orthonormalized(basis, dim);
  const scratch = scratchOf(operator);
  const project = (v: FloatArray, out: FloatArray) => {
    const inside = new Float64Array(dim);
    for (const q of orthonormal) axpy(dot(q, v), q, inside);
    for (let i = 0; i < dim; i++) out[i] = side === "onto" ? inside[i] : v[i] - inside[i];
  };
  const name = `${operator.name} ${side === "onto" ? "on" : "away from"} ${basis.length} directions`;
  return combined(name, operator, true, async (vectors, outs) => {
    const projected = scratch(vectors.length);
    vectors.forEach((v, j) => project(v, projected[j]));
    await applyBlock(operator, projected, outs);
    for (const out of outs) project(out, out);
  });
}

/** Gram and Schmidt, each vector twice. */
function orthonormalized(basis: readonly FloatArray[], dim: number): Float64Array[] {
  const found: Float64Array[] = [];
  for (const [k, given] of basis.entries()) {
    if (given.length !== dim)
      throw new RangeError(`basis vectors must have ${dim} numbers, got ${given.length} in ${k}`);
    const q = Float64Array.from(given);
    const size = norm(q);
    for (let pass = 0; pass < 2; pass++) for (const other of found) axpy(-dot(other, q), other, q);
    const left = norm(q);
    if (!(left > 1e-7 * size))
      throw new RangeError(
        `basis vectors must be linearly independent, got vector ${k} within ${(left / size).toExponential(1)} of the others' span`,
      );
    scale(1 / left, q);
    found.push(q);
  }
  return found;
}
