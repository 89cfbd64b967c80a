import type { Probe } from "../../learn/index.ts";
import type { FloatArray } from "../../numeric/index.ts";
import { stream, substream } from "../../random/index.ts";
import { hessianOperator } from "../operators/hessian.ts";
import { lanczos } from "../spectra/lanczos.ts";
import type { ParameterOperator } from "../operators/parameter-operator.ts";
import { subsetProblem } from "../problem/problem-subset.ts";
import { trainingProblem } from "../problem/training-problem.ts";
import { keptWhile, pointKey, type ProbeOptions } from "./probe-kit.ts";

export interface LambdaMaxOptions extends ProbeOptions {
  /** Relative residual of Lanczos; default 10⁻³, which gives the value to about 10⁻⁶. */
  readonly tolerance?: number;
  /** Only over the first so many samples: cheaper, and another quantity. Default: all. */
  readonly samples?: number;
}

/**
 * Largest Hessian eigenvalue over all samples: row `lambda-max` with its residual ‖Hv − λv‖. Each
 * measurement starts from the last one's eigenvector and is verified by a random sequence, so that
 * an eigenvalue that overtakes is not missed.
 */
export function lambdaMaxProbe(options: LambdaMaxOptions): Probe {
  const { due, seed, tolerance = 1e-3, samples } = options;
  const operators = keptWhile<ParameterOperator>();
  const draws = stream(seed, "lambda-max");
  let warm: FloatArray | undefined;
  return {
    name: "lambda-max",
    due,
    async measure(point) {
      const operator = await operators.get(pointKey(point), () => {
        const problem = subsetProblem(trainingProblem(point.training, point.buffers), samples);
        return hessianOperator(point.runtime, problem, point.parameters);
      });
      await operator.setPoint(point.parameters);
      const { pairs, status } = await lanczos(operator, substream(draws, point.step), {
        tolerance,
        start: warm,
        maxProducts: 300,
      });
      const [top] = pairs;
      if (top === undefined || status === "not-finite") return [{ name: "lambda-max", value: NaN }];
      warm = top.vector.slice();
      return [{ name: "lambda-max", value: top.value, residual: top.residual }];
    },
    save: () => (warm ? { warm: warm.slice() } : {}),
    restore: (saved) => {
      warm = saved.warm?.slice();
    },
    dispose: () => operators.dispose(),
  };
}
