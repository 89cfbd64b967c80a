import { observesSamples } from "../context.ts";
import type { Measurement } from "../measurement.ts";
import { observedTrace } from "../observed-noise.ts";
import { exactly } from "../quantities.ts";
import { topOf } from "./hessian-spectrum.ts";
import { momentsCost } from "./noise.ts";

export const covarianceTrace: Measurement = {
  name: "covariance.trace",
  about: "trace of the covariance Σ of the samples' gradients",
  cost: (context) => ({
    products: momentsCost(context, "covariance.trace"),
    setups: 2,
    vectors: 4,
  }),
  async run(context) {
    const moments = await context.moments();
    const { trace, count } = moments;
    if (observesSamples(context))
      context.observations.set("covariance.trace", observedTrace(moments, context.settings.seed));
    return {
      measurements: {
        "covariance.trace": exactly(trace, "sum over the samples' squared gradients", {
          samples: count,
        }),
      },
    };
  },
};

export const covarianceTop: Measurement = {
  name: "covariance.top",
  argument: "count",
  fallback: 5,
  about: "largest eigenvalues of the covariance of the samples' gradients",
  cost: () => ({ products: 60, vectors: 50 }),
  run: async (context, count) => ({
    measurements: {
      "covariance.top": await topOf(
        context,
        await context.covariance(),
        "covariance",
        Number(count),
      ),
    },
  }),
};
