import { dot, type FloatArray } from "../../numeric/index.ts";

/** A square matrix known by its products. Products of one operator must be awaited one by one. */
export interface LinearOperator {
  readonly name: string;
  readonly dim: number;
  /** Of the vectors it takes. */
  readonly dtype: "float32" | "float64";
  /** Absent where nothing is known. */
  readonly symmetric?: boolean;
  /** out ← A·v. The two must not overlap. */
  apply(v: FloatArray, out: FloatArray): Promise<void>;
  /** outs[j] ← A·vectors[j], equal to one by one up to rounding; absent where they come one by one anyway. Call it by `applyBlock`. */
  applyBlock?(vectors: readonly FloatArray[], outs: readonly FloatArray[]): Promise<void>;
  /** Products computed so far. */
  readonly products: number;
}

/** A symmetric matrix known by its products. */
export interface SymmetricOperator extends LinearOperator {
  readonly symmetric?: true;
}

/** outs[j] ← A·vectors[j] for all j, by `A.applyBlock` where there is one, else one by one. */
export async function applyBlock(
  operator: LinearOperator,
  vectors: readonly FloatArray[],
  outs: readonly FloatArray[],
): Promise<void> {
  if (vectors.length !== outs.length)
    throw new RangeError(
      `a block of ${vectors.length} vectors needs as many outputs, got ${outs.length}`,
    );
  if (operator.applyBlock && vectors.length > 1) await operator.applyBlock(vectors, outs);
  else for (const [j, v] of vectors.entries()) await operator.apply(v, outs[j]);
}

/** A matrix in memory, row-major [dim, dim], as an operator. */
export function denseOperator(
  matrix: ArrayLike<number>,
  dim: number,
  dtype: "float32" | "float64" = "float64",
): SymmetricOperator {
  if (matrix.length !== dim * dim)
    throw new RangeError(
      `a matrix of ${dim} rows must hold ${dim * dim} numbers, got ${matrix.length}`,
    );
  const rows = Array.from({ length: dim }, (_, i) =>
    Float64Array.from({ length: dim }, (_, j) => matrix[i * dim + j]),
  );
  let products = 0;
  return {
    name: "dense",
    dim,
    dtype,
    get products() {
      return products;
    },
    apply(v, out) {
      products++;
      for (let i = 0; i < dim; i++) out[i] = dot(rows[i], v);
      return Promise.resolve();
    },
  };
}

/** The matrix of an operator, row-major [dim, dim], by `dim` products; averaged with its transpose. */
export async function toDense(operator: SymmetricOperator): Promise<Float64Array> {
  const { dim, dtype } = operator;
  const make = () => (dtype === "float32" ? new Float32Array(dim) : new Float64Array(dim));
  const width = operator.applyBlock ? Math.min(16, dim) : 1;
  const units = Array.from({ length: width }, make);
  const columns = Array.from({ length: width }, make);
  const dense = new Float64Array(dim * dim);
  for (let from = 0; from < dim; from += width) {
    const count = Math.min(width, dim - from);
    for (let k = 0; k < count; k++) units[k].fill(0)[from + k] = 1;
    await applyBlock(operator, units.slice(0, count), columns.slice(0, count));
    for (let k = 0; k < count; k++)
      for (let i = 0, j = from + k; i < dim; i++) {
        dense[i * dim + j] += columns[k][i] / 2;
        dense[j * dim + i] += columns[k][i] / 2;
      }
  }
  return dense;
}
