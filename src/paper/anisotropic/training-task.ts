import { initialSnapshot, train } from "../../learn/index.ts";
import { lossMeter, trainingProblem } from "../../measure/index.ts";
import { stream, substream } from "../../random/index.ts";
import type { Json, TaskFunction } from "../../run/index.ts";
import { accuracyMeter } from "../accuracy.ts";
import { fashionData, type FashionSize, fashionTraining } from "./fashion.ts";
import { probedPoint } from "./noise-point.ts";
import type { Checkpoint } from "./one-hidden-task.ts";

export interface TrainingInput extends FashionSize {
  readonly learningRate: number;
  readonly batchSize: number;
  /** Steps after which everything is measured, rising. */
  readonly at: readonly number[];
  readonly probes: number;
  /** Largest ones found, and at the last look. */
  readonly eigenvalues: number;
  readonly lastEigenvalues: number;
  readonly seed: string;
}

/** Noise and curvature along the training of a network on Fashion-MNIST. */
export const trainingTask: TaskFunction = async (input, context) => {
  const { runtime, signal, data } = context;
  const setting = input as unknown as TrainingInput;
  const { seed, at, probes } = setting;
  const { training: samples } = await fashionData(data, setting, seed);
  const training = fashionTraining(setting, samples, seed, setting);
  const problem = trainingProblem(training, new Float32Array(0));
  await using loss = await lossMeter(runtime, problem);
  await using accuracy = await accuracyMeter(runtime, training.model, samples);
  const points: Checkpoint[] = [];
  let snapshot = initialSnapshot(training);
  for (const done of at) {
    ({ snapshot } = await train(runtime, training, snapshot, { until: done, signal }));
    signal.throwIfAborted();
    const { parameters } = snapshot.state;
    const draws = substream(stream(seed, "along-training"), done);
    const eigenvalues = done === at.at(-1) ? setting.lastEigenvalues : setting.eigenvalues;
    points.push({
      ...(await probedPoint(runtime, problem, parameters, draws, { probes, eigenvalues })),
      done,
      loss: await loss.at(parameters),
      accuracy: await accuracy.at(parameters),
    });
    context.progress(points.length / at.length);
  }
  return points as unknown as Json;
};
