// SGD itself on the paper's one-dimensional test, batches of one sample: a Markov chain on the line,
// whose mean exit time solves t = 1 + Pt.
import { mengWellSum } from "../../diffusion/index.ts";
import { solve } from "../../numeric/index.ts";

/** The test's data and what follows from them in closed form. */
export interface SampledWell {
  readonly a: number;
  /** xᵢ, yᵢ in turn. */
  readonly rows: Float64Array;
  /** The well is at −reach, the barrier at reach. */
  readonly reach: number;
  /** ΔL. */
  readonly height: number;
  /** H and −H. */
  readonly curvature: number;
  /** Variance of the samples' curvatures. */
  readonly curvatureVariance: number;
}

export function sampledWell(seed: string, a: number): SampledWell {
  const { sum, points } = mengWellSum(seed, a);
  const [well, top] = points;
  const h = Array.from({ length: sum.samples }, (_, i) => 2 * sum.data[2 * i] ** 2);
  const mean = h.reduce((total, value) => total + value, 0) / h.length;
  return {
    a,
    rows: sum.data,
    reach: top.at[0],
    height: top.value - well.value,
    curvature: mean,
    curvatureVariance: h.reduce((total, value) => total + (value - mean) ** 2, 0) / h.length,
  };
}

/** Gradient at w of the loss of the sample that begins at `row`. */
export function sampleSlope({ a, rows }: SampledWell, row: number, w: number): number {
  const u = Math.abs(w) - a;
  return -2 * rows[row] * (u * rows[row] - rows[row + 1]);
}

/** Mean and variance of the samples' gradients at w. */
export function slopeMoments(well: SampledWell, w: number): { mean: number; variance: number } {
  const n = well.rows.length / 2;
  let [first, second] = [0, 0];
  for (let i = 0; i < n; i++) {
    const g = sampleSlope(well, 2 * i, w);
    first += g / n;
    second += (g * g) / n;
  }
  return { mean: first, variance: second - first * first };
}

/**
 * Mean number of steps of w ← w − η·gᵢ(w), i drawn anew in each, from the well to beyond `exit`. Times are
 * linear between `cells` + 1 places from four units left of the well to the exit, which adds a
 * variance of at most a quarter of a cell's square to each step; farther left the chain is put back.
 * Cost: one dense system of that size.
 */
export function chainSteps(well: SampledWell, eta: number, exit: number, cells = 600): number {
  const low = -well.reach - 4;
  const width = (exit - low) / cells;
  const matrix = new Float64Array(cells * cells);
  const samples = well.rows.length / 2;
  const share = 1 / samples;
  for (let i = 0; i < cells; i++) {
    const w = low + i * width;
    matrix[i * cells + i] += 1;
    for (let k = 0; k < samples; k++) {
      const next = w - eta * sampleSlope(well, 2 * k, w);
      if (next > exit) continue;
      const place = Math.max(0, (next - low) / width);
      const at = Math.min(Math.floor(place), cells - 1);
      const part = place - at;
      matrix[i * cells + at] -= share * (1 - part);
      if (at + 1 < cells) matrix[i * cells + at + 1] -= share * part;
    }
  }
  const times = solve(matrix, new Float64Array(cells).fill(1), cells, 1);
  const start = (-well.reach - low) / width;
  const at = Math.floor(start);
  return times[at] + (start - at) * (times[at + 1] - times[at]);
}
