// What the measurements of one inspection share: the operators, made when first asked for and kept,
// the eigenpairs, the moments of the noise, and the draws, which are named and never depend on which
// other measurements run.
import type { OptimiserSpec } from "../../learn/index.ts";
import type { FloatArray } from "../../numeric/index.ts";
import { stream, type Stream } from "../../random/index.ts";
import { metered, type Runtime } from "../../runtime/index.ts";
import {
  type CurvatureMoments,
  curvatureMoments,
  type GradientMoments,
  gradientMoments,
} from "../noise/moments.ts";
import { mixedChances } from "../noise/spread.ts";
import { gradientCovarianceOperator } from "../operators/gradient-covariance.ts";
import { gaussNewtonOperator } from "../operators/gauss-newton.ts";
import { gradientMeter, type LossAndGradient } from "../operators/gradient.ts";
import { hessianOperator } from "../operators/hessian.ts";
import type { ParameterOperator } from "../operators/parameter-operator.ts";
import { dimension, type Problem } from "../problem/problem.ts";
import type { BatchSampler } from "../problem/batches.ts";
import { uniformBatches } from "../problem/batches.ts";
import type { StopRule } from "../sharpness/sequential.ts";
import { everyBatch } from "../sharpness/exhaustive.ts";
import { eigenpairs, type EigenpairsResult } from "../spectra/eigenpairs.ts";
import { type ExactSums, exactSums } from "../traces/exact-sums.ts";
import type { OptimizerState } from "./optimizer-state.ts";
import type { Observed } from "./paired.ts";
import type { Plan } from "./plan.ts";

export interface InspectSettings {
  /** Samples of a mini-batch. */
  readonly batch: number;
  readonly replacement: boolean;
  readonly exact: boolean;
  readonly seed: string;
  readonly optimizer: OptimiserSpec;
  readonly learningRate?: number;
  /** Bytes that products may keep between calls; default 256 MB. */
  readonly byteBudget?: number;
  /** Samples in one call, where the model's batch is fixed. */
  readonly chunk?: number;
  readonly rule: StopRule;
  /** Keep what single batches, samples and probes gave, for differences between two models. */
  readonly observe?: boolean;
  /** Relative residual of eigenpairs; default 10⁻³. */
  readonly tolerance?: number;
  /** Row of the data file of each sample, and its label's name, where they are known. */
  readonly rows?: ArrayLike<number>;
  readonly label?: (sample: number) => string | undefined;
}

/** Most parameters for which every unit vector is multiplied. */
export const mostExactParameters = 5_000;
/** Batches drawn at most, and samples and probes for the noise, where no error was asked for. */
export const usualSamples = { batches: 256, noise: 96 };
/** Most batches that are enumerated. */
export const mostBatches = 100_000;

export interface Context extends AsyncDisposable {
  readonly runtime: Runtime;
  readonly problem: Problem;
  /** Where everything is measured; moved by `setPoint`. */
  readonly point: FloatArray;
  /** State of the optimiser at this point, where it is known. */
  readonly state: OptimizerState | undefined;
  readonly settings: InspectSettings;
  readonly plan: Plan;
  readonly dimension: number;
  readonly options: { readonly byteBudget: number; readonly chunk?: number };
  /** Whether the settings' rule was asked for, and no default. */
  readonly asked: boolean;
  /** The stream of a purpose, of the inspection's seed. */
  draws(purpose: string): Stream;
  hessian(): Promise<ParameterOperator>;
  covariance(): Promise<ParameterOperator>;
  gaussNewton(): Promise<ParameterOperator>;
  gradient(): Promise<LossAndGradient>;
  /** The Hessian's eigenpairs, as many as the plan wants of them. */
  hessianPairs(): Promise<EigenpairsResult>;
  /** Of the Hessian and of Σ, from P products each. */
  exactSums(of: "hessian" | "covariance" | "gaussNewton"): Promise<ExactSums>;
  moments(): Promise<GradientMoments>;
  curvature(): Promise<CurvatureMoments>;
  /** Samples for Tr(HΣ) are drawn for the noise of this model and another's alike, so that both draw the same. */
  shareDraws(other: GradientMoments): void;
  /** With `observe`: single observations, by the name of their quantity. */
  readonly observations: Map<string, Observed>;
  /** A value of this parameter point, made once. */
  once<T>(key: string, make: () => Promise<T>): Promise<T>;
  /** Random batches, or with `exact` all of them where they are few enough. */
  batches(): BatchSampler & { readonly count?: number };
  /** Move to other parameters; the operators stay compiled, the eigenpairs start from the last. */
  setPoint(point: FloatArray, state?: OptimizerState): Promise<void>;
  /** Products with a data-wide matrix so far. */
  readonly products: number;
  /** Floating-point operations so far, roughly: see `metered`. */
  readonly work: number;
}

