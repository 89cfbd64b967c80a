import {
  batchNoise,
  batchProblem,
  constantNoise,
  diffusionProcess,
  eulerMaruyama,
  type Exit,
  quadratic,
  sgd,
} from "../../diffusion/index.ts";
import {
  add,
  greater,
  mul,
  scalar,
  softplus,
  square,
  sub,
  type Tensor,
} from "../../graph/index.ts";
import { firstExits, graphStep, xoshiro128 } from "../../kernel/index.ts";
import { symmetricEigen } from "../../numeric/index.ts";
import { stream } from "../../random/index.ts";
import type { Json, TaskFunction } from "../../run/index.ts";
import { followed, pointOf } from "./escape-task.ts";
import { logisticData, logisticMinimum, logisticMoments } from "./logistic-model.ts";

/**
 * Walkers out of the minimum of a logistic regression of two weights with the model's labels: out where
 * the loss, to second order, has risen by ΔL. The Hessian is scaled to λ₁ = k.
 */
export interface LogisticEscapeInput {
  readonly samples: number;
  /** Sharpness: inputs are multiplied by √k. */
  readonly k: number;
  readonly rise: number;
  readonly batchSize: number;
  readonly eta: number;
  /** In place of batches: isotropic noise of the trace of theirs. */
  readonly white: boolean;
  readonly walkers: number;
  readonly horizon: number;
  /** Of the data, which all conditions share: chance makes C along u₁ a few per cent more or less than H. */
  readonly dataSeed: string;
  readonly seed: string;
}

/** The mean time of the walkers, as `escapeTask` gives it. */
export const logisticEscapeTask: TaskFunction = async (input, context) => {
  const { samples, k, rise, batchSize, eta, white, walkers, horizon, seed, dataSeed } =
    input as unknown as LogisticEscapeInput;
  const { problem, minimum, hessian, values } = sharpened(samples, k, dataSeed);
  const process = white
    ? diffusionProcess({
        potential: quadratic(values),
        noise: constantNoise((eta * (values[0] + values[1])) / (4 * batchSize)),
        scheme: eulerMaruyama,
        exit: { kind: "level", level: rise },
        target: "discrete",
      })
    : diffusionProcess({
        potential: problem.mean,
        noise: batchNoise(problem, { batchSize, replacement: true }),
        scheme: sgd,
        exit: risen(minimum, hessian, rise),
        target: "discrete",
      });
  const run = firstExits({
    step: graphStep(process.recursion, { precision: "f32", generator: xoshiro128 }),
    parameters: process.parameterNames.map((name, i) =>
      name === "eta" ? eta : process.defaults[i],
    ),
    start: (_, out) => out.set(white ? [0, 0] : minimum),
    stream: stream(seed, "walkers"),
    from: 0,
    to: walkers,
    horizon,
  });
  return pointOf(await followed(run, walkers, context), eta, seed) as unknown as Json;
};

/** Data whose Hessian at the minimum has λ₁ = k. */
function sharpened(samples: number, k: number, seed: string) {
  const data = logisticData(stream(seed, "logistic-escape"), {
    samples,
    scales: [2, 1],
    strength: 1,
    law: "model",
  });
  const theta = logisticMinimum(data);
  const { hessian } = logisticMoments(data, theta);
  const { values } = symmetricEigen(hessian, 2);
  const stretch = Math.sqrt(k / values[0]);
  const rows = Array.from({ length: samples }, (_, i) => [
    stretch * data.inputs[2 * i],
    stretch * data.inputs[2 * i + 1],
    data.labels[i],
  ]);
  const problem = batchProblem({
    name: "logistic-regression",
    formula: "mean of ln(1 + e^m) − ym, m = x·θ",
    dimension: 2,
    parameters: {},
    sum: {
      samples,
      features: 3,
      data: Float64Array.from(rows.flat()),
      loss: ([a, b], [x1, x2, y]) => {
        const margin = add(mul(a, x1), mul(b, x2));
        return sub(softplus(margin), mul(y, margin));
      },
    },
  });
  return {
    problem,
    minimum: Array.from(theta, (t) => t / stretch),
    hessian: hessian.map((h) => h * stretch ** 2),
    values: Array.from(values, (v) => v * stretch ** 2),
  };
}

/** ½(θ − θ*)ᵀH(θ − θ*) > ΔL. */
function risen(minimum: readonly number[], hessian: Float64Array, rise: number): Exit {
  const number = (value: number) => scalar(value, "float64");
  return {
    kind: "predicate",
    text: "½(θ − θ*)ᵀH(θ − θ*) > ΔL",
    holds: ([a, b]: readonly Tensor[]) => {
      const [u, v] = [sub(a, number(minimum[0])), sub(b, number(minimum[1]))];
      const form = add(
        add(mul(square(u), number(hessian[0])), mul(square(v), number(hessian[3]))),
        mul(mul(u, v), number(2 * hessian[1])),
      );
      return greater(form, number(2 * rise));
    },
  };
}
