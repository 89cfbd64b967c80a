// The whole sharpness family on a problem so small that every batch can be looked at: no sampling
// error at all. Five names for five numbers, of which no two agree.
import { learn, measure, random } from "thalweg";
import { nodeRuntime } from "thalweg/node";

const [count, batchSize] = [12, 3];
const model = learn.mlp([2], 1, {
  hidden: [4],
  activation: "tanh",
  init: { kind: "lecun-normal" },
});

const draws = random.stream("7", "points");
const inputs = new Float64Array(2 * count);
random.fillNormal(draws, 0, inputs);
const targets = Float64Array.from({ length: count }, (_, i) => Math.sin(3 * inputs[2 * i]));
const problem = measure.networkProblem(
  {
    outputs: (parameters, x) => model.apply(parameters, x).outputs,
    loss: (outputs, y) => learn.losses["half-squared-error"].perSample(outputs, y),
  },
  {
    parameters: model.parameters,
    dtype: "float64",
    data: { name: "12 points", count, inputs, inputShape: [2], targets, targetShape: [1] },
  },
);
const parameters = learn.initialParameters(model, "float64", random.stream("7", "initial"));

await using runtime = nodeRuntime();
const exact = await measure.exhaustiveSharpness(
  runtime,
  problem,
  parameters,
  batchSize,
  random.stream("7", "lanczos"),
);
await using hessian = await measure.hessianOperator(runtime, problem, parameters);
const { pairs } = await measure.lanczos(hessian, random.stream("7", "start"), { tolerance: 1e-6 });

console.log(`${exact.batches} batches of ${batchSize} from ${count} samples`);
console.log(`lambda-max             ${pairs[0].value.toFixed(6)}`);
console.log(`batch-sharpness        ${exact.batchSharpness.toFixed(6)}`);
console.log(`batch-sharpness-ratio  ${exact.batchSharpnessRatio.toFixed(6)}`);
console.log(`mini-batch-sharpness   ${exact.miniBatchSharpness.toFixed(6)}`);
console.log(`gni                    ${exact.gni.toFixed(6)}`);

// The same number from a hundred random batches, with its error bar.
await using quadratics = await measure.batchQuadratics(runtime, problem, batchSize);
const sampled = await measure.batchSharpness(
  quadratics,
  parameters,
  measure.uniformBatches(random.stream("7", "batches"), count, batchSize),
  { relativeStderr: 0, maxSamples: 100 },
);
console.log(`sampled                ${sampled.value.toFixed(6)} ± ${sampled.stderr.toFixed(6)}`);
