import {
  type EscapeSpec,
  type Exits,
  escapeProblem,
  runWalkers,
} from "../../src/diffusion/index.ts";

/** The double well of the checks, left from −1. */
export const doubleWell: EscapeSpec = {
  potential: { kind: "formula", formula: "x^4/4 - x^2/2" },
  parameters: {},
  noise: { kind: "constant", diffusion: 0.1 },
  convention: "ito",
  scheme: { kind: "euler-maruyama" },
  start: [-1],
  exit: "x > 0",
  reflect: [],
  eta: 0.01,
  walkers: 4000,
  precision: "f32",
  generator: "xoshiro128++",
  target: "continuous",
  seed: "11",
};

/** All walkers of a spec in this process. */
export function exitsOf(spec: EscapeSpec, horizon = 1e8): Exits {
  const run = runWalkers(escapeProblem(spec), { from: 0, to: spec.walkers, horizon });
  for (;;) {
    const { done, value } = run.next();
    if (done === true) return value;
  }
}
