import { trainer, type Training, type TrainState } from "../../learn/index.ts";
import { fillNormal, stream, substream } from "../../random/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { percentile } from "../../statistics/index.ts";
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
  /** Milliseconds: of a step, what a measured one adds to it and to those after it, of one λmax. */
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
/** Tries to find a stride that keeps to its share. */
const tries = 4;

/**
 * Time some steps, measured steps and λmax, and derive the stride and the cadence that keep to the
 * budget. The stride is tried out, since a measured step also slows the ones after it (it takes their
 * place in the caches): it grows until steps at that stride, in turn with steps that measure nothing,
 * cost no more than their share, by the median of the rounds. λmax is timed from a start that knows
 * nothing, since the eigenvector that training's probe starts from is thousands of steps old. Timings
 * differ from machine to machine and run to run: put the plan, not the budget, on a run's record. Takes
 * a few seconds and some sixty products.
 */
export async function planTracking(
  runtime: Runtime,
  training: Training,
  state: TrainState,
  { budget = 0.15, lambdaMaxSamples = 1024 }: TrackingOptions = {},
): Promise<TrackingPlan> {
  if (!(budget > 0)) throw new RangeError(`the budget of tracking must be positive, got ${budget}`);
  const share = budget / 2;
  const { stride, step, measured } = await strideWithin(share, runtime, training, state);
  const samples = Math.min(lambdaMaxSamples, training.samples.count);
  const lambdaMax = await lambdaMaxCost(runtime, training, state, samples);
  return {
    stride,
    lambdaMaxEvery: Math.max(1, Math.ceil(lambdaMax / (share * step))),
    lambdaMaxSamples: samples,
    costs: { step, measured, lambdaMax },
  };
}

/** The least stride found whose steps cost at most `share` more than steps that measure nothing. */
async function strideWithin(
  share: number,
  runtime: Runtime,
  training: Training,
  state: TrainState,
): Promise<{ readonly stride: number; readonly step: number; readonly measured: number }> {
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
  let [stride, step, measured] = [1, rough, 0];
  for (let attempt = 0; attempt < tries; attempt++) {
    const alone: number[] = [];
    const added: number[] = [];
    for (let round = 0; round < rounds; round++) {
      alone.push(await perStep(count, 0));
      added.push((await perStep(count, stride)) - alone[round]);
    }
    step = median(alone);
    measured = Math.max(0, median(added) * stride);
    if (measured <= share * step * stride) break;
    stride = Math.ceil(measured / (share * step));
  }
  return { stride, step, measured };
}

function median(values: readonly number[]): number {
  return percentile(Float64Array.from(values).sort(), 0.5);
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
  const taken: number[] = [];
  for (let draw = 0; draw < 3; draw++) {
    fillNormal(substream(draws, 2 * draw), 0, start);
    const started = performance.now();
    await hessian.setPoint(state.parameters);
    await lanczos(hessian, substream(draws, 2 * draw + 1), { start, maxProducts: 300 });
    taken.push(performance.now() - started);
  }
  return median(taken);
}
