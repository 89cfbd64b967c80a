import type { Training, TrainState } from "../../learn/index.ts";
import {
  batchHessian,
  hessianOperator,
  lanczos,
  subsetProblem,
  trainingProblem,
} from "../../measure/index.ts";
import { permutation, stream, substream } from "../../random/index.ts";
import type { Runtime } from "../../runtime/index.ts";

/**
 * λmax(H) and the mean of λmax(H_B) over a partition of the first `samples` into equal batches. By
 * Jensen's inequality the second is never smaller: H is the mean of these H_B.
 */
export async function partitionSharpness(
  runtime: Runtime,
  training: Training,
  state: TrainState,
  batchSize: number,
  seed: string,
  samples: number,
): Promise<{ lambdaMax: number; miniBatch: number }> {
  const problem = subsetProblem(trainingProblem(training, state.buffers), samples);
  const draws = stream(seed, "partition");
  const { count } = problem.data;
  const order = permutation(draws, 0, count);
  await using hessian = await hessianOperator(runtime, problem, state.parameters);
  const whole = await lanczos(hessian, substream(draws, "whole"), { tolerance: 1e-3 });
  await using parts = await batchHessian(runtime, problem, batchSize);
  const batches = Math.floor(count / batchSize);
  let total = 0;
  for (let k = 0; k < batches; k++) {
    const rows = order.slice(k * batchSize, (k + 1) * batchSize);
    const { gradient, hessian: own } = await parts.at(state.parameters, rows);
    const { pairs } = await lanczos(own, substream(draws, k), { start: gradient, tolerance: 1e-3 });
    total += pairs[0].value;
  }
  return { lambdaMax: whole.pairs[0].value, miniBatch: total / batches };
}
