import { constantly, initialState, trainer, type Training } from "../../learn/index.ts";
import { lossMeter, trainingProblem } from "../../measure/index.ts";
import { axpy, dot, type FloatArray, symmetricEigen } from "../../numeric/index.ts";
import { stream, substream } from "../../random/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import type { Json, TaskFunction } from "../../run/index.ts";
import { accumulate, emptyMoments, variance } from "../../statistics/index.ts";
import { type Covariance, curvatureTraces, drawnNoise, fillNoise, scaled, traceOf } from "./noise.ts"; // prettier-ignore
import { denseMatrices } from "./one-hidden-task.ts";
import {
  kinksWithin,
  oneHiddenTraining,
  type OneHiddenSize,
  trainOneHidden,
} from "./one-hidden-layer.ts";
import type { Rise } from "./ou-task.ts";
import { randomNoises, rotatedNoise } from "./random-noises.ts";
import { signedPermutation } from "./rotation.ts";

export interface EscapeInput extends OneHiddenSize {
  /** Its covariance, Σ/b, gives the trace of all noises. */
  readonly batchSize: number;
  /** ηλ₁. */
  readonly rate: number;
  readonly steps: number;
  /** Pairs of walkers whose noises are opposite: odd powers drop out of their mean. */
  readonly pairs: number;
  /** More ηλ₁, at which isotropic noise alone is looked at. */
  readonly rates: readonly number[];
  readonly seed: string;
}

export interface Escapes {
  readonly rises: readonly Rise[];
  /** Rise under isotropic noise over what Tr(HΣ) says, by ηλ₁. */
  readonly kinks: readonly { readonly rate: number; readonly rise: number }[];
  /** ReLUs that are so near to their kink at a sample, and how many an even density would put there. */
  readonly near: { readonly distance: number; readonly count: number; readonly expected: number };
}

const nearness = 1e-5;

/**
 * The first steps away from where the network of one hidden layer was trained to, by the full gradient and
 * noises of equal trace: E L(θ_t) less the loss of the same steps without noise. The loss is the network's
 * own, kinks and all; to second order the difference is (η²t/2)·Tr(HΣ).
 */
export const escapeTask: TaskFunction = async (input, context) => {
  const { runtime, signal } = context;
  const setting = input as unknown as EscapeInput;
  const { seed, pairs, batchSize } = setting;
  const trained = oneHiddenTraining(seed, setting);
  const { parameters } = await trainOneHidden(runtime, trained, setting);
  const d = parameters.length;
  const problem = trainingProblem(trained, new Float64Array(0));
  const { hessian, sigma } = await denseMatrices(runtime, problem, parameters);
  const diagonal = (m: Float64Array) => Float64Array.from({ length: d }, (_, i) => m[i * (d + 1)]);
  const sum = (v: Float64Array) => v.reduce((total, x) => total + x, 0);
  const [trH, trace] = [sum(diagonal(hessian)), sum(diagonal(sigma)) / batchSize];
  const eigen = symmetricEigen(hessian, d);
  const vector = (k: number) => eigen.vectors.subarray(k * d, (k + 1) * d);
  const draws = stream(seed, "one-hidden-escape");

  const random = randomNoises(
    d,
    (z) => {
      const out = new Float64Array(d);
      for (let k = 0; k < d; k++) axpy(eigen.values[k] * dot(vector(k), z), vector(k), out);
      return out;
    },
    substream(draws, "noises"),
  );
  const named: Record<string, Covariance> = {
    isotropic: { kind: "isotropic", variance: 1 },
    "diagonal of Σ": { kind: "diagonal", variances: diagonal(sigma).map((v) => Math.max(0, v)) },
    "Σ of SGD": columnsOf(sigma, d),
    Hessian: columnsOf(hessian, d),
    "first eigenvector": { kind: "columns", columns: [vector(0)] },
  };
  const rotation = (j: number) => signedPermutation(substream(substream(draws, "rotation"), j), d);
  const arms = [
    ...random.map((noise, j) => ({
      name: `random ${j + 1}`,
      noise,
      walked: noise,
      rotated: false,
    })),
    ...Object.entries(named).map(([name, noise]) => ({ name, noise, walked: noise, rotated: false })), // prettier-ignore
    ...random.map((noise, j) => ({ name: `random ${j + 1}`, noise, walked: rotatedNoise(noise, rotation(j)), rotated: true })), // prettier-ignore
  ].map(({ noise, walked, ...rest }) => ({
    ...rest,
    noise: scaled(noise, trace / traceOf(noise, d)),
    walked: scaled(walked, trace / traceOf(walked, d)),
  }));

  await using meter = await lossMeter(runtime, problem);
  const lossOf = (point: FloatArray) => meter.at(point);
  const steps = walking(runtime, trained, parameters, setting.steps, lossOf);
  const unit = (trH * trace) / d;
  const few = Math.max(2, Math.ceil(pairs / 4)); // two give an error
  const found: Rise[] = [];
  for (const [arm, { name, noise, walked, rotated }] of arms.entries()) {
    signal.throwIfAborted();
    const eta = setting.rate / eigen.values[0];
    // Rotated noise is blunt: the loss scatters little under it.
    const own = rotated ? few : pairs;
    const { mean, stderr } = await steps(walked, eta, own, arm * pairs);
    const { square } = curvatureTraces(walked, hessian, d);
    found.push({
      name,
      indicator: curvatureTraces(noise, hessian, d).trace / unit,
      alongFirst: (eigen.values[0] * varianceAlong(noise, vector(0))) / unit,
      rise: mean / unit,
      // The law's own, unless the walkers scatter more than it says.
      stderr: Math.max(Math.sqrt((2 * square) / own), stderr) / unit,
      rotated,
    });
    context.progress(found.length / (arms.length + setting.rates.length));
  }
  const isotropic: Covariance = { kind: "isotropic", variance: trace / d };
  const kinks: Escapes["kinks"][number][] = [];
  for (const [i, rate] of setting.rates.entries()) {
    signal.throwIfAborted();
    const from = (arms.length + i) * pairs;
    const { mean } = await steps(isotropic, rate / eigen.values[0], few, from);
    kinks.push({ rate, rise: mean / unit });
  }
  const near = {
    distance: nearness,
    count: kinksWithin(trained, parameters, nearness),
    expected: kinksWithin(trained, parameters, 1000 * nearness) / 1000,
  };
  return { rises: found, kinks, near } as unknown as Json;
};

