// Second moments, covariances and Fisher matrices of the golden networks, made and multiplied alike.
import {
  type DataSumOptions,
  fisherOperator,
  gradientCovarianceOperator,
  type ParameterOperator,
  type Problem,
  secondMomentOperator,
  toDense,
} from "../../src/measure/index.ts";
import { stream } from "../../src/random/index.ts";
import type { Runtime } from "../../src/runtime/index.ts";
import { type GoldenNet, goldenProblem } from "./golden-problem.ts";

/** A golden network with the likelihood of its loss. */
export function problemOf(net: GoldenNet): { problem: Problem; theta: Float64Array } {
  const { problem, theta } = goldenProblem(net);
  const likelihood = net.loss === "ce" ? ("categorical" as const) : ("gaussian" as const);
  return {
    problem: { ...problem, network: { ...problem.network!, likelihood } },
    theta: theta as Float64Array,
  };
}

export type Make = (
  problem: Problem,
  theta: Float64Array,
  options?: DataSumOptions,
) => Promise<ParameterOperator>;
export const labelDraws = stream("3", "labels");
/** Every kind by its name. */
export const makersOf = (runtime: Runtime): Record<string, Make> => ({
  "second moment": (p, at, o) => secondMomentOperator(runtime, p, at, o),
  covariance: (p, at, o) => gradientCovarianceOperator(runtime, p, at, o),
  "empirical Fisher": (p, at, o) => fisherOperator(runtime, p, at, { kind: "empirical", ...o }),
  "exact Fisher": (p, at, o) => fisherOperator(runtime, p, at, { kind: "exact", ...o }),
  "Monte Carlo Fisher": (p, at, o) =>
    fisherOperator(runtime, p, at, {
      kind: "monte-carlo",
      draws: labelDraws,
      samplesPerInput: 3,
      ...o,
    }),
});

export async function product(
  make: Make,
  p: Problem,
  at: Float64Array,
  v: Float64Array,
  o?: DataSumOptions,
) {
  await using operator = await make(p, at, o);
  const out = new Float64Array(v.length);
  await operator.apply(v, out);
  return out;
}

export async function dense(make: Make, p: Problem, at: Float64Array, o?: DataSumOptions) {
  await using operator = await make(p, at, o);
  return await toDense(operator);
}
