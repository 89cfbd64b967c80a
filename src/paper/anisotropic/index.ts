import type { Paper } from "../paper.ts";
import { alignment } from "./alignment.ts";
import { bandChanges, bands } from "./bands.ts";
import { citations } from "./citations.ts";
import { dynamics } from "./dynamics.ts";
import { escape } from "./escape.ts";
import { anisotropicTasks } from "./tasks.ts";
import { toy } from "./toy.ts";

/** Zhu, Wu, Yu, Wu and Ma (2019): the anisotropic noise of SGD. */
export const paper: Paper = {
  id: "anisotropic",
  title: "The anisotropic noise of SGD",
  authors: "Zhu, Wu, Yu, Wu, Ma",
  year: 2019,
  lead: [
    "The paper says why SGD leaves sharp minima: the covariance Σ of its noise lies along the directions in which the loss is curved. From a minimum the expected loss rises by (t/2)·Tr(HΣ) at first, which at equal trace is far more than isotropic noise would give where the Hessian is ill-conditioned and the noise goes with it. Dynamics with such noise, made by hand, escape and generalise as SGD does; isotropic ones stay.",
  ],
  experiments: [alignment, escape, toy, dynamics],
  tasks: anisotropicTasks,
  bands: { file: "src/paper/anisotropic/bands.ts", values: bands, changes: bandChanges },
  seeds: {
    smoke: ["1", "2"],
    quick: ["11", "12", "13"],
    standard: ["11", "12", "13", "14", "15"],
    paper: ["11", "12", "13", "14", "15"],
  },
  pilotSeed: "101",
  citations,
};
