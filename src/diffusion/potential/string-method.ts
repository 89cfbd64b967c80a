// The path that a rare escape takes: the minimum-energy path, along which ∇V has no part across the
// path, and the saddle on top of it. The string finds which saddle; Newton's method then says exactly
// where, so that the barrier is not the string's interpolation.
import { type PotentialCalculus, potentialCalculus } from "./calculus.ts";
import { type Box, type CriticalPoint, type Newton, newtonOn } from "./critical-points.ts";
import type { Potential } from "./potential.ts";

export interface StringMethodOptions {
  readonly parameters?: Readonly<Record<string, number>>;
  /** Points of the path, ends included. Default 64. */
  readonly images?: number;
  /** The string is at rest where no image moves faster than this part of the largest |∇V| on it. Default 10⁻⁴. */
  readonly tolerance?: number;
  /** Default 20000. */
  readonly maxIterations?: number;
}

export interface MinimumEnergyPath {
  readonly status: "converged" | "max-iterations";
  readonly iterations: number;
  /**
   * Largest |∇V − (∇V·t)t| over the path, t its unit tangent. Of a string at rest it is what finite
   * differences leave of t, of order (length/images)⁴, of order squared next to the ends.
   */
  readonly residual: number;
  /** [images, d], at equal distances along the path. */
  readonly path: readonly (readonly number[])[];
  readonly values: readonly number[];
  readonly from: CriticalPoint;
  readonly to: CriticalPoint;
  /** Points of index 1 that the path crosses, in its order: saddles, in one dimension maxima. */
  readonly saddles: readonly CriticalPoint[];
  /** The highest of them; absent where the top of the path is no smooth saddle. */
  readonly saddle: CriticalPoint | undefined;
  /** V on top minus V at `from`, by the saddle, or else by the highest image. */
  readonly barrier: number;
  /** The same from `to`. */
  readonly reverseBarrier: number;
}

/**
 * The minimum-energy path between two minima by the simplified string method: each image takes a step
 * down −∇V, then the images are put back at equal arc length. Starts from the straight line. Images
 * where V peaks are improved by climbing (∇V reversed along the path) and by Newton's method.
 *
 * Of several paths it finds the one nearest below the straight line.
 *
 * Cost: images × iterations gradients.
 *
 * @throws RangeError where an end is not at a minimum.
 * @see E, Ren, Vanden-Eijnden (2007), https://doi.org/10.1063/1.2720838
 */
export function minimumEnergyPath(
  potential: Potential,
  from: readonly number[],
  to: readonly number[],
  { parameters, images = 64, tolerance = 1e-4, maxIterations = 20_000 }: StringMethodOptions = {},
): MinimumEnergyPath {
  if (!(images >= 5)) throw new RangeError(`a string needs 5 images or more, got ${images}`);
  const calculus = potentialCalculus(potential, parameters);
  const newton = newtonOn(calculus, around(from, to));
  const ends = [from, to].map((end) => requireMinimum(newton, end, potential.name));
  const d = potential.dimension;
  let path: Float64Array[] = Array.from({ length: images }, (_, i) =>
    Float64Array.from({ length: d }, (__, j) => {
      const s = i / (images - 1);
      return (1 - s) * ends[0].at[j] + s * ends[1].at[j];
    }),
  );
  let spare: Float64Array[] = path.map((x) => x.slice());
  const g = new Float64Array(d);
  let iterations = 0;
  let step = stepFor(calculus, path);
  let atRest = false;
  while (iterations < maxIterations && !atRest) {
    const before = path.map((x) => x.slice());
    let [time, steepest] = [0, 0];
    for (let inner = 0; inner < 50; inner++, iterations++) {
      for (let i = 1; i < images - 1; i++) {
        const x = path[i];
        calculus.gradient(x, g);
        const slope = Math.hypot(...g);
        steepest = Math.max(steepest, slope);
        const shrink = Math.min(step, (0.5 * newton.diagonal) / images / slope);
        for (let j = 0; j < d; j++) x[j] -= shrink * g[j];
      }
      equallySpaced(path, spare);
      [path, spare] = [spare, path];
      time += step;
    }
    const moved = Math.max(...path.map((x, i) => distance(x, before[i])));
    atRest = moved <= tolerance * steepest * time;
    step = stepFor(calculus, path);
  }
  const polished = polish(calculus, path, step);
  path = polished.path;
  const values = path.map((x) => calculus.value(x));
  const saddles = peaks(values)
    .map((i) => climb(calculus, newton, path, i, step))
    .filter((point) => point !== undefined);
  const saddle = saddles.reduce<CriticalPoint | undefined>(
    (top, point) => (top === undefined || point.value > top.value ? point : top),
    undefined,
  );
  const top = saddle?.value ?? Math.max(...values);
  return {
    status: atRest ? "converged" : "max-iterations",
    iterations,
    residual: polished.residual,
    path: path.map((x) => [...x]),
    values,
    from: ends[0],
    to: ends[1],
    saddles,
    saddle,
    barrier: top - ends[0].value,
    reverseBarrier: top - ends[1].value,
  };
}

/** A box around both ends, for the scales of V. */
function around(from: readonly number[], to: readonly number[]): Box {
  const reach = Math.hypot(...from.map((x, i) => x - to[i])) / 2 || 1;
  return from.map((x, i) => [Math.min(x, to[i]) - reach / 2, Math.max(x, to[i]) + reach / 2]);
}

function requireMinimum(newton: Newton, end: readonly number[], name: string): CriticalPoint {
  const found = newton.from(end);
  const moved = found && Math.hypot(...found.at.map((x, i) => x - end[i]));
  if (found?.kind !== "minimum" || moved! > 0.05 * newton.diagonal)
    throw new RangeError(
      `a path begins and ends at minima: ${name} has none near [${end.join(", ")}]`,
    );
  return found;
}

