import { initialState } from "../../learn/index.ts";
import { checkpointAxis, lossSlice, trainingProblem } from "../../measure/index.ts";
import type { FloatArray } from "../../numeric/index.ts";
import type { Json, TaskFunction } from "../../run/index.ts";
import { phaseRunner } from "./run-phases.ts";
import type { NetworkSetting, Phase } from "./setting.ts";
import { splitSamples, trainingOf } from "./training.ts";

export interface InterpolationInput {
  readonly setting: NetworkSetting;
  /** The trainings of both ends, from the same weights: α = 0 and α = 1. */
  readonly ends: readonly [Phase, Phase];
  /** Places α, rising. */
  readonly places: readonly number[];
  readonly dataDir?: string;
  readonly seed: string;
}

export interface InterpolationResult {
  readonly status: "finished" | "diverged";
  /** L((1 − α)θ₀ + αθ₁), training loss and validation loss. */
  readonly training: readonly number[];
  readonly validation: readonly number[];
}

/** Train twice from the same weights and look at the loss on the line through both ends. */
export const interpolationTask: TaskFunction = async (input, context) => {
  const { setting, ends, places, dataDir, seed } = input as unknown as InterpolationInput;
  const { runtime, signal } = context;
  const { train, validation } = await splitSamples(setting, seed, context.data, dataDir);
  const at = (phase: Phase) => trainingOf(setting, train, seed, phase);
  const start = initialState(at(ends[0]));
  await using runner = phaseRunner(runtime, at);
  const found: FloatArray[] = [];
  for (const [i, phase] of ends.entries()) {
    const { state, diverged } = await runner.run(start, [phase], {
      signal,
      onProgress: (share) => context.progress(0.45 * (i + share)),
    });
    if (diverged)
      return { status: "diverged", training: [], validation: [] } satisfies InterpolationResult;
    found.push(state.parameters);
  }
  const axis = checkpointAxis(found[0], found[1], places);
  const lossOn = async (samples: typeof train) => {
    const problem = trainingProblem({ ...at(ends[0]), samples }, start.buffers);
    const { loss } = await lossSlice(runtime, problem, found[0], [axis], { signal });
    return Array.from(loss);
  };
  const result: InterpolationResult = {
    status: "finished",
    training: await lossOn(train),
    validation: await lossOn(validation),
  };
  return result as unknown as Json;
};