/** 2(E L(θ_t) − L without noise)/(η²t), and its error, over pairs of walkers. */
function walking(
  runtime: Runtime,
  trained: Training,
  parameters: FloatArray,
  steps: number,
  lossOf: (point: FloatArray) => Promise<number>,
) {
  return async (noise: Covariance, eta: number, pairs: number, from: number) => {
    const now = { walker: 0, sign: 0 };
    const training: Training = {
      ...trained,
      optimiser: { kind: "sgd" },
      learningRate: constantly(eta),
      noise: drawnNoise((draws, step, out) =>
        fillNoise(noise, substream(substream(draws, now.walker), step), out, now.sign),
      ),
    };
    const start = { ...initialState(training), parameters };
    await using machine = trainer(runtime, training);
    const lossAfter = async (walker: number, sign: number) => {
      [now.walker, now.sign] = [walker, sign];
      return lossOf((await machine.advance(start, steps)).state.parameters);
    };
    const quiet = await lossAfter(0, 0);
    const rises = emptyMoments();
    for (let walker = from; walker < from + pairs; walker++) {
      const rise = ((await lossAfter(walker, 1)) + (await lossAfter(walker, -1))) / 2 - quiet;
      accumulate(rises, (2 * rise) / (eta * eta * steps));
    }
    return { mean: rises.mean, stderr: Math.sqrt(variance(rises) / pairs) };
  };
}

/** A symmetric matrix without its negative part, as columns. */
function columnsOf(matrix: Float64Array, d: number): Covariance {
  const { values, vectors } = symmetricEigen(matrix, d);
  const columns = Array.from(values).flatMap((value, k) =>
    value > 1e-9 * values[0]
      ? [vectors.slice(k * d, (k + 1) * d).map((v) => Math.sqrt(value) * v)]
      : [],
  );
  return { kind: "columns", columns };
}

/** uᵀΣu of a unit vector. */
function varianceAlong(noise: Covariance, u: Float64Array): number {
  switch (noise.kind) {
    case "none":
      return 0;
    case "isotropic":
      return noise.variance;
    case "diagonal":
      return noise.variances.reduce((sum, v, i) => sum + v * u[i] ** 2, 0);
    case "columns":
      return noise.columns.reduce((sum, c) => sum + dot(c, u) ** 2, 0);
  }
}
