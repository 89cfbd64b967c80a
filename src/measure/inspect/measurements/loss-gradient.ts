import { norm } from "../../../numeric/index.ts";
import { sampleMeter } from "../../per-sample/index.ts";
import { observesSamples } from "../context.ts";
import type { Measurement } from "../measurement.ts";
import { exactly } from "../quantities.ts";

const once = { products: 1, vectors: 1 };

export const loss: Measurement = {
  name: "loss",
  about: "mean loss over the samples",
  cost: () => once,
  async run(context) {
    const { loss: value } = await context.gradient();
    const { problem, runtime, point, settings, options } = context;
    if (observesSamples(context)) {
      await using meter = await sampleMeter(runtime, problem, ["loss"], options);
      const { loss: values } = await meter.measure(point);
      const means = [{ values, power: 1 }];
      context.observations.set("loss", { of: "samples", seed: settings.seed, means });
    }
    return {
      measurements: {
        loss: exactly(value, "mean over samples", { samples: context.problem.data.count }),
      },
    };
  },
};

export const gradient: Measurement = {
  name: "gradient",
  about: "norm of the mean gradient",
  cost: () => once,
  async run(context) {
    const { gradient: g } = await context.gradient();
    return { measurements: { gradient: { norm: norm(g), method: "norm of the mean gradient" } } };
  },
};
