import type { Paper } from "../paper.ts";
import { bandChanges, bands } from "./bands.ts";
import { citations } from "./citations.ts";
import { covariance } from "./covariance.ts";
import { logisticEscape } from "./logistic-escape.ts";
import { networkEscape } from "./network-escape.ts";
import { sgdNoise } from "./sgd-noise.ts";
import { tasks } from "./tasks.ts";
import { valleys } from "./valleys.ts";
import { whiteNoise } from "./white-noise.ts";

/** Xie, Sato and Sugiyama's diffusion theory: SGD leaves sharp minima exponentially sooner. */
export const paper: Paper = {
  id: "ddt",
  title: "SGD exponentially favours flat minima",
  authors: "Xie, Sato & Sugiyama",
  year: 2021,
  lead: [
    "Near a minimum the covariance of SGD's noise is the Hessian over the batch size. From this the paper derives that the time to leave a valley is exponential in B/η and in the inverse of its sharpness, where white noise gives only a power.",
    "Times are in the time of the equation, steps × η, unless steps are said. Intervals are over independent walkers or particles of all seeds where the statistic is a time or an occupancy, otherwise over seeds.",
  ],
  experiments: [covariance, sgdNoise, logisticEscape, networkEscape, whiteNoise, valleys],
  tasks,
  bands: { file: "src/paper/ddt/bands.ts", values: bands, changes: bandChanges },
  seeds: {
    smoke: ["1", "2"],
    quick: ["11", "12", "13"],
    standard: ["21", "22", "23", "24", "25"],
    paper: ["31", "32", "33", "34", "35"],
  },
  pilotSeed: "101",
  citations,
};
