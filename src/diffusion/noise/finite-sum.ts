import { grad, scalar, type Tensor } from "../../graph/index.ts";
import { type FiniteSum, meanOf } from "../potential/catalogue/finite-sum.ts";
import type { Potential } from "../potential/potential.ts";
import type { Named } from "./noise.ts";

/** L(θ) = (1/N) Σᵢ ℓ(θ; sample i) as SGD needs it: the gradient of one sample's loss, and the mean of all. */
export interface BatchProblem {
  readonly name: string;
  readonly formula: string;
  readonly samples: number;
  readonly features: number;
  /** [samples, features], row-major. */
  readonly data: Float64Array;
  /** ∇ℓ(θ; sample); its parameters are those of `mean`. */
  readonly gradient: (
    x: readonly Tensor[],
    sample: readonly Tensor[],
    parameters: Named,
  ) => readonly Tensor[];
  /** L. */
  readonly mean: Potential;
}

/** A potential that is a mean over samples; without `value` the mean is taken sample by sample. */
export interface FiniteSumSource extends Omit<Potential, "value"> {
  readonly sum: FiniteSum;
  readonly value?: Potential["value"];
}

/**
 * The problem of a finite sum, such as a landscape of the catalogue that is made of data. Gradients are
 * those of the samples' losses, by the calculus.
 *
 * @throws RangeError for no samples, data of another length, or an entry that is not finite, with its place.
 */
export function batchProblem(source: FiniteSumSource): BatchProblem {
  const { name, formula, dimension, parameters, sum, value = meanOf(sum) } = source;
  const { samples, features, data, loss } = sum;
  requireData(samples, features, data);
  return {
    name,
    formula,
    samples,
    features,
    data,
    gradient: (x, row, named) => grad((y: readonly Tensor[]) => loss(y, row, named))(x),
    mean: { name, formula, dimension, parameters, value },
  };
}

/** Sample i as constants of a graph. */
export const constantSample = ({ data, features }: BatchProblem, i: number): Tensor[] =>
  Array.from(data.subarray(i * features, (i + 1) * features), (v) => scalar(v, "float64"));

function requireData(samples: number, features: number, data: Float64Array): void {
  if (!Number.isSafeInteger(samples) || samples < 1)
    throw new RangeError(`samples of a finite sum must be a positive integer, got ${samples}`);
  if (data.length !== samples * features)
    throw new RangeError(
      `data of ${samples} samples must be ${samples * features} numbers, ${features} a sample, got ${data.length}`,
    );
  data.forEach((entry, at) => {
    if (!Number.isFinite(entry))
      throw new RangeError(
        `data of a finite sum must be finite, got ${entry} in sample ${Math.floor(at / features)}`,
      );
  });
}