/** Whether samples are kept one by one: a weighted mean is no mean of observations that count alike. */
export function observesSamples({ settings, problem }: Context): boolean {
  return settings.observe === true && !problem.data.weights && !problem.mixesSamples;
}

/** Whether exact sums over all unit vectors are affordable. */
export function isSmall({ dimension }: Pick<Context, "dimension">): boolean {
  return dimension <= mostExactParameters;
}

export function inspectContext(
  machine: Runtime,
  problem: Problem,
  start: FloatArray,
  plan: Plan,
  asked: InspectSettings,
): Context {
  const runtime = metered(machine);
  const ruled = Object.keys(asked.rule).length > 0;
  const settings: InspectSettings = ruled
    ? asked
    : { ...asked, rule: { maxSamples: usualSamples.batches } };
  const { byteBudget = 2 ** 28, tolerance = settings.exact ? 1e-6 : 1e-3 } = settings;
  const { chunk } = settings;
  const options = { byteBudget, ...(chunk !== undefined && { chunk }) };
  const dim = dimension(problem);
  let point = start;
  let state: OptimizerState | undefined;
  const made: ParameterOperator[] = [];
  let ofPoint = new Map<string, Promise<unknown>>();
  const forPoint = <T>(key: string, make: () => Promise<T>): Promise<T> => {
    if (!ofPoint.has(key)) ofPoint.set(key, make());
    return ofPoint.get(key) as Promise<T>;
  };
  const operators = new Map<string, Promise<ParameterOperator>>();
  const operator = (name: string, make: typeof hessianOperator) => {
    if (!operators.has(name))
      operators.set(
        name,
        make(runtime, problem, point, options).then((own) => {
          made.push(own);
          return own;
        }),
      );
    return operators.get(name)!;
  };
  const draws = (purpose: string) => stream(settings.seed, `inspect/${purpose}`);
  const observations = new Map<string, Observed>();
  let starts: readonly FloatArray[] = [];
  let partner: GradientMoments | undefined;
  const self = {
    hessian: () => operator("hessian", hessianOperator),
    covariance: () => operator("covariance", gradientCovarianceOperator),
    gaussNewton: () => operator("gauss-newton", gaussNewtonOperator),
  };
  return {
    runtime,
    problem,
    get point() {
      return point;
    },
    get state() {
      return state;
    },
    settings,
    plan,
    dimension: dim,
    options,
    asked: ruled,
    draws,
    ...self,
    gradient: () =>
      forPoint("gradient", async () => {
        await using meter = await gradientMeter(runtime, problem, options);
        return await meter.measure(point);
      }),
    hessianPairs: () =>
      forPoint("pairs", async () => {
        const { top, bottom } = plan.hessianPairs;
        const found = await eigenpairs(await self.hessian(), draws("hessian"), {
          top: Math.min(top, dim),
          bottom: Math.min(bottom, Math.max(0, dim - top)),
          tolerance,
          maxProducts: 2000,
          ...(starts.length > 0 && { starts }),
        });
        starts = found.top.slice(0, 4).map(({ vector }) => vector);
        return found;
      }),
    exactSums: (of) => forPoint(`sums ${of}`, async () => exactSums(await self[of]())),
    moments: () => forPoint("moments", () => gradientMoments(runtime, problem, point, options)),
    curvature: () =>
      forPoint("curvature", async () => {
        const moments = await forPoint("moments", () =>
          gradientMoments(runtime, problem, point, options),
        );
        return curvatureMoments(runtime, problem, point, moments, draws("curvature"), {
          ...options,
          samples: settings.exact ? "all" : usualSamples.noise,
          ...(partner && { chances: mixedChances(moments, partner) }),
        });
      }),
    shareDraws(other) {
      partner = other;
    },
    once: forPoint,
    observations,
    batches() {
      const { count } = problem.data;
      const { batch, replacement } = settings;
      if (settings.exact && !replacement) {
        const sampler = enumerable(count, batch);
        if (sampler) return sampler;
      }
      return uniformBatches(draws("batches"), count, batch, { replacement });
    },
    async setPoint(next, nextState) {
      point = next;
      state = nextState;
      ofPoint = new Map();
      observations.clear();
      for (const own of made) await own.setPoint(next);
    },
    get products() {
      return made.reduce((sum, own) => sum + own.products, 0);
    },
    get work() {
      return runtime.work;
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(operators.values());
      for (const own of made) await own.dispose();
    },
  };
}

/** All batches, where they are few enough. */
function enumerable(count: number, batch: number) {
  try {
    return everyBatch(count, batch, mostBatches);
  } catch {
    return undefined;
  }
}
