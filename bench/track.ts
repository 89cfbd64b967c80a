// What tracking λmax and batch sharpness costs: against the EoSS authors' estimators on PyTorch at
// their cadence, and as a share of training time when it streams.
import {
  constantly,
  everySteps,
  initialState,
  losses,
  type Probe,
  train,
  trainer,
  type Training,
} from "../src/learn/index.ts";
import {
  batchQuadratics,
  batchSharpness,
  hessianOperator,
  lanczos,
  uniformBatches,
} from "../src/measure/index.ts";
import { lambdaMaxProbe } from "../src/measure/probes/index.ts";
import { nodeRuntime } from "../src/node/ort/node-runtime.ts";
import { stream } from "../src/random/index.ts";
import { options } from "./options.ts";
import { type Peer, peerContender, torchPeers } from "./peer.ts";
import { benchCase, type Case, handOver, problemOf } from "./problems.ts";
import { printComparison } from "./table.ts";
import { type Contender, interleave, median, quantile, timed } from "./timing.ts";

// As in the EoSS authors' runs: two hidden layers of 512, squared error, batches of 16 out of 8,192,
// λmax on 2,560 samples every 256 steps, batch sharpness every 128 to half a per cent.
const samples = 8192;
const subset = 2560;
const batch = 16;
const warmSteps = 2000;
const tolerance = 1e-2;
const cadence = { lambdaMax: 256, batchSharpness: 128 };

export async function run(): Promise<void> {
  const fresh = await benchCase("mlp", samples, {
    hidden: [512, 512],
    loss: "mean-squared-error",
  });
  const given = { ...fresh, parameters: await trained(fresh) };
  if (options.wanted("cadence")) await atCadence(given);
  if (options.wanted("streaming")) await streaming(given);
}

const measures = ["lambda max", "batch sharpness"] as const;
type Measure = (typeof measures)[number];

async function atCadence(given: Case): Promise<void> {
  const peers = options.peer ? await torchPeers() : [];
  const startOf = stream("5", "bench");
  const sets: Record<Measure, Contender[]> = { "lambda max": [], "batch sharpness": [] };
  const make = async (peer: Peer, batches: number) => {
    const request = { ...(await handOver(peer, given)), subset, batch, tolerance, count: batches };
    await peer.ask({ command: "make", task: "track", id: "track", ...request });
  };
  const foundBy = async (peer: Peer, what: string) => {
    const { found } = await peer.ask({ command: "found", id: "track" });
    return (found as Record<string, number[]>)[what];
  };
  // The count of batches is what the authors' own rule asks for here; both sides then draw as many,
  // so that their standard errors are equal.
  let count = 200;
  const judge = peers.find(({ threads }) => threads === 1);
  if (judge) {
    await make(judge, count);
    await judge.ask({ command: "run", id: "track", variant: "by rule", repeats: 1 });
    const [value, stderr, n] = await foundBy(judge, "by rule");
    count = n;
    console.log(
      `\nthe authors' rule takes ${n} batches: batch sharpness ${value.toPrecision(4)} ± ${stderr.toPrecision(2)}`,
    );
  }
  for (const peer of peers) {
    await make(peer, count);
    for (const what of measures) sets[what].push(peerContender(peer, "track", what));
  }
  const runtimes = [1, 2].map((threads) => nodeRuntime({ threads }));
  const ours: Record<string, string> = {};
  for (const runtime of runtimes) {
    const { threads } = runtime;
    const problem = problemOf(given);
    const part = problemOf({
      ...given,
      count: subset,
      inputs: given.inputs.subarray(0, subset * 784),
      labels: given.labels.subarray(0, subset),
    });
    const operator = await hessianOperator(runtime, part, given.parameters);
    const quadratics = await batchQuadratics(runtime, problem, batch);
    let draws = 0;
    const add = (what: Measure, name: string, work: () => Promise<string>) =>
      sets[what].push({
        name: `Thalweg, ${name}`,
        side: "ours",
        threads,
        run: (repeats) => timed(repeats, async () => void (ours[what] = await work())),
      });
    add("lambda max", "Lanczos", async () => {
      await operator.setPoint(given.parameters);
      const how = { tolerance, start: given.vector, verify: false };
      const { pairs, products } = await lanczos(operator, startOf, how);
      return `${pairs[0].value.toPrecision(5)} in ${products} products`;
    });
    add("batch sharpness", "batch sharpness", async () => {
      const sampler = uniformBatches(stream(String(draws++), "bench"), samples, batch);
      const rule = { relativeStderr: 0, minSamples: count, maxSamples: count };
      const found = await batchSharpness(quadratics, given.parameters, sampler, rule);
      const { value, stderr, samples: n } = found;
      return `${value.toPrecision(4)} ± ${stderr.toPrecision(2)} from ${n} batches`;
    });
  }
  const best: Record<string, { ours: number; peer: number }> = {};
  for (const what of measures) {
    const timings = await interleave(sets[what]);
    printComparison(`${what}, ${given.model.name}, ${given.loss}`, timings);
    console.log(`  ours finds ${ours[what]}`);
    const least = (side: string) =>
      Math.min(...timings.filter((t) => t.side === side).map(({ seconds }) => median(seconds)));
    best[what] = { ours: least("ours"), peer: least("peer") };
    for (const peer of peers.slice(0, 1)) {
      const found = await foundBy(peer, what);
      console.log(`  PyTorch finds ${found.map((x) => x.toPrecision(5)).join(", ")}`);
    }
  }
  const perCycle = (side: "ours" | "peer") =>
    best["lambda max"][side] +
    (cadence.lambdaMax / cadence.batchSharpness) * best["batch sharpness"][side];
  console.log(
    `\n  tracking, per ${cadence.lambdaMax} steps: ours ${(1000 * perCycle("ours")).toFixed(0)} ms, ` +
      `PyTorch ${(1000 * perCycle("peer")).toFixed(0)} ms, ${(perCycle("peer") / perCycle("ours")).toFixed(2)}×, target 5×`,
  );
  for (const peer of peers) await peer[Symbol.asyncDispose]();
  for (const runtime of runtimes) await runtime.dispose();
}

