// An intervention: one checkpoint, gone on from with the same learning rate and with larger ones.
// Too large a rate catapults: the loss jumps, then training settles where the curvature is lower.
import { learn, measure, run } from "thalweg";
import { fileDataSource, nodeRuntime } from "thalweg/node";

const config = run.parseTraining({
  model: { kind: "mlp", hidden: [64, 64], init: { kind: "kaiming-normal", scale: 0.3 } },
  data: { name: "fashion-mnist", count: 512 },
  loss: "squared-error",
  optimizer: { kind: "sgd", learningRate: 0.05 },
  batchSize: 16,
  steps: 2000,
});
const { training } = await run.prepare(config, fileDataSource);

await using runtime = nodeRuntime();
const start = learn.initialSnapshot(training);
const { snapshot } = await learn.train(runtime, training, start, { until: config.steps });

for (const factor of [1, 2]) {
  const forked = { ...training, learningRate: learn.constantly(0.05 * factor) };
  await using probes = learn.probeSet(
    measure.fullLossProbe({ due: learn.everySteps(20) }),
    measure.lambdaMaxProbe({ due: learn.everySteps(400), seed: "1" }), // before and after
  );
  const series: Record<string, number[]> = { "full-loss": [], "lambda-max": [] };
  const { status } = await learn.train(runtime, forked, snapshot, {
    until: config.steps + 400,
    probes,
    onRows(rows) {
      for (const { name, value } of rows) series[name]?.push(value);
    },
  });
  const [losses, sharpness] = [series["full-loss"], series["lambda-max"]];
  const peak = Math.max(...losses) / losses[0];
  console.log(
    `η × ${factor}: ${status}, loss at most ${peak.toFixed(1)} times that of the checkpoint`,
  );
  console.log(`  λmax ${sharpness[0].toFixed(1)} → ${sharpness.at(-1)!.toFixed(1)}`);
}
