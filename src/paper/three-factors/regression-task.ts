import { batchNoise, diffusionProcess, ensembleOccupancy, sgd } from "../../diffusion/index.ts";
import type { Json, TaskFunction } from "../../run/index.ts";
import { quadraticProblem, type QuadraticSpec } from "./regression.ts";

export interface RegressionInput extends QuadraticSpec {
  readonly eta: number;
  /** S, drawn with replacement. */
  readonly batchSize: number;
  readonly particles: number;
  /** Steps. */
  readonly burnIn: number;
  readonly stride: number;
  readonly looks: number;
  /** Of the samples: shared by all conditions of a seed. */
  readonly dataSeed: string;
  readonly seed: string;
}

export interface RegressionPoint {
  /** E L − L(minimum), measured. */
  readonly excess: number;
  readonly stderr: number;
  /** The exact law of the recursion on these samples, with the spread of their curvatures. */
  readonly exact: number;
}

/** The loss above the minimum that SGD with real batches keeps, from independent particles that begin there. */
export const regressionTask: TaskFunction = (input, context) => {
  const { eta, batchSize, particles, burnIn, stride, looks, dataSeed, seed, ...spec } =
    input as unknown as RegressionInput;
  const { problem, excess, exact } = quadraticProblem(spec, dataSeed);
  const process = diffusionProcess({
    potential: problem.mean,
    noise: batchNoise(problem, { batchSize, replacement: true }),
    scheme: sgd,
    target: "discrete",
  });
  const { means } = ensembleOccupancy(
    {
      process,
      parameters: { eta },
      start: spec.curvatures.map(() => 0),
      particles,
      precision: "f64",
      seed,
    },
    { burnIn, stride, looks },
    { means: { excess } },
    (done) => {
      context.signal.throwIfAborted();
      context.progress(done / particles);
    },
  );
  const point: RegressionPoint = {
    excess: means.excess.value,
    stderr: means.excess.stderr,
    exact: exact(eta, batchSize),
  };
  return Promise.resolve(point as unknown as Json);
};
