import { mul, sqrt, type Tensor } from "../../graph/index.ts";
import type { GaussianNoise } from "./noise.ts";
import { zero } from "./landscape.ts";

/** D·I with the parameter `diffusion`. */
export function constantNoise(diffusion: number): GaussianNoise {
  requireDiffusion(diffusion);
  return {
    kind: "gaussian",
    name: "constant",
    formula: "D(x) = diffusion",
    parameters: { diffusion },
    stateDependent: false,
    columns: (dimension) => dimension,
    factor: ({ x }, named) => diagonal(x.map(() => rootOfTwice(named.diffusion))),
  };
}

/** Refuse a diffusion constant that is negative, or no number. */
export function requireDiffusion(diffusion: number): void {
  if (!(diffusion >= 0 && diffusion < Infinity))
    throw new RangeError(`diffusion must be a number of at least 0, got ${diffusion}`);
}

/** √(2D) */
export const rootOfTwice = (d: Tensor): Tensor => sqrt(mul(d, 2));

/** A matrix with these entries on its diagonal. */
export function diagonal(entries: readonly Tensor[]): Tensor[][] {
  return entries.map((entry, i) => entries.map((_, j) => (i === j ? entry : zero())));
}
