import { constant, mul, sum, type Tensor, vmap } from "../../../graph/index.ts";
import type { KnownLandscape } from "./landscape.ts";

/** A landscape that is a mean over samples, so that mini-batches have real gradients. */
export interface FiniteSumLandscape extends KnownLandscape {
  readonly sum: FiniteSum;
}

/** V(x) = (1/N) Σᵢ ℓ(x; sampleᵢ). */
export interface FiniteSum {
  readonly samples: number;
  readonly features: number;
  /** [samples, features], row-major. */
  readonly data: Float64Array;
  /** ℓ at d float64 scalars for one sample, its features float64 scalars likewise. */
  readonly loss: (
    x: readonly Tensor[],
    sample: readonly Tensor[],
    parameters: Readonly<Record<string, Tensor>>,
  ) => Tensor;
}

/** The mean of a finite sum: a graph of the size of one loss, on tensors [samples]. */
export function meanOf({ samples, features, data, loss }: FiniteSum): KnownLandscape["value"] {
  const columns = Array.from({ length: features }, (_, j) =>
    constant(
      Float64Array.from({ length: samples }, (__, i) => data[i * features + j]),
      [samples],
    ),
  );
  return (x, parameters) => {
    const losses = vmap((sample: readonly Tensor[]) => loss(x, sample, parameters))(columns);
    return mul(sum(losses), 1 / samples);
  };
}
