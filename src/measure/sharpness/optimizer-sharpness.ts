import { reshape, sliceAxis, type Tensor } from "../../graph/index.ts";
import type { Optimiser } from "../../learn/index.ts";
import type { FloatArray } from "../../numeric/index.ts";
import type { BatchDirection, BatchQuadratics } from "./batch-quadratics.ts";
import type { BatchSampler } from "../problem/batches.ts";
import type { Problem } from "../problem/problem.ts";
import { sampleRatio } from "./ratio.ts";
import type { BatchEstimate, StopRule } from "./sequential.ts";

const method = "optimizer sharpness, ratio of means, delta method, t interval";

/**
 * E_B[sᵀH_Bs] / (−E_B[sᵀg_B]) for the step s the optimiser would take on each batch from its present
 * state: the edge is at 2 for any optimiser, since on a quadratic E[L_B(θ + s) − L_B(θ)] =
 * E[sᵀg_B](1 − value/2). For plain SGD it is η times `batchSharpnessRatio`.
 *
 * `quadratics` is made with the direction s; `state` are the arrays its state has at this point.
 *
 * @see Andreyev et al. (2026), https://arxiv.org/abs/2604.14108
 */
export function optimizerSharpness(
  quadratics: BatchQuadratics,
  parameters: FloatArray,
  state: readonly FloatArray[],
  sampler: BatchSampler,
  rule: StopRule = {},
): Promise<BatchEstimate> {
  return sampleRatio(rule, sampler, method, async (from, to) => {
    const { curvature, slope } = await quadratics.measure(parameters, sampler, from, to, state);
    return { above: curvature, below: slope.map((x) => -x) };
  });
}

/**
 * The step of an optimiser as a direction. Its state is one array for each slot and parameter, slot
 * by slot, and last the numbers of `optimiser.scalars(step, learningRate)`.
 */
export function optimizerDirection(optimiser: Optimiser, { parameters }: Problem): BatchDirection {
  const scalars = optimiser.scalars(0, 1).length;
  const slots = optimiser.slots.flatMap((slot) =>
    parameters.map(({ name, shape }) => ({ name: `${slot}.${name}`, shape })),
  );
  return {
    state: [...slots, { name: "scalars", shape: [scalars] }],
    of(values, gradient, state) {
      const numbers: Tensor[] = Array.from({ length: scalars }, (_, i) =>
        reshape(sliceAxis(state[slots.length], 0, i, i + 1), []),
      );
      return values.map((value, k) => {
        const own = optimiser.slots.map((_, slot) => state[slot * parameters.length + k]);
        return optimiser.step(value, gradient[k], own, numbers).step;
      });
    },
  };
}
