import type { Probe } from "../../learn/index.ts";
import { squaredNorm } from "../../numeric/index.ts";
import { gradientMeter, type GradientMeter } from "../gradient.ts";
import { trainingProblem } from "../training-problem.ts";
import { keptWhile, pointKey, type ProbeOptions } from "./probe-kit.ts";

/** Exact loss and squared gradient norm over all samples: rows `full-loss`, `gradient-norm2`. */
export function fullLossProbe({ due }: Pick<ProbeOptions, "due">): Probe {
  const meters = keptWhile<GradientMeter>();
  return {
    name: "full-loss",
    due,
    async measure(point) {
      const meter = await meters.get(pointKey(point), () =>
        gradientMeter(point.runtime, trainingProblem(point.training, point.buffers)),
      );
      const { loss, gradient } = await meter.measure(point.parameters);
      return [
        { name: "full-loss", value: loss },
        { name: "gradient-norm2", value: squaredNorm(gradient) },
      ];
    },
    dispose: () => meters.dispose(),
  };
}
