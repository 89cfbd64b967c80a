// Runs of eight particles whose every bit is fixed by their seed: the same in any engine.
import {
  catalogueLandscape,
  constantNoise,
  diffusionProcess,
  eulerMaruyama,
} from "../../src/diffusion/index.ts";
import { firstExits, graphStep, philox, xoshiro128 } from "../../src/kernel/index.ts";
import { stream } from "../../src/random/index.ts";

const process = diffusionProcess({
  potential: catalogueLandscape("double-well"),
  noise: constantNoise(0.3),
  scheme: eulerMaruyama,
  exit: { kind: "half-space", normal: [1], offset: 0 },
  target: "continuous",
});

export type Machine =
  "f32 xoshiro128++" | "f64 xoshiro128++" | "f32 philox4x32-10" | "f64 philox4x32-10";

/** Steps to the saddle of the double well, crossings between steps included. */
export function exitSteps(machine: Machine): number[] {
  const [precision, name] = machine.split(" ") as ["f32" | "f64", string];
  const generator = name === "xoshiro128++" ? xoshiro128 : philox;
  const run = firstExits({
    step: graphStep(process.recursion, { precision, generator }),
    parameters: [0.01, 0.3],
    start: (_, out) => out.fill(-1),
    stream: stream("1", "known"),
    from: 0,
    to: 8,
    horizon: 1e5,
  });
  for (;;) {
    const { done, value } = run.next();
    if (done === true) return Array.from(value.exitSteps);
  }
}

/** In Node and in Chromium, on any processor. */
export const knownExits: Readonly<Record<Machine, readonly number[]>> = {
  "f32 xoshiro128++": [317, 704, 176, 793, 849, 177, 416, 183],
  "f64 xoshiro128++": [103, 1506, 2144, 88, 60, 511, 246, 1372],
  "f32 philox4x32-10": [255, 292, 476, 87, 557, 59, 95, 200],
  "f64 philox4x32-10": [85, 321, 576, 279, 367, 116, 140, 247],
};
