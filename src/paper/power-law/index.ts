import type { Paper } from "../paper.ts";
import { bandChanges, bands } from "./bands.ts";
import { citations } from "./citations.ts";
import { exponent } from "./exponent.ts";
import { height } from "./height.ts";
import { sharpFlat } from "./sharp-flat.ts";
import { stationary } from "./stationary.ts";
import { tailOfSgd } from "./tail-of-sgd.ts";
import { twoD } from "./two-d.ts";
import { largeBatch } from "./large-batch.ts";
import { network } from "./network.ts";
import { sgdEscape } from "./sgd-escape.ts";
import { powerLawTasks } from "./tasks.ts";

/** Meng, Gong, Chen, Ma and Liu (2020): SGD with state-dependent noise, a power law. */
export const paper: Paper = {
  id: "power-law",
  title: "The power-law dynamic of SGD",
  authors: "Meng, Gong, Chen, Ma, Liu",
  year: 2020,
  lead: [
    "The paper models SGD near a minimum by dw = −H(w − w*) dt + √(ηC(w)) dB with a covariance that is quadratic in the distance, C = σ_g + σ_H(w − w*)². Its stationary law is a power law of tail index κ = H/(ησ_H), and it leaves a valley in a time that is polynomial in the height of the barrier where constant noise needs an exponential one; sharp minima are left exponentially faster than flat ones.",
    "Its formulas are those of noise taken at the end of a step (anti-Itô). The limit of SGD takes it at the start (Itô), which moves exponents by one or one half. Both are shown, with exact quadrature beside them.",
  ],
  experiments: [
    stationary,
    tailOfSgd,
    height,
    exponent,
    sharpFlat,
    sgdEscape,
    twoD,
    network,
    largeBatch,
  ],
  tasks: powerLawTasks,
  bands: { file: "src/paper/power-law/bands.ts", values: bands, changes: bandChanges },
  seeds: {
    smoke: ["1", "2"],
    quick: ["11", "12", "13", "14", "15"],
    standard: ["11", "12", "13", "14", "15"],
    paper: ["11", "12", "13", "14", "15", "16", "17", "18", "19", "20"],
  },
  pilotSeed: "101",
  citations,
};
