import type { GaussianNoise } from "./noise.ts";

/** None: gradient descent. */
export const noNoise: GaussianNoise = {
  kind: "gaussian",
  name: "none",
  formula: "D(x) = 0",
  parameters: {},
  stateDependent: false,
  columns: () => 0,
  factor: ({ x }) => x.map(() => []),
};
