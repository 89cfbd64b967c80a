import { integrate } from "../../numeric/index.ts";
import type { PotentialCalculus } from "../potential/calculus.ts";
import { requirePositive } from "./law.ts";

/** A path from a minimum to a saddle by a parameter t; in one dimension t may be x itself. */
export interface EscapePath {
  readonly from: number;
  readonly to: number;
  /** dL/dt. */
  readonly slope: (t: number) => number;
  /** eᵀHe along the unit tangent e. */
  readonly curvature: (t: number) => number;
  /** Where the path bends. */
  readonly breakpoints?: readonly number[];
}

/**
 * The straight pieces between points, such as the images of a minimum-energy path up to its saddle,
 * by their length.
 *
 * @throws RangeError for fewer than two points, or two in one place.
 */
export function escapePath(
  landscape: PotentialCalculus,
  points: readonly ArrayLike<number>[],
): EscapePath {
  const d = landscape.dimension;
  if (points.length < 2)
    throw new RangeError(`a path must have two points at least, got ${points.length}`);
  const lengths = [0];
  const tangents: Float64Array[] = [];
  for (let p = 0; p + 1 < points.length; p++) {
    const step = Float64Array.from({ length: d }, (_, i) => points[p + 1][i] - points[p][i]);
    const length = Math.hypot(...step);
    if (!(length > 0))
      throw new RangeError(`points of a path must differ, got a step of ${length} at ${p}`);
    lengths.push(lengths[p] + length);
    tangents.push(step.map((value) => value / length));
  }
  const gradient = new Float64Array(d);
  const hessian = new Float64Array(d * d);
  const place = (t: number) => {
    let p = 0;
    while (p + 1 < tangents.length && t >= lengths[p + 1]) p++;
    const e = tangents[p];
    return { e, x: e.map((value, i) => points[p][i] + (t - lengths[p]) * value) };
  };
  return {
    from: 0,
    to: lengths[lengths.length - 1],
    slope(t) {
      const { e, x } = place(t);
      landscape.gradient(x, gradient);
      return e.reduce((sum, value, i) => sum + value * gradient[i], 0);
    },
    curvature(t) {
      const { e, x } = place(t);
      landscape.hessian(x, hessian);
      let sum = 0;
      for (let i = 0; i < d; i++)
        for (let j = 0; j < d; j++) sum += e[i] * hessian[i * d + j] * e[j];
      return sum;
    },
    breakpoints: lengths.slice(1, -1),
  };
}

/**
 * I(ε) = ∫ L′/√(H² + ε²) along a path, the slope of ln τ against 2B/η for a floored D ∝ |H|.
 *
 * @throws RangeError where ε is not positive: the integral diverges where H changes sign.
 */
export function flooredIntegral(path: EscapePath, epsilon: number): number {
  requirePositive("floor of the curvature", epsilon);
  const { from, to, slope, curvature, breakpoints = [] } = path;
  const { value, error, status } = integrate(
    (t) => slope(t) / Math.hypot(curvature(t), epsilon),
    from,
    to,
    { breakpoints, relativeTolerance: 1e-9 },
  );
  if (status === "max-intervals")
    throw new RangeError(`floored integral must converge, got an error of ${error}`);
  return value;
}
