// SGD steps in the loop, sampling included, against PyTorch.
import { constantly, initialState, losses, trainer, type Training } from "../src/learn/index.ts";
import { nodeRuntime } from "../src/node/ort/node-runtime.ts";
import { options } from "./options.ts";
import { type Peer, peerContender, torchPeers } from "./peer.ts";
import { benchCase, type Case, handOver } from "./problems.ts";
import { printComparison } from "./table.ts";
import { type Contender, interleave, timed } from "./timing.ts";

const samples = 8192;
const rate = 0.01;
/** Steps of one call, so that it takes about 100 ms, as `train` chooses them. */
const stepsOfCall = (batch: number) => Math.max(8, Math.round(800 / Math.sqrt(batch)));

export async function run(): Promise<void> {
  const peers = options.peer ? await torchPeers() : [];
  const given = await benchCase("mlp", samples);
  for (const batch of [1, 8, 16, 64, 512]) {
    const label = `mlp-${batch}`;
    if (options.wanted(label)) await compare(given, batch, label, peers);
  }
  for (const peer of peers) await peer[Symbol.asyncDispose]();
}

async function compare(
  given: Case,
  batch: number,
  label: string,
  peers: readonly Peer[],
): Promise<void> {
  const runtimes = options.threads.map((threads) => nodeRuntime({ threads }));
  const contenders: Contender[] = runtimes.map((runtime) => {
    const training = trainingOf(given, batch);
    const steps = trainer(runtime, training);
    let state = initialState(training);
    return {
      name: "Thalweg, loop",
      side: "ours",
      threads: runtime.threads,
      async run(repeats) {
        return timed(1, async () => {
          for (let left = repeats; left > 0;) {
            const before = state.step;
            ({ state } = await steps.advance(state, Math.min(left, stepsOfCall(batch))));
            left -= state.step - before;
          }
        });
      },
    };
  });
  for (const peer of peers) {
    const request = await handOver(peer, given);
    const { variants } = await peer.ask({
      command: "make",
      task: "step",
      id: label,
      ...request,
      batch,
      rate,
    });
    for (const variant of variants as string[])
      contenders.push(peerContender(peer, label, variant));
  }
  const timings = await interleave(contenders);
  printComparison(
    `SGD step, ${given.model.name}, batch ${batch}`,
    timings,
    batch <= 16 ? 4 : undefined,
  );
  for (const peer of peers) await peer.ask({ command: "drop", id: label });
  for (const runtime of runtimes) await runtime.dispose();
}

function trainingOf({ model, loss, inputs, labels, count }: Case, batch: number): Training {
  return {
    model,
    loss: losses[loss],
    optimiser: { kind: "sgd" },
    samples: {
      name: "bench",
      count,
      inputs,
      inputShape: model.inputShape,
      targets: labels,
      targetShape: [],
    },
    sampler: { kind: "epochs", last: "drop" },
    learningRate: constantly(rate),
    batchSize: constantly(batch),
    precision: "float32",
    seed: "1",
  };
}
