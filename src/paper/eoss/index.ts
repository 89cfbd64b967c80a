import type { Paper } from "../paper.ts";
import { bandChanges, bands } from "./bands.ts";
import { citations } from "./citations.ts";
import { crossEntropy } from "./cross-entropy.ts";
import { momentum } from "./momentum.ts";
import { smallBatch } from "./small-batch.ts";
import { scales } from "./scales.ts";
import { sweepOf } from "./sweep.ts";
import { tasks } from "./tasks.ts";

/** Every setting of any scale once, in the order of the scales. */
const settings = [
  ...new Map(
    Object.values(scales)
      .flat()
      .map(({ id, title }) => [id, title]),
  ),
];

/** Andreyev & Beneventano (2024): is SGD at the edge of stochastic stability, and where does λmax settle? */
export const paper: Paper = {
  id: "eoss",
  title: "The edge of stochastic stability",
  authors: "Andreyev & Beneventano",
  year: 2024,
  lead: [
    "The paper says: mini-batch SGD does not train until the largest Hessian eigenvalue reaches 2/η, as full-batch gradient descent does. What rises to 2/η and hovers there is batch sharpness, the curvature of each batch’s own loss along its own gradient; λmax stays below, the more so the smaller the batch.",
  ],
  experiments: [
    ...settings.map(([id, title]) => sweepOf(id, title)),
    momentum,
    smallBatch,
    crossEntropy,
  ],
  tasks,
  bands: { file: "src/paper/eoss/bands.ts", values: bands, changes: bandChanges },
  seeds: {
    smoke: ["21", "22"],
    quick: ["11", "12", "13"],
    standard: ["11", "12", "13"],
    paper: ["11", "12", "13", "14", "15"],
  },
  pilotSeed: "101",
  citations,
};
