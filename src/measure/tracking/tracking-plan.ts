import { trainer, type Training, type TrainState } from "../../learn/index.ts";
import { fillNormal, stream, substream } from "../../random/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { hessianOperator } from "../operators/hessian.ts";
import { vectorOf } from "../spectra/apply-all.ts";
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
  /** Milliseconds: of a step, what a measured one adds, of one λmax at most. */
  readonly costs: { readonly step: number; readonly measured: number; readonly lambdaMax: number };
}

export interface TrackingOptions {
  /** Share of the training time that tracking may add; default 0.15. Half goes to each quantity. */
  readonly budget?: number;
  /** Samples that λmax is measured on; default 1,024, or all where there are fewer. */
  readonly lambdaMaxSamples?: number;
}

/** A call of the loop in milliseconds, as `train` aims at: shorter ones pay more a step for their ends. */
const callMilliseconds = 100;
const mostSteps = 512;
const rounds = 5;

/**
 * Time some steps, measured steps and λmax, and derive the stride and the cadence that keep to the
 * budget. Each cost is the least of several, in turn, which other work on the machine disturbs least.
 * λmax is timed from a start that knows nothing, since the eigenvector that training's probe starts
 * from is thousands of steps old: an upper bound. Timings differ from machine to machine and run to
 * run: put the plan, not the budget, on a run's record. Takes about a second and some sixty products.
 */
export async function planTracking(
  runtime: Runtime,
  training: Training,
  state: TrainState,
  { budget = 0.15, lambdaMaxSamples = 1024 }: TrackingOptions = {},
): Promise<TrackingPlan> {
  if (!(budget > 0)) throw new RangeError(`the budget of tracking must be positive, got ${budget}`);
  const { step, measured } = await stepCosts(runtime, training, state);
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

async function stepCosts(
  runtime: Runtime,
  training: Training,
  state: TrainState,
): Promise<{ readonly step: number; readonly measured: number }> {
  await using steps = trainer(runtime, training);
  const perStep = async (count: number, stride: number) => {
    const started = performance.now();
    const advance = await steps.advance(state, count, stride);
    return (performance.now() - started) / (advance.state.step - state.step);
  };
  // The first calls compile.
  await perStep(8, 0);
  await perStep(8, 1);
  const rough = await perStep(32, 0);
  const count = Math.max(32, Math.min(mostSteps, Math.round(callMilliseconds / rough)));
  let [step, both] = [Infinity, Infinity];
  for (let round = 0; round < rounds; round++) {
    step = Math.min(step, await perStep(count, 0));
    both = Math.min(both, await perStep(count, 1));
  }
  return { step, measured: Math.max(0, both - step) };
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
  const start = vectorOf(hessian);
  let least = Infinity;
  for (let draw = 0; draw < 3; draw++) {
    fillNormal(substream(draws, 2 * draw), 0, start);
    const started = performance.now();
    await hessian.setPoint(state.parameters);
    await lanczos(hessian, substream(draws, 2 * draw + 1), { start, maxProducts: 300 });
    least = Math.min(least, performance.now() - started);
  }
  return least;
}
