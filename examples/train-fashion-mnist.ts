// A config, its data and model, and training: the 1,024 first images of Fashion-MNIST, in an MLP.
import { graph, learn, measure, run } from "thalweg";
import { fileDataSource, nodeRuntime } from "thalweg/node";

const config = run.parseTraining({
  model: { kind: "mlp", hidden: [64, 64], init: { kind: "kaiming-normal" } },
  data: { name: "fashion-mnist", count: 1024 },
  optimizer: { kind: "momentum", learningRate: 0.02, momentum: 0.9 },
  batchSize: 32,
  steps: 400,
});
const { training, dataset } = await run.prepare(config, fileDataSource);
console.log(dataset.source);
console.log(`${training.model.name}, ${training.model.parameterCount} parameters`);

await using runtime = nodeRuntime();
const start = learn.initialSnapshot(training);
await using probes = learn.probeSet(measure.fullLossProbe({ due: learn.everySteps(100) }));
const { status, snapshot } = await learn.train(runtime, training, start, {
  until: config.steps,
  probes,
  onRows(rows) {
    for (const { name, step, value } of rows)
      if (name === "full-loss")
        console.log(`step ${step}: ${training.loss.name} ${value.toFixed(4)}`);
  },
});
console.log(`${status} at step ${snapshot.state.step}`);

// The trained network as a function of images: how many of the training set it gets right.
const { model, samples } = training;
const weights = model.parameters.map(({ name, shape }) => graph.input(shape, "float32", name));
const { x } = learn.sampleInputs(samples);
const { outputs } = model.apply(weights, x);
await using classify = await runtime.compile({
  inputs: [...weights, x],
  outputs: [graph.argMax(outputs, -1)],
});
const [classes] = await classify.run([
  ...learn.views(model.parameters, snapshot.state.parameters),
  samples.inputs,
]);
const right = samples.targets.filter((label, i) => label === Number(classes[i])).length;
console.log(`${right} of ${samples.count} images right`);
