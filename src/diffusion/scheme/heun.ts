import { add, mul, sqrt, type Tensor } from "../../graph/index.ts";
import { addIncrement, noiseIncrement } from "./euler-maruyama.ts";
import type { Scheme } from "./scheme.ts";

/**
 * Predictor θ̃ = θ + a(θ)h + B(θ)√h·z, then the mean of the slopes and of the factors at θ and θ̃. Solves
 * the Stratonovich equation. Two gradients a step.
 */
export const stochasticHeun: Scheme = {
  name: "stochastic-heun",
  solves: "stratonovich",
  target: "any",
  takes: ["gaussian"],
  strongOrder: { additive: 1, diagonal: 1, general: 0.5 },
  weakOrder: { additive: 2, diagonal: 1, general: 1 },
  velocities: false,
  parameters: {},
  step(sde, x, h, z) {
    const rootH = sqrt(h);
    const here = sde.drift(x);
    const noise = noiseIncrement(sde.factor(x), rootH, z);
    const predicted = x.map((xi, i) => addIncrement(add(xi, mul(here[i], h)), noise[i]));
    const there = sde.drift(predicted);
    const noiseThere = noiseIncrement(sde.factor(predicted), rootH, z);
    const half = mul(h, 0.5);
    return x.map((xi, i) => {
      const drifted = add(xi, mul(add(here[i], there[i]), half));
      return addIncrement(drifted, mean(noise[i], noiseThere[i]));
    });
  },
  source: "Rümelin (1982), https://doi.org/10.1137/0719041",
};

function mean(a: Tensor | undefined, b: Tensor | undefined): Tensor | undefined {
  if (a === b || b === undefined) return a;
  return mul(a === undefined ? b : add(a, b), 0.5);
}
