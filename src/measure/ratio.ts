import { type EstimateOptions, ratioEstimate } from "../statistics/index.ts";
import { allFinite, type Gathered } from "./sequential.ts";

/** Gathers pairs block by block into a ratio of means; without value as long as the denominators' sum is 0. */
export function gatherRatio(): (
  numerators: readonly number[],
  denominators: readonly number[],
  options: EstimateOptions,
) => Gathered {
  const [above, below]: number[][] = [[], []];
  return (numerators, denominators, options) => {
    above.push(...numerators);
    below.push(...denominators);
    const vanishes = below.reduce((sum, x) => sum + x, 0) === 0;
    return {
      samples: vanishes ? 0 : above.length,
      excluded: vanishes ? above.length : 0,
      finite: allFinite(above) && allFinite(below),
      estimate: () => ratioEstimate(above, below, options),
    };
  };
}
