import { noiseScales } from "../../noise/noise-scale.ts";
import { gradientTailIndex } from "../../noise/gradient-tail-index.ts";
import { tailIndexCaveat } from "../../noise/tail-index.ts";
import { uniformBatches } from "../../problem/batches.ts";
import { type Context, observesSamples, usualSamples } from "../context.ts";
import type { Measurement } from "../measurement.ts";
import { observedScales } from "../observed-noise.ts";
import { estimated, nothing, scaleQuantity } from "../quantities.ts";
import { sharedCost } from "../shared-cost.ts";

/** Of the samples' gradients, for the first measurement that wants them. */
export function momentsCost(context: Context, own: string): number {
  return sharedCost(context, own, ["covariance.trace", "noise-scale", "gni", "alignment"], 10);
}

/** Of those, and of Tr(HΣ): passes over the data, and a quadratic form of each sample drawn. */
export function curvatureCost(context: Context, own: string): number {
  const { settings, problem } = context;
  const forms = 0.5 * (settings.exact ? problem.data.count : usualSamples.noise);
  const curvature = sharedCost(context, own, ["noise-scale", "gni", "alignment"], 20 + forms);
  return curvature + momentsCost(context, own);
}

export const noiseScale: Measurement = {
  name: "noise-scale",
  about: "the gradient noise scales, of the finite set and of its population",
  citations: [
    "McCandlish, Kaplan, Amodei (2018), An empirical model of large-batch training, https://arxiv.org/abs/1812.06162",
  ],
  cost: (context) => ({
    products: curvatureCost(context, "noise-scale"),
    setups: 4,
    vectors: 20,
  }),
  async run(context) {
    const { loss } = await context.gradient();
    const [moments, curvature] = [await context.moments(), await context.curvature()];
    const scales = noiseScales(moments, curvature, { loss: { value: loss, reference: 1 } });
    if (observesSamples(context)) {
      const seeds = { seed: context.settings.seed, draws: context.draws("curvature").seed };
      for (const [name, observed] of observedScales(moments, curvature, seeds))
        context.observations.set(name, observed);
    }
    const absent = nothing("Tr(HΣ)/(ḡᵀHḡ)", "undefined", "no curvature was measured");
    return {
      measurements: {
        "noise-scale": {
          simple: scaleQuantity(scales.simple, "Tr Σ/‖ḡ‖²"),
          curvature: scales.curvature ? scaleQuantity(scales.curvature, "Tr(HΣ)/(ḡᵀHḡ)") : absent,
          simplePopulation: scaleQuantity(scales.simplePopulation, "Tr Σ̂/(‖ḡ‖² − Tr Σ̂/N)"),
          curvaturePopulation: scales.curvaturePopulation
            ? scaleQuantity(scales.curvaturePopulation, "Tr(HΣ̂)/(ḡᵀHḡ − Tr(HΣ̂)/N)")
            : absent,
        },
      },
    };
  },
};

export const tailIndex: Measurement = {
  name: "tail-index",
  about: "tail index of the mini-batch gradient noise",
  citations: [
    "Mohammadi, Mohammadpour, Ogata (2015), On estimating the tail index and the spectral measure of multivariate α-stable distributions, https://doi.org/10.1007/s00184-014-0515-7",
    "Simsekli, Sagun, Gürbüzbalaban (2019), A tail-index analysis of stochastic gradient noise, https://arxiv.org/abs/1901.06053",
  ],
  cost: ({ problem, settings }) => ({
    products: (1024 * settings.batch) / problem.data.count,
    vectors: 34,
  }),
  async run(context) {
    const { runtime, problem, point, settings } = context;
    const { count } = problem.data;
    const batch = Math.min(settings.batch, count);
    if (batch === count && !settings.replacement)
      return {
        measurements: {
          "tail-index": nothing(
            "Mohammadi's estimator",
            "undefined",
            "a batch of all samples has no noise",
          ),
        },
      };
    const sampler = uniformBatches(context.draws("tail-index/batches"), count, batch, settings);
    const found = await gradientTailIndex(
      runtime,
      problem,
      point,
      sampler,
      context.draws("tail-index/directions"),
    );
    return { measurements: { "tail-index": estimated(found, { note: tailIndexCaveat }) } };
  },
};
