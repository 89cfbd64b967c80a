// Critical points of a landscape: zeros of ∇V, whatever their kind. Newton's method goes to any of
// them alike, and from many starts to most; nothing but an interval method could promise all.
import { symmetricEigen } from "../../numeric/index.ts";
import { type PotentialCalculus, potentialCalculus } from "./calculus.ts";
import type { Potential } from "./potential.ts";

export interface CriticalPoint {
  readonly at: readonly number[];
  readonly value: number;
  /** `degenerate` where an eigenvalue of ∇²V is zero to rounding: a flat point, or one of a continuum. */
  readonly kind: "minimum" | "saddle" | "maximum" | "degenerate";
  /** How many eigenvalues of ∇²V are negative. */
  readonly index: number;
  /** Of ∇²V, largest first. */
  readonly eigenvalues: readonly number[];
  /** |∇V|. */
  readonly residual: number;
}

export type Box = readonly (readonly [low: number, high: number])[];

export interface CriticalPointOptions {
  readonly parameters?: Readonly<Record<string, number>>;
  /** Points of a quasi-random sequence to start from. Default: 200 for each dimension. */
  readonly starts?: number;
}

export interface CriticalPoints {
  /** Lowest first. */
  readonly points: readonly CriticalPoint[];
  readonly starts: number;
  /** Starts that came to a critical point in the box. */
  readonly converged: number;
  /** Points that only the second half of the starts came to: where it is not 0, use more starts. */
  readonly foundLate: number;
}

/**
 * Look for all critical points of V in a box.
 *
 * From each start, Newton's method on ∇V = 0 in the form of Levenberg and Marquardt: the step is
 * −(H² + μ)⁻¹Hg, taken only where |∇V| falls, until it falls no more. A start has converged where
 * |∇V| ≤ 10⁻¹⁰ of its median over the starts. Points nearer than 10⁻⁶ of the box's diagonal are one.
 *
 * Cost: about 20 Hessians with their eigenvalues a start.
 *
 * @throws RangeError unless the box has one interval [low, high] for each coordinate.
 */
export function findCriticalPoints(
  potential: Potential,
  box: Box,
  { parameters, starts = 200 * potential.dimension }: CriticalPointOptions = {},
): CriticalPoints {
  requireBox(box, potential.dimension);
  const newton = newtonOn(potentialCalculus(potential, parameters), box);
  const points: CriticalPoint[] = [];
  let [converged, foundLate] = [0, 0];
  for (let start = 0; start < starts; start++) {
    const found = newton.from(quasiRandom(start, box));
    if (found === undefined || !inside(found.at, box)) continue;
    converged++;
    if (points.some((known) => distance(known.at, found.at) <= 1e-6 * newton.diagonal)) continue;
    points.push(found);
    if (start >= starts / 2) foundLate++;
  }
  return { points: points.sort((a, b) => a.value - b.value), starts, converged, foundLate };
}

export interface Newton {
  readonly diagonal: number;
  /** The critical point that Newton's method reaches from here, if it does. */
  readonly from: (start: ArrayLike<number>) => CriticalPoint | undefined;
  /** What a point is, taken as critical. */
  readonly classify: (at: ArrayLike<number>) => CriticalPoint;
}

const maxIterations = 200;

