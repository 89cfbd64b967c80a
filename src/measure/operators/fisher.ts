import { dot, grad, jvp, sum, type Tensor, vjp } from "../../graph/index.ts";
import type { FloatArray } from "../../numeric/index.ts";
import type { Stream } from "../../random/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import type { Problem } from "../problem/problem.ts";
import type { DataSumOptions } from "./data-sum.ts";
import { labelDraws } from "./label-draws.ts";
import { parameterOperator, type ParameterOperator } from "./parameter-operator.ts";
import { secondMomentOperator } from "./second-moment.ts";

/** Which expectation over labels a Fisher matrix takes. */
export type FisherOptions = DataSumOptions &
  (
    | { readonly kind: "empirical" | "exact" }
    | {
        readonly kind: "monte-carlo";
        /** The draws of a sample's labels depend on its row number alone, not on chunks or order. */
        readonly draws: Stream;
        /** Labels drawn for each sample; default 1. */
        readonly samplesPerInput?: number;
      }
  );

/**
 * A Fisher matrix F = Σ wᵢ E[∇ℓᵢ(ŷ)∇ℓᵢ(ŷ)ᵀ] / Σ wᵢ, the loss ℓ taken for a negative log-likelihood:
 *
 * - `empirical`: ŷ is the label itself. It is `secondMomentOperator`, not a curvature away from a good fit.
 * - `monte-carlo`: the mean over `samplesPerInput` labels drawn from the model's own distribution p(ŷ | x).
 *   Unbiased for `exact`; the labels are those of the same draws at every parameter point.
 * - `exact`: the expectation under p, which is the Gauss–Newton matrix.
 *
 * p is the `likelihood` of the network: softmax for cross-entropy (where a sample's loss is a mean
 * over T tokens, each token scores with 1/√T so that this still is the Gauss–Newton matrix), and for
 * squared losses a Gaussian about the outputs with density ∝ exp(−ℓ): variance 1 for half-squared
 * error, ½ for squared error, k/2 for mean-squared error over k outputs. Under it the exact matrix is the
 * Gauss–Newton matrix of the loss that is measured, and for half-squared error JᵀJ.
 *
 * Cost of a product: one jvp and one vjp of the outputs, whatever the number of labels.
 *
 * @see Kunstner, Balles, Hennig (2019), https://arxiv.org/abs/1905.12558
 * @throws TypeError where the problem is not cut at the outputs, or says no likelihood.
 */
export async function fisherOperator(
  runtime: Runtime,
  problem: Problem,
  parameters: FloatArray,
  options: FisherOptions,
): Promise<ParameterOperator> {
  const { kind } = options;
  if (kind === "empirical")
    return secondMomentOperator(runtime, problem, parameters, options, "empirical fisher");
  const { network } = problem;
  if (network === undefined)
    throw new TypeError("a Fisher matrix needs a problem that is cut at the network's outputs");
  const { likelihood } = network;
  if (likelihood === undefined)
    throw new TypeError("a Fisher matrix needs the likelihood of the network's loss, got none");
  const labels =
    kind === "monte-carlo"
      ? labelDraws(problem, likelihood, options.draws, options.samplesPerInput ?? 1)
      : undefined;
  return parameterOperator(
    kind === "exact" ? "exact fisher" : "monte-carlo fisher",
    runtime,
    problem,
    parameters,
    (at, v) => {
      const outputs = (p: Tensor[]) => network.outputs(p, at.x);
      const [value, Jv] = jvp(outputs, [at.parameters], [v]);
      const pull = vjp(outputs, at.parameters)[1];
      const inner = grad((o: Tensor) => dot(network.loss(o, at.y), at.weights));
      if (labels === undefined) return pull(jvp(inner, [value], [Jv])[1])[0];
      const perSample = grad((o: Tensor) => sum(network.loss(o, at.y)));
      const curve = (o: Tensor, u: Tensor) => jvp(perSample, [o], [u])[1];
      return pull(labels.second(value, curve, Jv, at.extras[0], at.weights))[0];
    },
    options,
    labels ? [labels.extra] : [],
  );
}
