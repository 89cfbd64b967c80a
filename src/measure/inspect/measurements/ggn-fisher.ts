import { fisherOperator } from "../../operators/fisher.ts";
import type { Measurement } from "../measurement.ts";
import { topOf } from "./hessian-spectrum.ts";

const cost = () => ({ products: 60, vectors: 50 });

export const ggnTop: Measurement = {
  name: "ggn.top",
  argument: "count",
  fallback: 5,
  about: "largest eigenvalues of the Gauss–Newton matrix",
  citations: ["Schraudolph (2002), https://doi.org/10.1162/08997660260028683"],
  cost,
  run: async (context, count) => ({
    measurements: {
      "ggn.top": await topOf(context, await context.gaussNewton(), "ggn", Number(count)),
    },
  }),
};

export const empiricalFisherTop: Measurement = {
  name: "fisher.empirical.top",
  argument: "count",
  fallback: 5,
  about: "largest eigenvalues of the empirical Fisher matrix",
  cost,
  async run(context, count) {
    const { runtime, problem, point, options } = context;
    await using fisher = await fisherOperator(runtime, problem, point, {
      ...options,
      kind: "empirical",
    });
    const values = await topOf(context, fisher, "fisher.empirical", Number(count));
    return { measurements: { "fisher.empirical.top": values } };
  },
};

export const monteCarloFisherTop: Measurement = {
  name: "fisher.mc.top",
  argument: "count",
  fallback: 5,
  about: "largest eigenvalues of the Fisher matrix with one drawn label a sample",
  cost,
  async run(context, count) {
    const { runtime, problem, point, options } = context;
    await using fisher = await fisherOperator(runtime, problem, point, {
      ...options,
      kind: "monte-carlo",
      draws: context.draws("fisher.mc/labels"),
    });
    const values = await topOf(context, fisher, "fisher.mc", Number(count));
    return { measurements: { "fisher.mc.top": values } };
  },
};