/** Training with and without measurements of its own batches at a stride, and λmax at a cadence. */
async function streaming(given: Case): Promise<void> {
  const runtime = nodeRuntime({ threads: 2 });
  const training = trainingOf(given);
  const start = { ...initialState(training), parameters: given.parameters };
  const steps = 1024;
  const lambda = (every: number): Probe =>
    lambdaMaxProbe({ due: everySteps(every), seed: "7", tolerance });
  const ways: readonly (readonly [string, number, number])[] = [
    ["training alone", 0, 0],
    ["batch sharpness, stride 4", 4, 0],
    ["batch sharpness, stride 16", 16, 0],
    ["batch sharpness, stride 32", 32, 0],
    ["λmax of 8,192 samples each 1,024 steps", 0, 1024],
  ];
  const contenders = ways.map(([name, stride, every]): Contender => {
    const probes = every > 0 ? [lambda(every)] : [];
    return {
      name,
      side: "ours",
      threads: 2,
      run: (repeats) =>
        timed(repeats, async () => {
          await train(
            runtime,
            training,
            { state: start, probes: {} },
            { until: steps, stride, probes },
          );
        }),
    };
  });
  const results = await interleave(contenders, Math.min(options.runs, 20));
  console.log(`\nStreaming, ${given.model.name}, batch ${batch}, ${steps} steps a run`);
  const alone = results[0].seconds;
  const width = Math.max(...results.map(({ name }) => name.length));
  for (const { name, seconds } of results) {
    const added = seconds.map((s, i) => 100 * (s / alone[i] - 1));
    const spread = `${quantile(added, 0.25).toFixed(0)}–${quantile(added, 0.75).toFixed(0)}`;
    console.log(
      `  ${name.padEnd(width)}  median ${((1000 * median(seconds)) / steps).toFixed(3)} ms a step, ` +
        `${median(added).toFixed(1)} % added (rounds' quartiles ${spread}), n ${seconds.length}, target 15 %`,
    );
  }
  await runtime.dispose();
}

async function trained(given: Case): Promise<Float32Array> {
  const runtime = nodeRuntime({ threads: 2 });
  const training = trainingOf(given);
  const steps = trainer(runtime, training);
  let state = initialState(training);
  while (state.step < warmSteps) ({ state } = await steps.advance(state, 250));
  await runtime.dispose();
  return state.parameters as Float32Array;
}

function trainingOf({ model, loss, inputs, labels, count }: Case): Training {
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
