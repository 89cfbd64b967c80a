import { sub } from "../../graph/index.ts";
import type { Potential } from "../potential/potential.ts";
import { finiteSum, type FiniteSum } from "./finite-sum.ts";

/**
 * ℓ(θ; x) = f(θ − x): every sample sees the same landscape, moved. Near a minimum Σ ≈ HΣ_xH, so that
 * the noise goes with H², not with H. Zhu et al.'s toy in two coordinates and Meng et al.'s are of this
 * kind.
 *
 * @throws RangeError where a shift has not as many entries as f has coordinates.
 */
export function shiftedData(f: Potential, shifts: readonly (readonly number[])[]): FiniteSum {
  shifts.forEach((shift, i) => {
    if (shift.length !== f.dimension)
      throw new RangeError(
        `a shift must have ${f.dimension} entries, one a coordinate of ${f.name}, got ${shift.length} in row ${i}`,
      );
  });
  return finiteSum({
    name: `shifted-${f.name}`,
    formula: `f(θ − xᵢ), f = ${f.formula}`,
    dimension: f.dimension,
    parameters: f.parameters,
    rows: shifts,
    loss: (x, row, named) => f.value(x.map((xi, i) => sub(xi, row[i])), named), // prettier-ignore
  });
}
