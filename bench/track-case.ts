import { initialState, losses, trainer, type Training, constantly } from "../src/learn/index.ts";
import { nodeRuntime } from "../src/node/ort/node-runtime.ts";
import type { Case } from "./problems.ts";

// As in the EoSS authors' runs: batches of 16 out of 8,192 samples.
export const samples = 8192;
export const batch = 16;
const warmSteps = 2000;

/** The case at the parameters that 2,000 steps of SGD lead to. */
export async function warmed(fresh: Case): Promise<Case> {
  await using runtime = nodeRuntime({ threads: 2 });
  const training = trainingOf(fresh);
  await using steps = trainer(runtime, training);
  let state = initialState(training);
  while (state.step < warmSteps) ({ state } = await steps.advance(state, 250));
  return { ...fresh, parameters: state.parameters as Float32Array };
}

export function trainingOf({ model, loss, inputs, labels, count }: Case): Training {
  const { inputShape } = model;
  return {
    model,
    loss: losses[loss],
    optimiser: { kind: "sgd" },
    samples: { name: "bench", count, inputs, inputShape, targets: labels, targetShape: [] },
    sampler: { kind: "epochs", last: "drop" },
    learningRate: constantly(0.05),
    batchSize: constantly(batch),
    precision: "float32",
    seed: "1",
  };
}
