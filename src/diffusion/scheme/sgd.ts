import { eulerMaruyama } from "./euler-maruyama.ts";
import type { Scheme } from "./scheme.ts";

/**
 * SGD's own recursion, θ − η·g_B for real batches, θ − η·(∇V + ε) with ε of covariance C = 2D/η for
 * Gaussian noise. It is what is meant, not an approximation, and is where it is at its steps; the orders
 * are those with which it follows dθ = −∇V dt + √(2D) dW of a D that does not change with η.
 */
export const sgd: Scheme = {
  name: "sgd",
  solves: "ito",
  target: "discrete",
  takes: ["gaussian", "levy", "batch"],
  strongOrder: eulerMaruyama.strongOrder,
  weakOrder: eulerMaruyama.weakOrder,
  velocities: false,
  parameters: {},
  step: eulerMaruyama.step,
  source: "Robbins, Monro (1951), https://doi.org/10.1214/aoms/1177729586",
};
