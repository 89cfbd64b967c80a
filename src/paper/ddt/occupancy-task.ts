import {
  diffusionProcess,
  ensembleOccupancy,
  stationaryByQuadrature,
} from "../../diffusion/index.ts";
import { less, scalar, where } from "../../graph/index.ts";
import type { Json, TaskFunction } from "../../run/index.ts";
import { type EscapeLandscape, landscapeOf, type LandscapeSpec } from "../landscape.ts";
import { drivenBy, type NoiseSpec, processOf } from "./noise.ts";

/** An ensemble over two valleys, in its stationary law. */
export interface OccupancyInput {
  readonly landscape: LandscapeSpec;
  readonly noise: NoiseSpec;
  readonly eta: number;
  readonly particles: number;
  /** Steps. */
  readonly burnIn: number;
  readonly stride: number;
  readonly looks: number;
  readonly seed: string;
}

/** ln of the share left of the saddle over the share right of it. */
export interface OccupancyPoint {
  readonly logOdds: number;
  readonly stderr: number;
}

/** How an ensemble that began on the left divides between the valleys. */
export const occupancyTask: TaskFunction = (input, context) => {
  const { landscape, noise, eta, particles, seed, ...sampling } =
    input as unknown as OccupancyInput;
  const place = landscapeOf(landscape);
  const process = diffusionProcess(drivenBy(noise, place, seed));
  const number = (value: number) => scalar(value, "float64");
  const { shares } = ensembleOccupancy(
    {
      process,
      parameters: { eta },
      start: [place.opposite],
      particles,
      precision: "f32",
      seed,
    },
    sampling,
    {
      basins: {
        count: 2,
        label: ([x]) => where(less(x, number(place.saddle)), number(0), number(1)),
      },
    },
    (done) => {
      context.signal.throwIfAborted();
      context.progress(done / particles);
    },
  );
  const [{ value: p, stderr }] = shares;
  const point: OccupancyPoint = {
    logOdds: Math.log(p / (1 - p)),
    stderr: stderr / (p * (1 - p)),
  };
  return Promise.resolve(point as unknown as Json);
};

/** The same of the continuous process, by quadrature. */
export function exactLogOdds(noise: NoiseSpec, place: EscapeLandscape, eta: number): number {
  const process = processOf(noise, place, eta);
  if (process === undefined) return NaN;
  // The other valley is announced, for between the two there may be next to nothing.
  const breakpoints = [place.opposite, place.saddle];
  const left = stationaryByQuadrature({ ...process, breakpoints }, place.start).cdf(place.saddle);
  return Math.log(left / (1 - left));
}
