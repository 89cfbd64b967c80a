import { sub } from "../../graph/index.ts";
import type { Potential } from "../potential/potential.ts";
import { type BatchProblem, batchProblem } from "./finite-sum.ts";

/**
 * ℓ(θ; x) = f(θ − x): every sample sees the same landscape, moved. Near a minimum Σ ≈ HΣ_xH, so that
 * the noise goes with H², not with H. Zhu et al.'s toy in two coordinates and Meng et al.'s are of this
 * kind. `shifts` is [samples, coordinates], row-major.
 *
 * @throws RangeError where the shifts are not a multiple of f's coordinates, or not finite.
 */
export function shiftedData(f: Potential, shifts: Float64Array): BatchProblem {
  const features = f.dimension;
  if (shifts.length === 0 || shifts.length % features !== 0)
    throw new RangeError(
      `shifts of ${f.name} must be a positive multiple of ${features} numbers, got ${shifts.length}`,
    );
  return batchProblem({
    name: `shifted-${f.name}`,
    formula: `mean of f(θ − xᵢ), f = ${f.formula}`,
    dimension: f.dimension,
    parameters: f.parameters,
    sum: {
      samples: shifts.length / features,
      features,
      data: shifts,
      loss: (x, sample, named) => f.value(x.map((xi, i) => sub(xi, sample[i])), named), // prettier-ignore
    },
  });
}
