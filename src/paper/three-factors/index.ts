import type { Paper } from "../paper.ts";
import { atMinimum } from "./at-minimum.ts";
import { bandChanges, bands } from "./bands.ts";
import { citations } from "./citations.ts";
import { cycles } from "./cycles.ts";
import { interpolation } from "./interpolation.ts";
import { memorisation } from "./memorisation.ts";
import { rescaling } from "./rescaling.ts";
import { sharpnessSweep } from "./sharpness.ts";
import { tasks } from "./tasks.ts";
import { thirdFactor } from "./third-factor.ts";

/** Jastrzębski et al. (2017): learning rate, batch size and the variance of gradients decide the minimum. */
export const paper: Paper = {
  id: "three-factors",
  title: "Three factors that choose the minimum",
  authors: "Jastrzębski et al.",
  year: 2017,
  lead: [
    "SGD in steps η with batches of S is read as dθ = −∇L dt + √(η/S)·R dW with RRᵀ = C, the covariance of one sample's gradient. Only η/S enters, and the size of C: three factors decide how wide a minimum training ends in. Learning rate and batch size scaled together change nothing.",
    "Time is η·k, steps times learning rate; runs are compared at equal time. What full gradients do as well is drift and no evidence for noise: it is said where that is so. Intervals are over independent particles of all seeds in the exact problems, over seeds in networks.",
  ],
  experiments: [
    atMinimum,
    thirdFactor,
    rescaling,
    sharpnessSweep,
    cycles,
    interpolation,
    memorisation,
  ],
  tasks,
  bands: { file: "src/paper/three-factors/bands.ts", values: bands, changes: bandChanges },
  seeds: {
    smoke: ["1", "2"],
    quick: ["11", "12", "13"],
    standard: ["21", "22", "23", "24", "25"],
    paper: ["31", "32", "33", "34", "35"],
  },
  pilotSeed: "101",
  citations,
};
