import { dot, type FloatArray } from "../../numeric/index.ts";

/** A symmetric matrix known by its products. */
export interface SymmetricOperator {
  readonly name: string;
  readonly dim: number;
  /** Of the vectors it takes. */
  readonly dtype: "float32" | "float64";
  /** out ← A·v. The two must not overlap. */
  apply(v: FloatArray, out: FloatArray): Promise<void>;
  /** Products computed so far. */
  readonly products: number;
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
  const [unit, column] = [make(), make()];
  const dense = new Float64Array(dim * dim);
  for (let j = 0; j < dim; j++) {
    unit.fill(0)[j] = 1;
    await operator.apply(unit, column);
    for (let i = 0; i < dim; i++) {
      dense[i * dim + j] += column[i] / 2;
      dense[j * dim + i] += column[i] / 2;
    }
  }
  return dense;
}
