import { add, mul, scalar, type Tensor } from "../../../graph/index.ts";
import type { Landscape } from "./landscape.ts";

/** A landscape that is a mean over samples, so that mini-batches have real gradients. */
export interface FiniteSumLandscape extends Landscape {
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

/** The mean of a finite sum, sample by sample: scalars all the way, added in pairs. */
export function meanOf({ samples, features, data, loss }: FiniteSum): Landscape["value"] {
  return (x, parameters) => {
    let terms = Array.from(
      { length: samples },
      (_, i) =>
      loss(x, [...data.subarray(i * features, (i + 1) * features)].map((v) => scalar(v, "float64")), parameters), // prettier-ignore
    );
    while (terms.length > 1)
      terms = Array.from({ length: Math.ceil(terms.length / 2) }, (_, i) =>
        2 * i + 1 < terms.length ? add(terms[2 * i], terms[2 * i + 1]) : terms[2 * i],
      );
    return mul(terms[0], 1 / samples);
  };
}
