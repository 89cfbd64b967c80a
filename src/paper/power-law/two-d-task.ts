import { mengToy } from "../../diffusion/index.ts";
import { fillNormal, integerAt, stream, substream } from "../../random/index.ts";
import type { Json, TaskFunction } from "../../run/index.ts";
import type { EscapeTimes } from "./escape-task.ts";

/** The sharp valley of a data set, per coordinate in the mean: the test is a sum over coordinates. */
export interface SharpValley {
  readonly at: readonly number[];
  /** H, the variance of a sample's slope and that of its curvature at the minimum, means over coordinates. */
  readonly curvature: number;
  readonly slopeVariance: number;
  readonly curvatureVariance: number;
}

const slope = (u: number) =>
  15 * Math.sign(u - 1) * Math.abs(u - 1) ** 1.5 * (u + 1) ** 2 * (2.5 * (u + 1) + 3 * (u - 1));
const curvature = (u: number) => {
  const [near, far] = [Math.abs(u - 1), u + 1];
  return 15 * (3.75 * near ** 0.5 * far ** 3 + 15 * (u - 1) * near ** 0.5 * far ** 2 + 6 * near ** 2.5 * far); // prettier-ignore
};

/** Bisection on the mean slope about w = 1, coordinate by coordinate. */
export function sharpValley(seed: string): SharpValley {
  const { samples, data } = mengToy(seed).sum;
  const columns = [0, 1].map((j) => Array.from({ length: samples }, (_, i) => data[2 * i + j]));
  const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
  const at = columns.map((column) => {
    let [low, high] = [0.6, 1.4];
    for (let i = 0; i < 60; i++) {
      const w = (low + high) / 2;
      if (mean(column.map((x) => slope(w - x))) < 0) low = w;
      else high = w;
    }
    return (low + high) / 2;
  });
  const each = (f: (u: number) => number) => columns.map((c, j) => c.map((x) => f(at[j] - x)));
  const variance = (values: readonly number[]) =>
    mean(values.map((v) => v * v)) - mean(values) ** 2;
  return {
    at,
    curvature: mean(each(curvature).map(mean)),
    slopeVariance: mean(each(slope).map(variance)),
    curvatureVariance: mean(each(curvature).map(variance)),
  };
}

export type Dynamics = "sgd" | "power-law" | "constant" | "constant-again";

export interface TwoDInput {
  readonly dynamics: Dynamics;
  readonly eta: number;
  readonly steps: number;
  readonly walkers: number;
  readonly seed: string;
}

/** The mean slope of a coordinate on a grid, straight between its points. */
function tabulated(column: readonly number[]): (w: number) => number {
  const [low, high, cells] = [-1.5, 3.5, 5000];
  const step = (high - low) / cells;
  const values = Float64Array.from({ length: cells + 1 }, (_, i) => {
    const w = low + i * step;
    return column.reduce((sum, x) => sum + slope(w - x), 0) / column.length;
  });
  return (w) => {
    const place = Math.min(Math.max((w - low) / step, 0), cells - 1e-9);
    const at = Math.floor(place);
    return values[at] + (place - at) * (values[at + 1] - values[at]);
  };
}

/**
 * Walkers from the sharp valley until a coordinate is negative: w ← w − η·g with the gradient of one sample, or
 * the mean gradient and normal noise of variance σ_g + σ_H‖w − w*‖²/2 a coordinate, or σ_g alone.
 */
export const twoDTask: TaskFunction = async (input, context) => {
  const { dynamics, eta, steps, walkers, seed } = input as unknown as TwoDInput;
  const valley = sharpValley(seed);
  const { samples, data } = mengToy(seed).sum;
  const mean = [0, 1].map((j) =>
    tabulated(Array.from({ length: samples }, (_, i) => data[2 * i + j])),
  );
  const growth = dynamics === "power-law" ? valley.curvatureVariance / 2 : 0;
  const draws = substream(stream(seed, "power-law-two-d"), dynamics);
  const [x0, y0] = valley.at;
  const normals = new Float64Array(2 * steps);
  let [left, total] = [0, 0];
  for (let walker = 0; walker < walkers; walker++) {
    context.signal.throwIfAborted();
    const own = substream(draws, walker);
    if (dynamics !== "sgd") fillNormal(own, 0, normals);
    let [x, y] = [x0, y0];
    let step = 0;
    while (step < steps && x >= 0 && y >= 0) {
      if (dynamics === "sgd") {
        const i = 2 * integerAt(own, step, samples);
        x -= eta * slope(x - data[i]);
        y -= eta * slope(y - data[i + 1]);
      } else {
        const size = Math.sqrt(valley.slopeVariance + growth * ((x - x0) ** 2 + (y - y0) ** 2));
        const at = 2 * step;
        [x, y] = [
          x - eta * (mean[0](x) + size * normals[at]),
          y - eta * (mean[1](y) + size * normals[at + 1]),
        ];
      }
      step++;
    }
    total += step;
    if (x < 0 || y < 0) left++;
    if (walker % 64 === 63) {
      context.progress((walker + 1) / walkers);
      await new Promise((resolve) => setTimeout(resolve, 0)); // lets a message in
    }
  }
  const found: EscapeTimes = {
    walkers,
    left,
    steps: left === 0 ? Infinity : total / left,
    stderr: left === 0 ? Infinity : total / left ** 1.5,
  };
  return found as unknown as Json;
};