/** Half of the largest step that is stable for the stiffest image. */
function stepFor(calculus: PotentialCalculus, path: readonly Float64Array[]): number {
  const h = new Float64Array(calculus.dimension ** 2);
  let stiffest = 0;
  for (const x of path) {
    calculus.hessian(x, h);
    stiffest = Math.max(stiffest, Math.hypot(...h));
  }
  return 1 / stiffest;
}

/**
 * Steps along ∇V make the string cut its bends by half of a step's length squared, however long it is
 * let run. Steps across the path alone do not, but are not stable far from rest: they end the work, as
 * long as they make the residual smaller.
 */
function polish(
  calculus: PotentialCalculus,
  start: Float64Array[],
  longest: number,
): { readonly path: Float64Array[]; readonly residual: number } {
  let best = { path: start, residual: across(calculus, start) };
  const g = new Float64Array(calculus.dimension);
  // A ripple turns the tangent, and the slope along it feeds the ripple: slow against one image a step.
  const step = Math.min(
    longest,
    (0.2 * distance(start[0], start[1])) / steepestOn(calculus, start),
  );
  for (let block = 0; block < 100; block++) {
    let path = best.path.map((x) => x.slice());
    for (let inner = 0; inner < 10; inner++) {
      const moved = path.map((x, i) => {
        if (i === 0 || i === path.length - 1) return x;
        calculus.gradient(x, g);
        const t = tangent(path, i);
        const slope = t.reduce((sum, tj, j) => sum + tj * g[j], 0);
        return x.map((xj, j) => xj - step * (g[j] - slope * t[j]));
      });
      path = moved.map((x) => x.slice());
      equallySpaced(moved, path);
    }
    const residual = across(calculus, path);
    if (!(residual < 0.99 * best.residual)) break;
    best = { path, residual };
  }
  return best;
}

function steepestOn(calculus: PotentialCalculus, path: readonly Float64Array[]): number {
  const g = new Float64Array(calculus.dimension);
  return path.reduce((steepest, x) => {
    calculus.gradient(x, g);
    return Math.max(steepest, Math.hypot(...g));
  }, 0);
}

/** The largest ∇V across the path. */
function across(calculus: PotentialCalculus, path: readonly Float64Array[]): number {
  const g = new Float64Array(calculus.dimension);
  let widest = 0;
  for (let i = 1; i < path.length - 1; i++) {
    calculus.gradient(path[i], g);
    const t = tangent(path, i);
    const slope = t.reduce((sum, tj, j) => sum + tj * g[j], 0);
    widest = Math.max(widest, Math.hypot(...g.map((gj, j) => gj - slope * t[j])));
  }
  return widest;
}

/** Unit tangent of the cubic through five neighbours, of the parabola next to the ends. */
function tangent(path: readonly Float64Array[], i: number): Float64Array {
  const [a, b] = [path[i - 1], path[i + 1]];
  const [aa, bb] = [path[i - 2], path[i + 2]];
  const t = b.map((x, j) =>
    aa === undefined || bb === undefined ? x - a[j] : 8 * (x - a[j]) - (bb[j] - aa[j]),
  );
  const length = Math.hypot(...t);
  return t.map((x) => x / length);
}

/** Into `out` the same curve with its points at equal distances, by the cubic through four neighbours. */
function equallySpaced(path: readonly Float64Array[], out: readonly Float64Array[]): void {
  const last = path.length - 1;
  const arc = new Float64Array(path.length);
  for (let i = 1; i <= last; i++) arc[i] = arc[i - 1] + distance(path[i], path[i - 1]);
  out[0].set(path[0]);
  out[last].set(path[last]);
  for (let i = 1, k = 0; i < last; i++) {
    const s = (arc[last] * i) / last;
    while (k < last - 1 && arc[k + 1] < s) k++;
    const first = Math.min(Math.max(k - 1, 0), last - 3);
    out[i].fill(0);
    for (let m = first; m < first + 4; m++) {
      let weight = 1;
      for (let n = first; n < first + 4; n++)
        if (n !== m) weight *= (s - arc[n]) / (arc[m] - arc[n]);
      for (let j = 0; j < out[i].length; j++) out[i][j] += weight * path[m][j];
    }
  }
}

/** Where values are larger than on both sides. */
function peaks(values: readonly number[]): number[] {
  return [...values.keys()].filter(
    (i) =>
      i > 0 && i < values.length - 1 && values[i] > values[i - 1] && values[i] >= values[i + 1],
  );
}

/** From image i up along the path and down across it, then by Newton: a saddle of index 1, or nothing. */
function climb(
  calculus: PotentialCalculus,
  newton: Newton,
  path: readonly Float64Array[],
  i: number,
  step: number,
): CriticalPoint | undefined {
  const x = path[i].slice();
  const t = tangent(path, i);
  const g = new Float64Array(x.length);
  for (let k = 0; k < 200; k++) {
    calculus.gradient(x, g);
    const slope = t.reduce((sum, tj, j) => sum + tj * g[j], 0);
    for (let j = 0; j < x.length; j++) x[j] -= step * (g[j] - 2 * slope * t[j]);
  }
  const found = newton.from(x);
  const near = found && Math.hypot(...found.at.map((y, j) => y - path[i][j])) < 0.1 * newton.diagonal; // prettier-ignore
  return near && found.kind !== "degenerate" && found.index === 1 ? found : undefined;
}

function distance(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += (a[j] - b[j]) ** 2;
  return Math.sqrt(sum);
}
