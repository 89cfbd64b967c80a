import { add, mul, sqrt, square } from "../../graph/index.ts";
import { fillNormal, type Stream } from "../../random/index.ts";
import type { Potential } from "../potential/potential.ts";
import type { BatchProblem } from "./finite-sum.ts";
import { landscapeAt } from "./landscape.ts";

/**
 * ℓⱼ = V + ξⱼ·φ with φ′ = (V″² + ε²)^¼, of one coordinate: real mini-batches whose noise is that of the
 * Hessian, C = (s²/B)·(V″² + ε²)^½. The ξⱼ are normals, standardised over the sum to mean 0 and variance
 * `variance` = s², so that the mean is V itself and D = (ηs²/2B)·(V″² + ε²)^½ holds exactly for batches
 * drawn with replacement. The floor ε is the parameter `floor`.
 *
 * @throws RangeError for a potential of more coordinates, fewer than 2 samples, or a variance that is
 *   not positive.
 */
export function perturbedSum(
  potential: Potential,
  {
    samples,
    variance,
    floor,
    stream,
  }: {
    readonly samples: number;
    readonly variance: number;
    readonly floor: number;
    readonly stream: Stream;
  },
): BatchProblem {
  if (potential.dimension !== 1)
    throw new RangeError(
      `a perturbed sum takes a potential of one coordinate, got ${potential.name} of ${potential.dimension}`,
    );
  if (!Number.isSafeInteger(samples) || samples < 2)
    throw new RangeError(`samples must be an integer of at least 2, got ${samples}`);
  if (!(variance > 0 && variance < Infinity))
    throw new RangeError(`variance must be a positive number, got ${variance}`);
  if (!(floor >= 0 && floor < Infinity))
    throw new RangeError(`floor of the curvature must be a number of at least 0, got ${floor}`);
  return {
    name: `perturbed-${potential.name}`,
    formula: `V + ξⱼφ, φ′ = (V″² + ε²)^¼, V = ${potential.formula}`,
    samples,
    features: 1,
    data: standardised(stream, samples, variance),
    gradient(x, [xi], named) {
      const { gradient, hessian } = landscapeAt(potential, x, named);
      const root = sqrt(sqrt(add(square(hessian()[0][0]), square(named.floor))));
      return [add(gradient[0], mul(xi, root))];
    },
    mean: { ...potential, parameters: { ...potential.parameters, floor } },
  };
}

/** Normals less their mean, scaled to the variance (divided by N). */
function standardised(stream: Stream, samples: number, variance: number): Float64Array {
  const xi = new Float64Array(samples);
  fillNormal(stream, 0, xi);
  const mean = xi.reduce((sum, x) => sum + x, 0) / samples;
  const spread = Math.sqrt(xi.reduce((sum, x) => sum + (x - mean) ** 2, 0) / samples);
  return xi.map((x) => ((x - mean) / spread) * Math.sqrt(variance));
}