/** Newton's method on a landscape whose scales are taken from 100 points of the box. */
export function newtonOn(calculus: PotentialCalculus, box: Box): Newton {
  const { dimension: d, gradient, hessian } = calculus;
  const g = new Float64Array(d);
  const h = new Float64Array(d * d);
  const slopeAt = (x: ArrayLike<number>) => {
    gradient(x, g);
    return Math.hypot(...g);
  };
  const slopes: number[] = [];
  const curvatures: number[] = [];
  for (let i = 0; i < 100; i++) {
    const x = quasiRandom(i, box);
    slopes.push(slopeAt(x));
    hessian(x, h);
    curvatures.push(Math.max(...h.map(Math.abs)));
  }
  const tolerance = 1e-10 * median(slopes);
  const flat = median(curvatures);
  const diagonal = Math.hypot(...box.map(([low, high]) => high - low));

  const classify = (at: ArrayLike<number>): CriticalPoint => {
    hessian(at, h);
    const eigenvalues = [...symmetricEigen(h, d).values];
    const zero = 1e-10 * Math.max(flat, ...eigenvalues.map(Math.abs));
    const index = eigenvalues.filter((lambda) => lambda < 0).length;
    const degenerate = eigenvalues.some((lambda) => Math.abs(lambda) <= zero);
    return {
      at: Array.from(at),
      value: calculus.value(at),
      kind: degenerate ? "degenerate" : index === 0 ? "minimum" : index === d ? "maximum" : "saddle", // prettier-ignore
      index,
      eigenvalues,
      residual: slopeAt(at),
    };
  };

  const from = (start: ArrayLike<number>): CriticalPoint | undefined => {
    let x = Float64Array.from(start);
    let slope = slopeAt(x);
    let mu = 1e-3;
    let before = slope;
    for (let k = 0; k < maxIterations && slope > 0; k++) {
      // Where ∇V does not vanish, H∇V may: such points attract too, and ever more slowly.
      if (k % 20 === 19) {
        if (slope > tolerance && slope > 0.5 * before) return undefined;
        before = slope;
      }
      gradient(x, g);
      hessian(x, h);
      if (!h.every(Number.isFinite) || !g.every(Number.isFinite)) return undefined;
      const { values, vectors } = symmetricEigen(h, d);
      const projections = values.map((_, i) => dotRow(vectors, i, g));
      const largest = Math.max(...values.map(Math.abs));
      const next = new Float64Array(d);
      let better = Infinity;
      for (; mu < 1e8; mu *= 8) {
        next.set(x);
        let length = 0;
        const steps = values.map((lambda, i) => {
          const damped = lambda * lambda + mu * largest * largest;
          const step = damped === 0 ? 0 : (-lambda * projections[i]) / damped;
          length = Math.hypot(length, step);
          return step;
        });
        const shrink = Math.min(1, (0.2 * diagonal) / length);
        for (let i = 0; i < d; i++)
          for (let j = 0; j < d; j++) next[j] += shrink * steps[i] * vectors[i * d + j];
        better = slopeAt(next);
        if (better < slope) break;
      }
      if (!(better < slope)) break;
      const ratio = better / slope;
      x = next;
      slope = better;
      // Near a zero the damping falls with the slope, so that convergence is quadratic.
      mu = Math.max(1e-16, mu * Math.min(0.1, ratio * ratio));
    }
    hessian(x, h);
    const smooth = h.every(Number.isFinite) && Number.isFinite(calculus.value(x));
    return slope <= tolerance && smooth ? classify(x) : undefined;
  };
  return { diagonal, from, classify };
}

/**
 * Point n of an additive sequence, {½ + n·φ⁻ʲ} for coordinate j with φ^(d+1) = φ + 1: it fills a box
 * evenly, whatever the number of points.
 * @see Roberts (2018), https://extremelearning.com.au/unreasonable-effectiveness-of-quasirandom-sequences/
 */
function quasiRandom(n: number, box: Box): Float64Array {
  let phi = 2;
  for (let k = 0; k < 40; k++) phi = (1 + phi) ** (1 / (box.length + 1));
  return Float64Array.from(box, ([low, high], j) => {
    const u = (0.5 + n * phi ** -(j + 1)) % 1;
    return low + (high - low) * u;
  });
}

function requireBox(box: Box, dimension: number): void {
  const sound = box.every(([low, high]) => low < high && Number.isFinite(high - low));
  if (box.length !== dimension || !sound)
    throw new RangeError(
      `a box has an interval [low, high] for each of ${dimension} coordinates, got ${JSON.stringify(box)}`,
    );
}

const inside = (x: readonly number[], box: Box) =>
  box.every(([low, high], i) => x[i] >= low && x[i] <= high);

const distance = (a: readonly number[], b: readonly number[]) =>
  Math.hypot(...a.map((x, i) => x - b[i]));

function median(values: readonly number[]): number {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

function dotRow(rows: Float64Array, i: number, x: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < x.length; j++) sum += rows[i * x.length + j] * x[j];
  return sum;
}
