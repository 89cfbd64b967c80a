import { trainer, type Training, type TrainState } from "../../learn/index.ts";
import { substream, stream } from "../../random/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { hessianOperator } from "../operators/hessian.ts";
import { lanczos } from "../spectra/lanczos.ts";
import { subsetProblem } from "../problem/problem-subset.ts";
import { trainingProblem } from "../problem/training-problem.ts";

/** How to track batch sharpness and λmax within a share of the time that training takes. */
export interface TrackingPlan {
  /** Training measures its own batch every so many steps. */
  readonly stride: number;
  /** Steps from one λmax to the next. */
  readonly lambdaMaxEvery: number;
  /** First samples that λmax is of. */
  readonly lambdaMaxSamples: number;
  /** Milliseconds: of a step, what a measured one adds, of one λmax by warm start. */
  readonly costs: { readonly step: number; readonly measured: number; readonly lambdaMax: number };
}

export interface TrackingOptions {
  /** Share of the training time that tracking may add; default 0.15. Half goes to each quantity. */
  readonly budget?: number;
  /** Samples that λmax is measured on; default 1,024, or all where there are fewer. */
  readonly lambdaMaxSamples?: number;
}

/**
 * Time a few steps, measured steps and warm-started λmax, and derive the stride and the cadence that
 * keep to the budget. Timings differ from machine to machine and run to run: put the plan, not the
 * budget, on a run's record.
 */
export async function planTracking(
  runtime: Runtime,
  training: Training,
  state: TrainState,
  { budget = 0.15, lambdaMaxSamples = 1024 }: TrackingOptions = {},
): Promise<TrackingPlan> {
  if (!(budget > 0)) throw new RangeError(`the budget of tracking must be positive, got ${budget}`);
  await using steps = trainer(runtime, training);
  const step = await perStep((count) => steps.advance(state, count), 32);
  const both = await perStep((count) => steps.advance(state, count, 1), 32);
  const measured = Math.max(0, both - step);
  const samples = Math.min(lambdaMaxSamples, training.samples.count);
  const lambdaMax = await lambdaMaxCost(runtime, training, state, samples);
  const share = budget / 2;
  return {
    stride: Math.max(1, Math.ceil(measured / (share * step))),
    lambdaMaxEvery: Math.max(1, Math.ceil(lambdaMax / (share * step))),
    lambdaMaxSamples: samples,
    costs: { step, measured, lambdaMax },
  };
}

async function lambdaMaxCost(
  runtime: Runtime,
  training: Training,
  state: TrainState,
  samples: number,
): Promise<number> {
  const problem = subsetProblem(trainingProblem(training, state.buffers), samples);
  const draws = stream(training.seed, "tracking-plan");
  await using hessian = await hessianOperator(runtime, problem, state.parameters);
  const cold = await lanczos(hessian, substream(draws, 0), { maxProducts: 200 });
  const start = cold.pairs[0]?.vector;
  let draw = 1;
  return await perCall(async () => {
    await hessian.setPoint(state.parameters);
    await lanczos(hessian, substream(draws, draw++), { start, maxProducts: 200 });
  });
}

/** Milliseconds a step, the median of three calls of `count` steps; the first, which compiles, does not count. */
async function perStep(run: (count: number) => Promise<unknown>, count: number): Promise<number> {
  return (await perCall(() => run(count))) / count;
}

async function perCall(run: () => Promise<unknown>): Promise<number> {
  await run();
  const times: number[] = [];
  for (let i = 0; i < 3; i++) {
    const started = performance.now();
    await run();
    times.push(performance.now() - started);
  }
  return times.sort((a, b) => a - b)[1];
}
