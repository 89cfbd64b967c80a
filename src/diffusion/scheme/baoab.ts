import { add, exp, mul, neg, sqrt, sub, type Tensor } from "../../graph/index.ts";
import { addIncrement, noiseIncrement } from "./euler-maruyama.ts";
import type { Scheme } from "./scheme.ts";

/**
 * Underdamped Langevin dynamics of unit mass, split into kick, drift, exact Ornstein–Uhlenbeck, drift, kick:
 *
 *     dθ = v dt,   dv = −∇V dt − γv dt + √γ·B(θ) dW,   BBᵀ = 2D
 *
 * With D = D·I the stationary law is e^(−(V + v²/2)/D), and for γ → ∞ the position follows
 * dθ = −∇V dt + √(2D) dW in the time t/γ. The noise drives velocities, so conventions are one. The state
 * is positions, then velocities; γ is the parameter `friction`.
 *
 * @see Leimkuhler, Matthews (2013), https://doi.org/10.1093/amrx/abs010
 * @throws RangeError for a friction that is not positive.
 */
export function baoab(friction: number): Scheme {
  if (!(friction > 0 && friction < Infinity))
    throw new RangeError(`friction must be a positive number, got ${friction}`);
  return {
    name: "baoab",
    solves: "any",
    target: "any",
    takes: ["gaussian"],
    strongOrder: { additive: 1, diagonal: 1, general: 1 },
    weakOrder: { additive: 2, diagonal: 2, general: 2 },
    velocities: true,
    parameters: { friction },
    step(sde, state, h, z, named) {
      const d = sde.dimension;
      const half = mul(h, 0.5);
      const kick = (v: readonly Tensor[], x: readonly Tensor[]) => {
        const force = sde.drift(x);
        return v.map((vi, i) => add(vi, mul(force[i], half)));
      };
      const glide = (x: readonly Tensor[], v: readonly Tensor[]) =>
        x.map((xi, i) => add(xi, mul(v[i], half)));
      const kicked = kick(state.slice(d), state.slice(0, d));
      const middle = glide(state.slice(0, d), kicked);
      const decay = exp(neg(mul(named.friction, h)));
      // ∫e^(−γ(h−s))√γ dW has the variance ½(1 − e^(−2γh)).
      const spread = sqrt(mul(sub(1, mul(decay, decay)), 0.5));
      const noise = noiseIncrement(sde.factor(middle), spread, z);
      const damped = kicked.map((vi, i) => addIncrement(mul(decay, vi), noise[i]));
      const x = glide(middle, damped);
      return [...x, ...kick(damped, x)];
    },
    source: "Leimkuhler, Matthews (2013), https://doi.org/10.1093/amrx/abs010",
  };
}
