import { type FloatArray, norm, studentQuantile } from "../../numeric/index.ts";
import type { Stream } from "../../random/index.ts";
import type { SymmetricOperator } from "../operators/operator.ts";
import { applyAll, vectorOf } from "../spectra/apply-all.ts";
import {
  blocks,
  type ProbeEstimate,
  type EstimatorOptions,
  probeUntil,
  probeVector,
} from "./probe.ts";

/** Estimates of all entries of a diagonal: as `Estimate`, with an array for each number. */
export interface DiagonalEstimate extends Omit<
  ProbeEstimate,
  "value" | "stderr" | "low" | "high" | "censored"
> {
  readonly values: Float64Array;
  readonly stderr: Float64Array;
  /** Ends of each entry's own interval. */
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/**
 * The diagonal of A from probes, Σ z ⊙ Az / Σ z ⊙ z: unbiased for signs, for normals a ratio of
 * means with a bias of O(1/n). The variance of entry i from one sign probe is ‖Aᵢ‖² − Aᵢᵢ², its row without
 * the diagonal; so signs are exact where A is diagonal. Intervals are Student's, entry by entry.
 *
 * The stop rule compares the norm of all standard errors with the norm of the diagonal. One
 * product a probe; eight vectors in float64.
 *
 * @see Bekas, Kokiopoulou, Saad (2007), https://doi.org/10.1016/j.apnum.2007.01.003
 */
export async function estimateDiagonal(
  operator: SymmetricOperator,
  draws: Stream,
  options: EstimatorOptions = {},
): Promise<DiagonalEstimate> {
  const { distribution = "rademacher", block, level = 0.95 } = options;
  const method = `diagonal, ${distribution} probes, t intervals`;
  const sums = emptySums(operator.dim);
  let [values, stderr] = [sums.y, sums.y];
  const whole = await probeUntil(operator, draws, method, options, async (from, to) => {
    for (const indices of blocks(from, to, block)) {
      const probes = indices.map((i) => probeVector(operator, distribution, draws, i));
      const images = probes.map(() => vectorOf(operator));
      await applyAll(operator, probes, images);
      probes.forEach((z, k) => gather(sums, z, images[k]));
    }
    ({ values, stderr } = ratios(sums, to));
    const [value, error] = [norm(values), norm(stderr)];
    return {
      samples: to,
      finite: Number.isFinite(value + error),
      estimate: () => ({
        value,
        stderr: error,
        low: value,
        high: value,
        samples: to,
        level,
        method,
        seed: draws.seed,
      }),
    };
  });
  const quantile = studentQuantiles((1 + level) / 2);
  const half = stderr.map((error, i) => error && error * quantile(degrees(sums, i)));
  const { samples, seed, status, products } = whole;
  return {
    values,
    stderr,
    low: values.map((value, i) => value - half[i]),
    high: values.map((value, i) => value + half[i]),
    level,
    samples,
    method,
    seed,
    status,
    products,
  };
}

/** Sums over probes, entry by entry, of y = z ⊙ Az, x = z ⊙ z and their products. */
interface Sums {
  readonly y: Float64Array;
  readonly x: Float64Array;
  readonly yy: Float64Array;
  readonly xy: Float64Array;
  readonly xx: Float64Array;
}

function emptySums(dim: number): Sums {
  const [y, x, yy, xy, xx] = Array.from({ length: 5 }, () => new Float64Array(dim));
  return { y, x, yy, xy, xx };
}

function gather({ y, x, yy, xy, xx }: Sums, z: FloatArray, image: FloatArray): void {
  for (let i = 0; i < z.length; i++) {
    const [below, above] = [z[i] * z[i], z[i] * image[i]];
    y[i] += above;
    x[i] += below;
    yy[i] += above * above;
    xy[i] += above * below;
    xx[i] += below * below;
  }
}

/**
 * Degrees of freedom of entry i: probes count by their weight z², (Σx)²/Σx² − 1. That is n − 1 for signs, near
 * n/3 − 1 for normals.
 */
function degrees({ x, xx }: Sums, i: number): number {
  return Math.max(1, x[i] ** 2 / xx[i] - 1);
}

/** Quantiles for degrees rounded to quarters, each computed once. */
function studentQuantiles(p: number): (degrees: number) => number {
  const known = new Map<number, number>();
  return (degrees) => {
    const rounded = Math.round(4 * degrees) / 4;
    let quantile = known.get(rounded);
    if (quantile === undefined) known.set(rounded, (quantile = studentQuantile(p, rounded)));
    return quantile;
  };
}

/** Σy/Σx and its error from the residuals y − (Σy/Σx)·x. */
function ratios(
  { y, x, yy, xy, xx }: Sums,
  n: number,
): { readonly values: Float64Array; readonly stderr: Float64Array } {
  const values = y.map((sum, i) => sum / x[i]);
  const stderr = values.map((r, i) => {
    const squares = yy[i] - 2 * r * xy[i] + r * r * xx[i];
    // Differences of sums leave rounding of 10⁻¹⁶ of the sums where the truth is 0.
    return squares <= 1e-14 * yy[i] ? 0 : Math.sqrt((squares / (n - 1)) * n) / x[i];
  });
  return { values, stderr };
}
