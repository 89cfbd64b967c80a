import {
  hessianOperator,
  perSampleGradients,
  perSampleLosses,
  type Problem,
  toDense,
  trainingProblem,
} from "../../measure/index.ts";
import type { FloatArray } from "../../numeric/index.ts";
import { stream, substream } from "../../random/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import type { Json, TaskFunction } from "../../run/index.ts";
import { densePoint, type NoisePoint } from "./noise-point.ts";
import {
  inside,
  oneHiddenTraining,
  type OneHiddenSize,
  trainOneHidden,
} from "./one-hidden-layer.ts";

export interface OneHiddenInput extends OneHiddenSize {
  /** Epochs, from 0, after which everything is measured. */
  readonly at: readonly number[];
  /** Random rotations of the noise for the control. */
  readonly rotations: number;
  readonly seed: string;
}

export interface Checkpoint extends NoisePoint {
  /** Epochs or steps done. */
  readonly done: number;
  readonly loss: number;
  /** On the samples themselves. */
  readonly accuracy: number;
}

/**
 * H and Σ, dense, along the training of the network of one hidden layer. Where every output is clipped there is
 * no curvature to speak of and no checkpoint: Adam passes through such states when it overshoots.
 */
export const oneHiddenTask: TaskFunction = async (input, context) => {
  const { runtime, signal } = context;
  const setting = input as unknown as OneHiddenInput;
  const { at, rotations, seed, epochs } = setting;
  const training = oneHiddenTraining(seed, setting);
  const problem = trainingProblem(training, new Float64Array(0));
  const points: Checkpoint[] = [];
  await trainOneHidden(runtime, training, setting, async (epoch, { parameters }) => {
    signal.throwIfAborted();
    if (at.includes(epoch) && inside(training, parameters) > 0) {
      const { hessian, sigma } = await denseMatrices(runtime, problem, parameters);
      const losses = await perSampleLosses(runtime, problem, parameters);
      const draws = substream(stream(seed, "one-hidden-rotations"), epoch);
      points.push({
        ...densePoint(hessian, sigma, parameters.length, draws, rotations),
        done: epoch,
        loss: losses.reduce((sum, l) => sum + l, 0) / losses.length,
        accuracy: losses.filter((l) => l < 0.25).length / losses.length,
      });
    }
    context.progress((epoch + 1) / epochs);
  });
  if (points.length === 0)
    throw new RangeError(
      `a network of one hidden layer must have an output that is not clipped at one epoch measured at least: seed ${seed} has none at ${at.join(", ")}`,
    );
  return points as unknown as Json;
};

/** H, and Σ of one sample's gradient, row-major. */
export async function denseMatrices(
  runtime: Runtime,
  problem: Problem,
  parameters: FloatArray,
): Promise<{ readonly hessian: Float64Array; readonly sigma: Float64Array }> {
  await using operator = await hessianOperator(runtime, problem, parameters);
  const hessian = await toDense(operator);
  const { rows, dim, values } = await perSampleGradients(runtime, problem, parameters);
  const mean = new Float64Array(dim);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < dim; j++) mean[j] += values[i * dim + j] / rows;
  const sigma = new Float64Array(dim * dim);
  const deviation = new Float64Array(dim);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < dim; j++) deviation[j] = values[i * dim + j] - mean[j];
    for (let j = 0; j < dim; j++) {
      const factor = deviation[j] / rows;
      if (factor === 0) continue;
      for (let l = 0; l < dim; l++) sigma[j * dim + l] += factor * deviation[l];
    }
  }
  return { hessian, sigma };
}
