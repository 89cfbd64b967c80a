import { mul, scalar, sqrt } from "../../graph/index.ts";
import { symmetricEigen } from "../../numeric/index.ts";
import { zero } from "./landscape.ts";
import type { GaussianNoise } from "./noise.ts";

/**
 * D = diffusion·M for a symmetric positive semi-definite M; `diffusion`, 1 at first, is a parameter,
 * M is not. B = √(2·diffusion)·√M with the symmetric root, so that a diagonal M stays diagonal.
 *
 * @throws RangeError for rows that make no square, and for a matrix that is not symmetric or has a
 *   negative eigenvalue, with the value.
 */
export function matrixNoise(diffusion: readonly (readonly number[])[]): GaussianNoise {
  return ofRoot("matrix", symmetricRoot(diffusion, "diffusion"), diffusion.length);
}

/**
 * D = diffusion·FFᵀ/2 for a given F, rows of as many columns as there are independent normals: the
 * increments are √diffusion·F·dW.
 *
 * @throws RangeError where rows differ in length or an entry is not finite.
 */
export function factorNoise(factor: readonly (readonly number[])[]): GaussianNoise {
  const columns = factor[0]?.length ?? 0;
  factor.forEach((row, i) => {
    if (row.length !== columns)
      throw new RangeError(
        `rows of a factor must have one length, got ${row.length} in row ${i} after ${columns}`,
      );
    row.forEach((entry, j) => {
      if (!Number.isFinite(entry))
        throw new RangeError(`a factor must be finite, got ${entry} at ${i}, ${j}`);
    });
  });
  const root = factor.map((row) => row.map((entry) => entry / Math.SQRT2));
  return ofRoot("factor", root, columns);
}

function ofRoot(
  name: string,
  root: readonly (readonly number[])[],
  columns: number,
): GaussianNoise {
  return {
    kind: "gaussian",
    name,
    formula: `D = diffusion·${name === "matrix" ? "M" : "FFᵀ/2"}, constant`,
    parameters: { diffusion: 1 },
    dimension: root.length,
    stateDependent: false,
    columns: () => columns,
    factor(_, { diffusion }) {
      const scale = sqrt(mul(diffusion, 2));
      return root.map((row) =>
        row.map((entry) => (entry === 0 ? zero() : mul(scale, scalar(entry, "float64")))),
      );
    },
  };
}

/**
 * √M of a symmetric positive semi-definite matrix. An eigenvalue that is negative by rounding is 0.
 *
 * @throws RangeError as `matrixNoise` does, in the words of `what`.
 */
export function symmetricRoot(
  matrix: readonly (readonly number[])[],
  what: string,
): readonly (readonly number[])[] {
  const n = matrix.length;
  matrix.forEach((row, i) => {
    if (row.length !== n)
      throw new RangeError(
        `${what} must be a square matrix, got a row of ${row.length} at ${i} of ${n}`,
      );
    row.forEach((entry, j) => {
      if (!Number.isFinite(entry) || entry !== matrix[j][i])
        throw new RangeError(
          `${what} must be symmetric and finite, got ${entry} at ${i}, ${j} and ${matrix[j][i]} at ${j}, ${i}`,
        );
    });
  });
  const { values, vectors } = symmetricEigen(Float64Array.from(matrix.flat()), n);
  const least = values[n - 1];
  if (least < -1e-12 * Math.abs(values[0]))
    throw new RangeError(`${what} must have no negative eigenvalue, got ${least}`);
  return matrix.map((row, i) =>
    row.map((entry, j) => {
      if (i !== j && entry === 0 && isDiagonalRow(matrix, i) && isDiagonalRow(matrix, j)) return 0;
      let sum = 0;
      for (let k = 0; k < n; k++)
        sum += Math.sqrt(Math.max(0, values[k])) * vectors[k * n + i] * vectors[k * n + j];
      return sum;
    }),
  );
}

const isDiagonalRow = (matrix: readonly (readonly number[])[], i: number): boolean =>
  matrix[i].every((entry, j) => i === j || entry === 0);
