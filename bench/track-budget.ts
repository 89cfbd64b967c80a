import {
  everySteps,
  initialParameters,
  initialState,
  mlp,
  type Probe,
  train,
} from "../src/learn/index.ts";
import { planTracking, type TrackingPlan } from "../src/measure/index.ts";
import { lambdaMaxProbe, streamingBatchSharpnessProbe } from "../src/measure/probes/index.ts";
import { nodeRuntime } from "../src/node/ort/node-runtime.ts";
import { fillNormal, stream } from "../src/random/index.ts";
import type { Runtime } from "../src/runtime/index.ts";
import { options } from "./options.ts";
import { benchCase, type Case } from "./problems.ts";
import { batch, samples, trainingOf, warmed } from "./track-case.ts";
import { median, quantile } from "./timing.ts";

const budget = 0.15;
/** A run's counted part takes about this long alone, so that all ends within five minutes. */
const windowSeconds = 3;
const mostRounds = 5;
/** Steps before the clock runs: the loop is compiled and its calls have their length. */
const settled = 256;

/** What `thalweg train --track` adds to training, both quantities together, on two networks. */
export async function withinBudget(): Promise<void> {
  await using runtime = nodeRuntime({ threads: 2 });
  if (options.wanted("budget-784")) await compare(runtime, await benchCase("mlp", samples));
  if (options.wanted("budget-3072")) await compare(runtime, await wide());
}

interface Clocks {
  readonly wall: number;
  readonly cpu: number;
}

/** Seconds until the first λmax is there, and of the steps that count. */
interface Run extends Clocks {
  readonly once: number;
}

async function compare(runtime: Runtime, fresh: Case): Promise<void> {
  const given = await warmed(fresh);
  const training = trainingOf(given);
  const start = { ...initialState(training), parameters: given.parameters };
  const plan = await planTracking(runtime, training, start, { budget });
  const { step, measured, lambdaMax } = plan.costs;
  const widths = given.model.parameters.flatMap(({ shape }) => (shape.length === 1 ? shape : []));
  const name = [given.model.inputShape[0], ...widths].join("-");
  console.log(
    `\nTracking within ${100 * budget} %, MLP ${name}, batch ${batch}: batch sharpness every ${plan.stride}, ` +
      `λmax of ${plan.lambdaMaxSamples} every ${plan.lambdaMaxEvery} steps\n` +
      `  timed for the plan: step ${step.toFixed(3)} ms, a measured one +${measured.toFixed(3)}, λmax ${lambdaMax.toFixed(0)}`,
  );
  const cycles = Math.max(1, Math.round((1000 * windowSeconds) / (step * plan.lambdaMaxEvery)));
  const until = settled + cycles * plan.lambdaMaxEvery;
  const run = async (probes: readonly Probe[], stride: number): Promise<Run> => {
    const marks: Clocks[] = [clocks()];
    const clock: Probe = {
      name: "clock",
      due: (at) => at === 0 || at === settled || at === until,
      measure: () => Promise.resolve((marks.push(clocks()), [])),
    };
    const how = { until, stride, probes: [...probes, clock] };
    const { status } = await train(runtime, training, { state: start, probes: {} }, how);
    if (status !== "finished") throw new Error(`training ended as ${status}`);
    const [begun, first, from, to] = marks;
    return { once: first.wall - begun.wall, wall: to.wall - from.wall, cpu: to.cpu - from.cpu };
  };
  const ways = [() => run([], 0), () => run(probesOf(plan), plan.stride)];
  const runs: [Run[], Run[]] = [[], []];
  const rounds = Math.min(options.runs, mostRounds);
  for (let round = 0; round < rounds; round++)
    for (const k of round % 2 === 0 ? [0, 1] : [1, 0]) runs[k].push(await ways[k]());
  for (const clock of ["wall", "cpu"] as const) {
    const [alone, both] = runs.map((list) => list.map((one) => one[clock]));
    const added = both.map((seconds, i) => 100 * (seconds / alone[i] - 1));
    const least = 100 * (Math.min(...both) / Math.min(...alone) - 1);
    const perStep = (1000 * median(alone)) / (cycles * plan.lambdaMaxEvery);
    console.log(
      `  ${clock.padEnd(4)}  alone ${perStep.toFixed(3)} ms a step; added: median ${median(added).toFixed(1)} % ` +
        `(rounds' quartiles ${quantile(added, 0.25).toFixed(1)}–${quantile(added, 0.75).toFixed(1)}), ` +
        `least of each ${least.toFixed(1)} %, n ${rounds}, ${cycles} λmax a run, target ≤ ${100 * budget} %`,
    );
  }
  const once = median(runs[1].map((one) => one.once));
  console.log(`  once a run: ${(1000 * once).toFixed(0)} ms to compile and find the first λmax`);
}

/** As `thalweg train --track` writes them into the config. */
function probesOf({ stride, lambdaMaxEvery, lambdaMaxSamples }: TrackingPlan): Probe[] {
  const streamed = everySteps(Math.max(stride, lambdaMaxEvery));
  return [
    streamingBatchSharpnessProbe({ due: streamed, seed: "8", window: 64 }),
    lambdaMaxProbe({
      due: everySteps(lambdaMaxEvery),
      seed: "8",
      tolerance: 1e-3,
      samples: lambdaMaxSamples,
    }),
  ];
}

/** 3,072 inputs as CIFAR-10 has: Fashion-MNIST in a corner of each of three channels, with some noise. */
async function wide(): Promise<Case> {
  const narrow = await benchCase("mlp", samples, { hidden: [512, 512] });
  const model = mlp([3072], 10, { hidden: [512, 512], init: { kind: "pytorch" } });
  const inputs = new Float32Array(samples * 3072);
  fillNormal(stream("6", "bench"), 0, inputs);
  for (let n = 0; n < samples; n++)
    for (let c = 0; c < 3; c++)
      for (let r = 0; r < 32; r++)
        for (let q = 0; q < 32; q++) {
          const to = n * 3072 + c * 1024 + r * 32 + q;
          const seen = r < 28 && q < 28 ? narrow.inputs[n * 784 + r * 28 + q] : 0;
          inputs[to] = seen + 0.1 * inputs[to];
        }
  const parameters = initialParameters(model, "float32", stream("1", "bench")) as Float32Array;
  const vector = new Float32Array(model.parameterCount);
  fillNormal(stream("2", "bench"), 0, vector);
  return { ...narrow, model, parameters, inputs, vector };
}

function clocks(): Clocks {
  const { user, system } = process.cpuUsage();
  return { wall: performance.now() / 1000, cpu: (user + system) / 1e6 };
}
