import { add, div, equal, mul, sqrt, square, where } from "../../graph/index.ts";
import type { GaussianNoise } from "./noise.ts";
import { matrixFunction, type SpectralFunction } from "./symmetric.ts";
import type { Tensor } from "../../graph/index.ts";

/**
 * D = (η/2B)·(H² + ε²)^½ with H the Hessian of V: SGD's noise near a minimum, C ≈ H/B, with |H| kept
 * off 0 by the floor ε, for with ε = 0 nothing passes where H is singular. B is the symmetric root.
 * The parameters are `batchSize` and `floor`.
 *
 * @see Xie, Sato, Sugiyama (2021), https://arxiv.org/abs/2002.03495
 * @throws RangeError for a batch size that is not positive or a floor below 0; later, for more than six
 *   coordinates whose Hessian is not diagonal.
 */
export function hessianNoise({
  batchSize,
  floor,
}: {
  readonly batchSize: number;
  readonly floor: number;
}): GaussianNoise {
  requireBatchSize(batchSize);
  if (!(floor >= 0 && floor < Infinity))
    throw new RangeError(`floor of the curvature must be a number of at least 0, got ${floor}`);
  return {
    kind: "gaussian",
    name: "hessian",
    formula: "D(x) = (η/2B)·(H² + ε²)^½",
    parameters: { batchSize, floor },
    stateDependent: true,
    columns: (dimension) => dimension,
    factor({ hessian }, named, eta) {
      const scale = sqrt(div(eta, named.batchSize));
      const shape = matrixFunction(hessian(), fourthRoot(named.floor));
      return shape.map((row) => row.map((entry) => mul(scale, entry)));
    },
  };
}

/** (λ² + ε²)^¼ */
const fourthRoot = (epsilon: Tensor): SpectralFunction => ({
  value: (lambda) => sqrt(sqrt(add(square(lambda), square(epsilon)))),
  divided(a, b, fa, fb) {
    const denominator = mul(add(fa, fb), add(square(fa), square(fb)));
    return div(add(a, b), where(equal(denominator, 0), 1, denominator));
  },
});

/** Refuse a batch size that is not positive, for formulas in which it need not be whole. */
export function requireBatchSize(batchSize: number): void {
  if (!(batchSize > 0 && batchSize < Infinity))
    throw new RangeError(`batch size must be a positive number, got ${batchSize}`);
}
