// Where does SGD take the curvature? λmax and batch sharpness along training, both times η/2, so that
// 1 is the edge: λmax of the whole loss stays below it, batch sharpness climbs towards it.
import { learn, measure, run } from "thalweg";
import { fileDataSource, nodeRuntime } from "thalweg/node";

const learningRate = 0.1;
const config = run.parseTraining({
  model: { kind: "mlp", hidden: [64, 64], init: { kind: "kaiming-normal", scale: 0.3 } },
  data: { name: "fashion-mnist", count: 1024 },
  loss: "squared-error",
  optimizer: { kind: "sgd", learningRate },
  batchSize: 16,
  sampler: { kind: "without-replacement" },
  steps: 2000,
});
const { training } = await run.prepare(config, fileDataSource);

await using runtime = nodeRuntime();
const watch = { due: learn.everySteps(500), seed: "1" };
await using probes = learn.probeSet(
  measure.fullLossProbe(watch),
  measure.lambdaMaxProbe(watch),
  measure.batchSharpnessProbe({ ...watch, relativeStderr: 0.05 }),
);
const start = learn.initialSnapshot(training);
console.log("step   loss     ηλmax/2  ηBS/2");
await learn.train(runtime, training, start, {
  until: config.steps,
  probes,
  onRows(rows) {
    const of = (name: string) => rows.find((row) => row.name === name);
    const [loss, sharp, batch] = ["full-loss", "lambda-max", "batch-sharpness"].map(of);
    if (!loss || !sharp || !batch) return;
    const edge = measure.sgdThreshold(learningRate);
    const relative = (batch.value / edge).toFixed(2);
    const error = ((batch.stderr ?? NaN) / edge).toFixed(2);
    console.log(
      `${String(loss.step).padEnd(6)} ${loss.value.toFixed(4)}   ${(sharp.value / edge).toFixed(3)}    ${relative} ± ${error}`,
    );
  },
});
