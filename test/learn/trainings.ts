// Small trainings for the tests of the training loop.
import {
  cnn,
  constantly,
  losses,
  mlp,
  model,
  activation,
  batchNorm,
  linear,
  sampleSet,
  sequential,
  type Training,
} from "../../src/learn/index.ts";
import { fillNormal, stream } from "../../src/random/index.ts";

const count = 22;

/** A small network on random samples, in float32, shuffled epochs of batches of four (the last of two). */
export function smallTraining(change: Partial<Training> = {}): Training {
  const precision = change.precision ?? "float32";
  const floats = (name: string, size: number) => {
    const out = precision === "float32" ? new Float32Array(size) : new Float64Array(size);
    fillNormal(stream("12", name), 0, out);
    return out;
  };
  return {
    model: mlp([5], 3, { hidden: [7, 6], activation: "tanh", init: { kind: "lecun-normal" } }),
    loss: losses["squared-error"],
    optimiser: { kind: "sgd" },
    samples: sampleSet({
      name: "random",
      count,
      inputs: floats("inputs", count * 5),
      inputShape: [5],
      targets: floats("targets", count * 3),
      targetShape: [3],
    }),
    sampler: { kind: "epochs", last: "keep" },
    learningRate: constantly(0.05),
    batchSize: constantly(4),
    precision,
    seed: "13",
    ...change,
  };
}

export const normalisedNet = model(
  "normalised",
  sequential(
    ["fc1", linear(6)],
    ["norm", batchNorm()],
    ["act", activation("relu")],
    ["fc2", linear(3)],
  ),
  [5],
);

/** A CNN on 3×8×8 images with labels, batches of eight. */
export function imageTraining(): Training {
  const inputs = new Float32Array(40 * 192);
  fillNormal(stream("14", "images"), 0, inputs);
  const widths = [8, 8, 16, 32] as const;
  return {
    ...smallTraining(),
    model: cnn([3, 8, 8], 10, { widths, init: { kind: "kaiming-normal" } }),
    samples: labelled(inputs, [3, 8, 8]),
    batchSize: constantly(8),
  };
}

/** 784-100-100-10 with cross-entropy, batches of eight. */
export function wideTraining(): Training {
  const inputs = new Float32Array(40 * 784);
  fillNormal(stream("14", "rows"), 0, inputs);
  return {
    ...smallTraining(),
    model: mlp([784], 10, { hidden: [100, 100] }),
    loss: losses["cross-entropy"],
    samples: labelled(inputs, [784]),
    batchSize: constantly(8),
  };
}

function labelled(inputs: Float32Array, inputShape: readonly number[]) {
  const targets = Int32Array.from({ length: 40 }, (_, i) => (i * 3) % 10);
  return sampleSet({ name: "labelled", count: 40, inputs, inputShape, targets, targetShape: [] });
}
