// The paper's network of one hidden layer: a strip of the plane is cut along its diagonal by the
// difference of two sums of ReLUs, clipped, of which only the inner weights and biases are trained.
import { clip, constant, matmul } from "../../graph/index.ts";
import {
  activation,
  constantly,
  initialState,
  linear,
  losses,
  model,
  pure,
  sampleSet,
  type SampleSet,
  sequential,
  trainer,
  type Training,
  type TrainState,
} from "../../learn/index.ts";
import type { FloatArray } from "../../numeric/index.ts";
import { fillUniform, stream, substream, words } from "../../random/index.ts";
import type { Runtime } from "../../runtime/index.ts";

export interface OneHiddenSize {
  readonly samples: number;
  /** Half of them counted positive. */
  readonly hidden: number;
  readonly epochs: number;
  /** Steps of full-batch Adam in an epoch. */
  readonly iterations: number;
}

const rate = 1e-3;
/** The outputs are kept this far from 0 and 1. */
const margin = 1e-3;

/** Points of U[−2, 2]², labelled 1 where x₀ ≥ x₁. */
function wedge(seed: string, count: number): SampleSet {
  const inputs = new Float64Array(2 * count);
  fillUniform(stream(seed, "one-hidden-points"), 0, inputs);
  for (let i = 0; i < inputs.length; i++) inputs[i] = 4 * inputs[i] - 2;
  const targets = Float64Array.from({ length: count }, (_, i) =>
    inputs[2 * i] >= inputs[2 * i + 1] ? 1 : 0,
  );
  return sampleSet({
    name: `${count} points of a square`,
    count,
    inputs,
    inputShape: [2],
    targets,
    targetShape: [1],
  });
}

/**
 * f = clip(Σ_{j ≤ h/2} relu(wⱼ·x + bⱼ) − Σ_{j > h/2} …), squared error, full batches. Of 1000 draws of 100
 * units on 1000 points 21 have all outputs clipped: they have no gradient and learn nothing, and are drawn again.
 *
 * @throws RangeError where a hundred draws in a row are of that kind.
 */
export function oneHiddenTraining(seed: string, size: OneHiddenSize): Training {
  for (let draw = 1; draw <= 100; draw++) {
    const training = drawnTraining(seed, draw === 1 ? seed : seedOfDraw(seed, draw), size);
    if (inside(training, initialState(training).parameters) > 0) return training;
  }
  throw new RangeError(
    `a network of one hidden layer needs an output between ${margin} and ${1 - margin}: seed ${seed} gave none in 100 draws on ${size.samples} points`,
  );
}

function seedOfDraw(seed: string, draw: number): string {
  const [low, high] = words(substream(stream(seed, "one-hidden-draws"), draw), 0);
  return String((high >>> 11) * 2 ** 32 + low);
}

function drawnTraining(seed: string, own: string, { samples, hidden }: OneHiddenSize): Training {
  const signs = Float64Array.from({ length: hidden }, (_, j) => (2 * j < hidden ? 1 : -1));
  // U(±√(6/2P)) for all P = 3h numbers, as the released code has it.
  const bound = Math.sqrt(6 / (6 * hidden));
  const init = { kind: "xavier-uniform", scale: bound / Math.sqrt(6 / (2 + hidden)) } as const;
  const factory = sequential(
    ["inner", linear(hidden, { init, biasInit: init })],
    ["relu", activation("relu")],
    [
      "outer",
      pure(
        () => [1],
        (h) => clip(matmul(h, constant(signs, [hidden, 1], "float64")), margin, 1 - margin),
      ),
    ],
  );
  const data = wedge(seed, samples);
  return {
    model: model("one-hidden-layer", factory, [2]),
    loss: losses["squared-error"],
    optimiser: { kind: "adam" },
    samples: data,
    sampler: { kind: "without-replacement" },
    learningRate: constantly(rate),
    batchSize: constantly(samples),
    precision: "float64",
    seed: own,
  };
}

/** Adam's rate in an epoch: constant for 21 of 31, then down to nothing in a line. */
function rateIn(epoch: number, epochs: number): number {
  const whole = Math.round((21 / 31) * epochs);
  return epoch < whole ? rate : (rate * (epochs - epoch)) / (epochs - whole);
}

/** Train for all epochs; `visit` sees the state after each. */
export async function trainOneHidden(
  runtime: Runtime,
  training: Training,
  { epochs, iterations }: OneHiddenSize,
  visit: (epoch: number, state: TrainState) => Promise<void> = () => Promise.resolve(),
): Promise<TrainState> {
  let state = initialState(training);
  let steps = trainer(runtime, training);
  try {
    for (let epoch = 0; epoch < epochs; epoch++) {
      const own = rateIn(epoch, epochs);
      if (own !== rateIn(Math.max(0, epoch - 1), epochs)) {
        await steps.dispose();
        steps = trainer(runtime, { ...training, learningRate: constantly(own) });
      }
      state = (await steps.advance(state, iterations)).state;
      await visit(epoch, state);
    }
  } finally {
    await steps.dispose();
  }
  return state;
}

/** Samples whose output is not clipped: from the others comes neither gradient nor curvature. */
export function inside({ samples: { inputs, count } }: Training, parameters: FloatArray): number {
  const hidden = parameters.length / 3;
  let unclipped = 0;
  for (let i = 0; i < count; i++) {
    let f = 0;
    for (let j = 0; j < hidden; j++) {
      const along = preActivation(parameters, hidden, inputs, i, j);
      if (along > 0) f += 2 * j < hidden ? along : -along;
    }
    if (f > margin && f < 1 - margin) unclipped++;
  }
  return unclipped;
}

/** wⱼ·xᵢ + bⱼ. */
const preActivation = (
  parameters: FloatArray,
  hidden: number,
  inputs: ArrayLike<number>,
  i: number,
  j: number,
) =>
  parameters[2 * j] * inputs[2 * i] +
  parameters[2 * j + 1] * inputs[2 * i + 1] +
  parameters[2 * hidden + j];

/** How many of the (sample, unit) pairs have |wⱼ·x + bⱼ| below a distance: how many kinks are so near. */
export function kinksWithin(
  { samples: { inputs, count } }: Training,
  parameters: FloatArray,
  distance: number,
): number {
  const hidden = parameters.length / 3;
  let near = 0;
  for (let i = 0; i < count; i++)
    for (let j = 0; j < hidden; j++) {
      if (Math.abs(preActivation(parameters, hidden, inputs, i, j)) < distance) near++;
    }
  return near;
}
