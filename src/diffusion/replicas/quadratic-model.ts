// SGD from a checkpoint while the loss is its quadratic model: δ ← (I − ηH)δ − η(ḡ + ξ) with ξ of mean 0
// and covariance C, that of a mini-batch gradient there. The mean and covariance of δ after t steps are
// functions of H,
//
//     E‖δ‖² = ‖A_t ḡ‖² + η² tr(C S_t),        A_t(λ) = (1 − qᵗ)/λ,  S_t(λ) = (1 − q²ᵗ)/(1 − q²),  q = 1 − ηλ
//     E L   = L₀ − ḡᵀ(A_t − ½λA_t²)ḡ + ½η² tr(C λ S_t)
//
// so that Lanczos' quadrature from ḡ, and from gradients of mini-batches less ḡ, gives them for every t at
// once. Exact for the recursion with this noise; what is left out is that noise and curvature change.
// Mandt, Hoffman, Blei (2017), https://arxiv.org/abs/1704.04289
import { input, type Tensor, valueAndGrad } from "../../graph/index.ts";
import {
  sampleInputs,
  scheduled,
  type Training,
  type TrainState,
  views,
  weightedMean,
} from "../../learn/index.ts";
import {
  gatherSamples,
  gaussQuadrature,
  gradientMeter,
  hessianOperator,
  lanczosTridiagonal,
  type Problem,
  subsetProblem,
  trainingProblem,
  uniformBatches,
} from "../../measure/index.ts";
import type { FloatArray } from "../../numeric/index.ts";
import { stream } from "../../random/index.ts";
import type { Runtime } from "../../runtime/index.ts";

/** vᵀf(H)v as Σ mass·weights·f(nodes). */
export interface SpectralMeasure {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
  /** ‖v‖². */
  readonly mass: number;
}

export interface QuadraticModel {
  /** Mean loss at the checkpoint. */
  readonly loss: number;
  /** Of ḡ. */
  readonly drift: SpectralMeasure;
  /** Of mini-batch gradients less ḡ: their mean stands for tr(C f(H)). */
  readonly noise: readonly SpectralMeasure[];
}

export interface QuadraticModelOptions {
  /** H and ḡ are over the first so many samples. */
  readonly samples: number;
  /** Mini-batches; 8. */
  readonly probes?: number;
  /** Lanczos steps a start vector; 24. */
  readonly steps?: number;
  readonly seed: string;
}

/** Cost: (probes + 1)·steps Hessian products. */
export async function quadraticModel(
  runtime: Runtime,
  training: Training,
  { step, parameters, buffers }: TrainState,
  { samples, probes = 8, steps = 24, seed }: QuadraticModelOptions,
): Promise<QuadraticModel> {
  const whole = trainingProblem(training, buffers);
  const problem = subsetProblem(whole, samples);
  await using meter = await gradientMeter(runtime, problem);
  const { loss, gradient } = await meter.measure(parameters);
  const mean = samples === whole.data.count ? gradient : await meanGradient(runtime, whole, parameters); // prettier-ignore
  await using hessian = await hessianOperator(runtime, problem, parameters);
  const measureOf = async (v: Float64Array): Promise<SpectralMeasure> => {
    const mass = v.reduce((sum, x) => sum + x * x, 0);
    if (mass === 0)
      return { nodes: new Float64Array([0]), weights: new Float64Array([1]), mass: 0 };
    const start = problem.dtype === "float32" ? Float32Array.from(v) : v.slice();
    const { alpha, beta } = await lanczosTridiagonal(hessian, start, steps);
    return { ...gaussQuadrature(alpha, beta.subarray(0, -1)), mass };
  };
  const drift = await measureOf(gradient);
  const noise: SpectralMeasure[] = [];
  const batchSize = Math.round(scheduled(training.batchSize, step));
  const batches = uniformBatches(stream(seed, "quadratic-model"), whole.data.count, batchSize, {
    replacement: training.sampler.kind === "with-replacement",
  });
  await using batch = await batchGradient(runtime, whole, batchSize);
  for (let i = 0; i < probes; i++) {
    const own = await batch.at(parameters, batches.rows(i));
    noise.push(await measureOf(own.map((g, k) => g - mean[k])));
  }
  return { loss, drift, noise };
}

async function meanGradient(runtime: Runtime, problem: Problem, parameters: FloatArray) {
  await using meter = await gradientMeter(runtime, problem);
  return (await meter.measure(parameters)).gradient;
}

/** Gradients of the mean loss of single batches, as training takes them. */
async function batchGradient(runtime: Runtime, problem: Problem, size: number) {
  const { x, y } = sampleInputs(problem.data, size);
  const weights = input([size], problem.dtype, "weights");
  const parameters = problem.parameters.map((spec) => input(spec.shape, problem.dtype, spec.name));
  const loss = (p: Tensor[]) => weightedMean(problem.perSampleLoss(p, x, y), weights);
  const [, gradient] = valueAndGrad(loss)(parameters);
  const call = await runtime.compile(
    { inputs: [...parameters, x, y, weights], outputs: gradient },
    { label: "gradient of a batch" },
  );
  const all = problem.data.weights;
  return {
    async at(point: FloatArray, rows: Int32Array): Promise<Float64Array> {
      const own = gatherSamples(problem, rows);
      const w = problem.dtype === "float32" ? new Float32Array(size) : new Float64Array(size);
      for (let i = 0; i < size; i++) w[i] = all?.[rows[i]] ?? 1;
      const parameters = views(problem.parameters, point);
      const parts = await call.run([...parameters, own.x, own.y, w]);
      return Float64Array.from(parts.flatMap((part) => Array.from(part as FloatArray)));
    },
    [Symbol.asyncDispose]: () => call.dispose(),
  };
}

/** E‖δ‖² and E L after t steps of learning rate η. */
export function quadraticMoments(
  { loss, drift, noise }: QuadraticModel,
  eta: number,
  t: number,
): { readonly distance2: number; readonly loss: number } {
  let [distance2, change] = [0, 0];
  const over = ({ nodes, weights, mass }: SpectralMeasure, f: (lambda: number) => number) =>
    mass * nodes.reduce((sum, lambda, i) => sum + weights[i] * f(lambda), 0);
  distance2 += over(drift, (lambda) => towards(lambda, eta, t) ** 2);
  change -= over(drift, (lambda) => {
    const a = towards(lambda, eta, t);
    return a - 0.5 * lambda * a * a;
  });
  for (const probe of noise) {
    const share = (eta * eta) / noise.length;
    distance2 += share * over(probe, (lambda) => spread(lambda, eta, t));
    change += 0.5 * share * over(probe, (lambda) => lambda * spread(lambda, eta, t));
  }
  return { distance2, loss: loss + change };
}

/** A_t(λ) = η Σ_{j<t} qʲ. */
function towards(lambda: number, eta: number, t: number): number {
  const x = eta * lambda;
  if (x === 0) return eta * t;
  const power = x < 1 ? -Math.expm1(t * Math.log1p(-x)) : 1 - (1 - x) ** t;
  return power / lambda;
}

/** S_t(λ) = Σ_{j<t} q²ʲ. */
function spread(lambda: number, eta: number, t: number): number {
  const x = eta * lambda;
  const left = x * (2 - x); // 1 − q²
  if (left === 0) return t;
  return -Math.expm1(t * Math.log1p(-left)) / left;
}
