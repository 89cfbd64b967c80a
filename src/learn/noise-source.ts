import type { Shape, Tensor } from "../graph/index.ts";
import type { Stream } from "../random/index.ts";
import type { FloatArray } from "../numeric/index.ts";

/** What a noise source may use to make its gradient, all at the current parameters and over all samples. */
export interface NoiseContext {
  readonly parameters: readonly Tensor[];
  /** All inputs [N, …] and targets [N, …]. */
  readonly x: Tensor;
  readonly y: Tensor;
  /** Losses [batch] of any rows. */
  readonly perSampleLoss: (parameters: readonly Tensor[], x: Tensor, y: Tensor) => Tensor;
  readonly count: number;
  /** The batch size whose noise is imitated, and the learning rate, both at this step (scalars). */
  readonly batchSize: Tensor;
  readonly learningRate: Tensor;
  /** This step's draws, in the shapes of `slices`. */
  readonly slices: readonly Tensor[];
}

/**
 * Noise put in the place of mini-batch sampling: the gradient of the full loss plus a perturbation.
 * It is added to the *gradient* (then multiplied by η with it), and logs the trace of its covariance.
 */
export interface NoiseSource {
  readonly name: string;
  /** Shapes of the draws that one step needs. */
  slices(parameterCount: number, count: number): readonly Shape[];
  /** Draws of step `step`; standard normal unless the source says otherwise. */
  fill(draws: Stream, step: number, out: readonly FloatArray[]): void;
  gradient(context: NoiseContext): {
    /** Mean loss over all samples. */
    readonly loss: Tensor;
    readonly gradient: readonly Tensor[];
    /** Tr Cov of what was added to the gradient: a scalar. */
    readonly trace: Tensor;
  };
}
