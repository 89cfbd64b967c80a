import { add, grad, mul, scalar, type Tensor } from "../../graph/index.ts";
import type { Potential } from "../potential/potential.ts";
import type { Named } from "./noise.ts";

/** L(θ) = (1/N) Σᵢ ℓ(θ; row i): rows of numbers, the gradient of one's loss, and the mean of all. */
export interface FiniteSum {
  readonly name: string;
  readonly formula: string;
  /** [samples][columns] */
  readonly rows: readonly (readonly number[])[];
  /** ∇ℓ(θ; row); its parameters are those of `mean`. */
  readonly gradient: (
    x: readonly Tensor[],
    row: readonly Tensor[],
    parameters: Named,
  ) => readonly Tensor[];
  /** L. */
  readonly mean: Potential;
}

/**
 * A finite sum from the loss of one sample. Its mean is unrolled: N times the operations of a loss.
 *
 * @throws RangeError for no rows, rows of unequal length, or an entry that is not finite, with its place.
 */
export function finiteSum({
  name,
  formula,
  dimension,
  parameters = {},
  rows,
  loss,
}: {
  readonly name: string;
  readonly formula: string;
  readonly dimension: number;
  readonly parameters?: Readonly<Record<string, number>>;
  readonly rows: readonly (readonly number[])[];
  readonly loss: (x: readonly Tensor[], row: readonly Tensor[], parameters: Named) => Tensor;
}): FiniteSum {
  requireRows(rows);
  const constants = rows.map(constantRow);
  return {
    name,
    formula,
    rows,
    gradient: (x, row, named) => grad((y: readonly Tensor[]) => loss(y, row, named))(x),
    mean: {
      name,
      formula: `mean of ${formula}`,
      dimension,
      parameters,
      value: (x, named) =>
        mul(
          constants.map((row) => loss(x, row, named)).reduce((a, b) => add(a, b)),
          1 / rows.length,
        ),
    },
  };
}

/** A row as constants of a graph. */
export const constantRow = (row: readonly number[]): Tensor[] =>
  row.map((entry) => scalar(entry, "float64"));

export function requireRows(rows: readonly (readonly number[])[]): void {
  if (rows.length === 0) throw new RangeError("a finite sum must have samples, got 0");
  rows.forEach((row, i) => {
    if (row.length !== rows[0].length)
      throw new RangeError(
        `rows of a finite sum must have one length, got ${row.length} in row ${i} after ${rows[0].length}`,
      );
    row.forEach((entry, j) => {
      if (!Number.isFinite(entry))
        throw new RangeError(`rows of a finite sum must be finite, got ${entry} at ${i}, ${j}`);
    });
  });
}
