import {
  batchProblem,
  diffusionProcess,
  ensembleOccupancy,
  matrixNoise,
  type Noise,
  noNoise,
  sgd,
  weightNoise,
  zhuToy,
} from "../../diffusion/index.ts";
import { less, mul, scalar, type Tensor, where } from "../../graph/index.ts";
import type { Json, TaskFunction } from "../../run/index.ts";

/** As the paper's figure names them, and a control. */
export type ToyDynamics =
  | "gd"
  | "constant"
  | "diagonal"
  | "leading"
  | "leading-again"
  | "hessian"
  | "first-eigenvector"
  /** All of the trace along the flatter eigenvector of the sharp minimum. */
  | "second-eigenvector";

export interface ToyInput {
  readonly dynamics: ToyDynamics;
  /** Of the toy's 100 samples. */
  readonly data: string;
  readonly walkers: number;
  /** Of the walkers. */
  readonly seed: string;
}

export interface ToyResult {
  /** Share of walkers beyond (−½, −½) after the last step. */
  readonly success: number;
  /** Tr(HΣ) of what is added to the weights at (1, 1). */
  readonly indicator: number;
  /** Tr(H⁻¹Σ), the indicator upside down. */
  readonly inverse: number;
}

const eta = 0.005;
const steps = 500;
/** Of the noise, in every step. */
export const toyTrace = 0.01;
/** At the sharp minimum, where every sample is on its sharp branch. */
const H = [110, 90, 90, 110] as const;

/** Walkers from the sharp minimum of the two-dimensional toy, and where they are 500 steps later. */
export const toyTask: TaskFunction = (input, context) => {
  const { signal } = context;
  const { dynamics, data, walkers, seed } = input as unknown as ToyInput;
  const landscape = zhuToy(data);
  const process = diffusionProcess({
    potential: landscape,
    noise: noiseOf(dynamics, data),
    scheme: sgd,
    target: "discrete",
  });
  const beyond = (x: Tensor) =>
    where(less(x, scalar(-0.5, "float64")), scalar(1, "float64"), scalar(0, "float64"));
  const { means } = ensembleOccupancy(
    { process, parameters: { eta }, start: [1, 1], particles: walkers, precision: "f32", seed },
    { burnIn: 0, stride: steps, looks: 1 },
    { means: { success: ([x, y]) => mul(beyond(x), beyond(y)) } },
    (done) => {
      signal.throwIfAborted();
      context.progress(done / walkers);
    },
  );
  const covariance = covarianceOf(dynamics, landscape.sum.data);
  const found: ToyResult = {
    success: means.success.value,
    indicator: trace(H, covariance),
    inverse: trace(inverted(H), covariance),
  };
  return Promise.resolve(found as unknown as Json);
};

function noiseOf(dynamics: ToyDynamics, data: string): Noise {
  const problem = batchProblem(zhuToy(data));
  const shaped = (shape: Parameters<typeof weightNoise>[1]) =>
    weightNoise(problem, shape, { trace: toyTrace });
  switch (dynamics) {
    case "gd":
      return noNoise;
    case "constant":
      return shaped({ kind: "isotropic" });
    case "diagonal":
      return shaped({ kind: "diagonal" });
    case "leading":
    case "leading-again":
      return shaped({ kind: "leading", count: 2 });
    case "hessian":
      return shaped({ kind: "hessian" });
    case "first-eigenvector":
      return shaped({ kind: "first-eigenvector" });
    case "second-eigenvector": {
      // D = Σ_w/2η of the weights' covariance Σ_w.
      const entry = toyTrace / (4 * eta);
      return matrixNoise([
        [entry, -entry],
        [-entry, entry],
      ]);
    }
  }
}

type Matrix = readonly [number, number, number, number];

/** Of what a step adds to the weights at (1, 1), where a sample's gradient is H(w − 1 − x). */
export function covarianceOf(dynamics: ToyDynamics, data: Float64Array): Matrix {
  const normed = ([a, b, c, d]: Matrix): Matrix => {
    const factor = toyTrace / (a + d);
    return [factor * a, factor * b, factor * c, factor * d];
  };
  const gradients = times(times(H, covarianceOfData(data)), H);
  switch (dynamics) {
    case "gd":
      return [0, 0, 0, 0];
    case "constant":
      return normed([1, 0, 0, 1]);
    case "diagonal":
      return normed([gradients[0], 0, 0, gradients[3]]);
    case "leading":
    case "leading-again":
      return normed(gradients);
    case "hessian":
      return normed(H);
    case "first-eigenvector":
      return normed([1, 1, 1, 1]);
    case "second-eigenvector":
      return normed([1, -1, -1, 1]);
  }
}

function covarianceOfData(data: Float64Array): Matrix {
  const n = data.length / 2;
  let [x, y, xx, xy, yy] = [0, 0, 0, 0, 0];
  for (let i = 0; i < data.length; i += 2) {
    const [a, b] = [data[i], data[i + 1]];
    [x, y] = [x + a / n, y + b / n];
    [xx, xy, yy] = [xx + (a * a) / n, xy + (a * b) / n, yy + (b * b) / n];
  }
  const across = xy - x * y;
  return [xx - x * x, across, across, yy - y * y];
}

const times = ([a, b, c, d]: Matrix, [e, f, g, h]: Matrix): Matrix => [
  a * e + b * g,
  a * f + b * h,
  c * e + d * g,
  c * f + d * h,
];

const trace = (m: Matrix, n: Matrix): number => {
  const product = times(m, n);
  return product[0] + product[3];
};

function inverted([a, b, c, d]: Matrix): Matrix {
  const determinant = a * d - b * c;
  return [d / determinant, -b / determinant, -c / determinant, a / determinant];
}
