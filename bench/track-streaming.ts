import { initialState, type Probe, train } from "../src/learn/index.ts";
import { lambdaMaxProbe } from "../src/measure/probes/index.ts";
import { nodeRuntime } from "../src/node/ort/node-runtime.ts";
import { options } from "./options.ts";
import type { Case } from "./problems.ts";
import { batch, trainingOf } from "./track-case.ts";
import { type Contender, interleave, median, quantile, timed } from "./timing.ts";

/** A round takes ten seconds and more: so many end within five minutes. */
const mostRounds = 9;

/** Training with and without measurements of its own batches at a stride, and λmax at a cadence. */
export async function streaming(given: Case): Promise<void> {
  const runtime = nodeRuntime({ threads: 2 });
  const training = trainingOf(given);
  const start = { ...initialState(training), parameters: given.parameters };
  const steps = 1024;
  const lambda = (every: number): Probe =>
    lambdaMaxProbe({ due: (step) => step % every === every / 2, seed: "7", tolerance: 1e-2 });
  const ways: readonly (readonly [string, number, number])[] = [
    ["training alone", 0, 0],
    ["batch sharpness, stride 4", 4, 0],
    ["batch sharpness, stride 16", 16, 0],
    ["batch sharpness, stride 32", 32, 0],
    ["one λmax of 8,192 samples, compiled for it", 0, steps],
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
  const results = await interleave(contenders, Math.min(options.runs, mostRounds));
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
