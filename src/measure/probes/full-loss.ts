import type { Probe } from "../../learn/index.ts";
import { squaredNorm } from "../../numeric/index.ts";
import { gradientMeter, type GradientMeter } from "../operators/gradient.ts";
import { subsetProblem } from "../problem/problem-subset.ts";
import { trainingProblem } from "../problem/training-problem.ts";
import { keptWhile, pointKey, type ProbeOptions } from "./probe-kit.ts";

export interface FullLossOptions extends Pick<ProbeOptions, "due"> {
  /** Only over the first so many samples: cheaper, and another quantity. Default: all. */
  readonly samples?: number;
}

/** Exact loss and squared gradient norm over all samples: rows `full-loss`, `gradient-norm2`. */
export function fullLossProbe({ due, samples }: FullLossOptions): Probe {
  const meters = keptWhile<GradientMeter>();
  return {
    name: "full-loss",
    due,
    async measure(point) {
      const meter = await meters.get(pointKey(point), () => {
        const problem = subsetProblem(trainingProblem(point.training, point.buffers), samples);
        return gradientMeter(point.runtime, problem);
      });
      const { loss, gradient } = await meter.measure(point.parameters);
      return [
        { name: "full-loss", value: loss },
        { name: "gradient-norm2", value: squaredNorm(gradient) },
      ];
    },
    dispose: () => meters.dispose(),
  };
}
