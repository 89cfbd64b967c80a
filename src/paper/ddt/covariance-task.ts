import { scaleImages, toPrecision } from "../../data/index.ts";
import { constantly, initialSnapshot, losses, mlp, samplesOf, train, type Training } from "../../learn/index.ts"; // prettier-ignore
import { eigenpairs, eigenvectorNoise, gradientMeter, hessianOperator, trainingProblem } from "../../measure/index.ts"; // prettier-ignore
import { matmul, norm, symmetricEigen, transpose } from "../../numeric/index.ts";
import { fillNormal, stream, type Stream, substream } from "../../random/index.ts";
import type { Json, TaskFunction } from "../../run/index.ts";
import { type LabelLaw, logisticData, logisticMinimum, logisticMoments } from "./logistic-model.ts";

/** The Hessian's eigenvalue and the noise of one sample's gradient along its eigenvector. */
export interface EigenNoise {
  readonly lambda: number;
  /** uᵀΣu = B·uᵀCu. */
  readonly noise: number;
}

export interface LogisticInput {
  readonly samples: number;
  readonly features: number;
  readonly labels: LabelLaw;
  /** The minimum, or weights drawn at random with |Xθ| as large as at the teacher. */
  readonly at: "minimum" | "far";
  /** Independent data sets. */
  readonly repeats: number;
  readonly seed: string;
}

export interface LogisticResult {
  /** Slope of vec(C·B) on vec(H) in the Hessian's eigenbasis, of each data set. */
  readonly slopes: readonly number[];
  /** R² of those lines. */
  readonly rSquared: readonly number[];
  /** Of the first data set. */
  readonly pairs: readonly EigenNoise[];
}

/** C·B against H for logistic regressions, elementwise in the eigenbasis of H; ḡḡᵀ is subtracted. */
export const logisticTask: TaskFunction = (input) => {
  const { seed, repeats, ...setting } = input as unknown as LogisticInput;
  const found = Array.from({ length: repeats }, (_, i) =>
    logisticLaw(substream(stream(seed, "logistic"), i), setting),
  );
  const result: LogisticResult = {
    slopes: found.map(({ slope }) => slope),
    rSquared: found.map(({ rSquared }) => rSquared),
    pairs: found[0].pairs,
  };
  return Promise.resolve(result as unknown as Json);
};

function logisticLaw(
  draws: Stream,
  { samples, features: d, labels, at }: Omit<LogisticInput, "seed" | "repeats">,
) {
  // A factor of 4 in standard deviation: a factor of 16 in curvature.
  const scales = Array.from({ length: d }, (_, j) => 2 * 4 ** (-j / (d - 1)));
  const data = logisticData(draws, { samples, scales, strength: 1, law: labels });
  const theta = at === "minimum" ? logisticMinimum(data) : otherWeights(draws, scales);
  const { hessian, covariance } = logisticMoments(data, theta);
  const { values, vectors } = symmetricEigen(hessian, d);
  const rotated = matmul(matmul(vectors, covariance, d, d, d), transpose(vectors, d, d), d, d, d);
  const h = Float64Array.from({ length: d * d }, (_, i) => (i % (d + 1) === 0 ? values[i / (d + 1)] : 0)); // prettier-ignore
  return {
    ...line(h, rotated),
    pairs: Array.from(values, (lambda, i) => ({ lambda, noise: rotated[i * (d + 1)] })),
  };
}

/** Weights whose products with the inputs have variance 1, of no relation to the labels. */
function otherWeights(draws: Stream, scales: readonly number[]): Float64Array {
  const theta = new Float64Array(scales.length);
  fillNormal(substream(draws, "elsewhere"), 0, theta);
  const norm = Math.hypot(...theta);
  return theta.map((z, j) => z / (norm * scales[j]));
}

/** Least squares of y on x. */
function line(x: Float64Array, y: Float64Array) {
  const mean = (v: Float64Array) => v.reduce((sum, a) => sum + a, 0) / v.length;
  const [mx, my] = [mean(x), mean(y)];
  let [sxx, sxy, syy] = [0, 0, 0];
  x.forEach((xi, i) => {
    sxx += (xi - mx) ** 2;
    sxy += (xi - mx) * (y[i] - my);
    syy += (y[i] - my) ** 2;
  });
  return { slope: sxy / sxx, rSquared: sxy ** 2 / (sxx * syy) };
}

export interface NetworkInput {
  readonly loss: "cross-entropy" | "squared-error";
  readonly hidden: readonly number[];
  /** Of Fashion-MNIST. */
  readonly samples: number;
  /** 0 is the initial network. */
  readonly steps: number;
  readonly batchSize: number;
  /** Adam's. */
  readonly learningRate: number;
  readonly eigenvalues: number;
  readonly dataDir?: string;
  readonly seed: string;
}

export interface NetworkResult {
  readonly pairs: readonly EigenNoise[];
  /** Of the whole sample set. */
  readonly loss: number;
  readonly gradientNorm: number;
  readonly sampleSet: string;
}

/** Train a fully connected network and measure the noise along the first eigenvectors of its Hessian. */
export const networkTask: TaskFunction = async (input, context) => {
  const { data, runtime, signal } = context;
  const setting = input as unknown as NetworkInput;
  const { seed, dataDir } = setting;
  const loaded = await data.load({
    name: "fashion-mnist",
    count: setting.samples,
    ...(dataDir !== undefined && { dataDir }),
  });
  const { dataset } = scaleImages(toPrecision(loaded, "float32"), { over: "global" });
  const samples = samplesOf(dataset);
  const training: Training = {
    model: mlp(samples.inputShape, 10, {
      hidden: setting.hidden,
      activation: "tanh",
      init: { kind: "xavier-uniform" },
    }),
    loss: losses[setting.loss],
    optimiser: { kind: "adam" },
    samples,
    sampler: { kind: "without-replacement" },
    learningRate: {
      kind: "cosine",
      value: setting.learningRate,
      final: 0,
      steps: Math.max(1, setting.steps),
    },
    batchSize: constantly(setting.batchSize),
    precision: "float32",
    seed,
  };
  const start = initialSnapshot(training);
  const { snapshot } = await train(runtime, training, start, {
    until: setting.steps,
    signal,
    onProgress: (step) => context.progress((0.7 * step) / Math.max(1, setting.steps)),
  });
  signal.throwIfAborted();
  const { parameters, buffers } = snapshot.state;
  const problem = trainingProblem(training, buffers);
  await using meter = await gradientMeter(runtime, problem);
  const { loss, gradient } = await meter.measure(parameters);
  await using hessian = await hessianOperator(runtime, problem, parameters);
  const { top } = await eigenpairs(hessian, stream(seed, "eigenvectors"), {
    top: setting.eigenvalues,
    tolerance: 1e-3,
    verify: false,
  });
  context.progress(0.9);
  const noises = await eigenvectorNoise(runtime, problem, parameters, top);
  const result: NetworkResult = {
    pairs: noises.map(({ value, noise }) => ({ lambda: value, noise })),
    loss,
    gradientNorm: norm(gradient),
    sampleSet: samples.name,
  };
  return result as unknown as Json;
};
