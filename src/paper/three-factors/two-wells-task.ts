import { batchNoise, diffusionProcess, ensembleOccupancy, sgd } from "../../diffusion/index.ts";
import { less, scalar, where } from "../../graph/index.ts";
import type { Json, TaskFunction } from "../../run/index.ts";
import type { LandscapeSpec } from "../landscape.ts";
import { shakenWells, twoWells } from "./two-wells.ts";

export interface TwoWellsInput {
  readonly landscape: LandscapeSpec;
  readonly eta: number;
  /** S, drawn with replacement. */
  readonly batchSize: number;
  /** σ² of one sample's gradient. */
  readonly variance: number;
  readonly samples: number;
  readonly particles: number;
  /** Steps. */
  readonly burnIn: number;
  readonly stride: number;
  readonly looks: number;
  readonly seed: string;
}

/** ln(p_A/p_B): A is the well on the right of the saddle. */
export interface TwoWellsPoint {
  readonly logOdds: number;
  readonly stderr: number;
}

/** How SGD with real batches divides between the wells; particles begin on the saddle. */
export const twoWellsTask: TaskFunction = (input, context) => {
  const { landscape, eta, batchSize, variance, samples, particles, seed, ...sampling } =
    input as unknown as TwoWellsInput;
  const wells = twoWells(landscape);
  const problem = shakenWells(wells, { samples, variance, seed });
  const number = (value: number) => scalar(value, "float64");
  const { saddle } = wells.place;
  const { shares } = ensembleOccupancy(
    {
      process: diffusionProcess({
        potential: problem.mean,
        noise: batchNoise(problem, { batchSize, replacement: true }),
        scheme: sgd,
        target: "discrete",
      }),
      parameters: { eta },
      start: [saddle],
      particles,
      precision: "f32",
      seed,
    },
    sampling,
    {
      basins: {
        count: 2,
        label: ([x]) => where(less(x, number(saddle)), number(0), number(1)),
      },
    },
    (done) => {
      context.signal.throwIfAborted();
      context.progress(done / particles);
    },
  );
  const { value: p, stderr } = shares[1];
  const point: TwoWellsPoint = {
    logOdds: Math.log(p / (1 - p)),
    stderr: stderr / (p * (1 - p)),
  };
  return Promise.resolve(point as unknown as Json);
};
