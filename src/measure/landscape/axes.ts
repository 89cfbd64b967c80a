import { axpy, type FloatArray, norm, scale as scaleBy, squaredNorm } from "../../numeric/index.ts";
import { fillNormal, type Stream } from "../../random/index.ts";
import { sizeOf } from "../../graph/index.ts";
import {
  dimension,
  type ParameterShape,
  parameterViews,
  type Problem,
  zeros,
} from "../problem/problem.ts";

/** A line through parameter space, and the places on it. */
export interface SliceAxis {
  /** As `u1`, `filter-normalised random 1`, `between checkpoints`. */
  readonly name: string;
  /** What one unit of the axis adds to the parameters. */
  readonly direction: FloatArray;
  /** Rising. */
  readonly at: readonly number[];
}

/** `points` places from `low` to `high`, 0 among them to the last bit where a place comes near it. */
export function places(low: number, high: number, points: number): number[] {
  if (!(Number.isInteger(points) && points >= 2))
    throw new RangeError(`an axis must have at least 2 places, got ${points}`);
  if (!(low < high)) throw new RangeError(`an axis must rise, got ${low} to ${high}`);
  const step = (high - low) / (points - 1);
  return Array.from({ length: points }, (_, i) => {
    const place = i === points - 1 ? high : low + i * step;
    return Math.abs(place) < 1e-9 * step ? 0 : place;
  });
}

/** An eigenvector, or any vector, at unit length. */
export function vectorAxis(name: string, vector: FloatArray, at: readonly number[]): SliceAxis {
  const length = norm(vector);
  if (!(length > 0 && length < Infinity))
    throw new RangeError(
      `the direction of ${name} must be finite and not zero, got norm ${length}`,
    );
  const direction = vector.slice();
  scaleBy(1 / length, direction);
  return { name, direction, at };
}

/** From one checkpoint, at 0, to another, at 1. */
export function checkpointAxis(
  from: FloatArray,
  to: FloatArray,
  at: readonly number[],
  name = "between checkpoints",
): SliceAxis {
  const direction = to.slice();
  axpy(-1, from, direction);
  if (!(norm(direction) > 0)) throw new RangeError(`checkpoints of ${name} must differ`);
  return { name, direction, at };
}

export interface FilterOptions {
  /** Leave biases and all other parameters of at most one dimension where they are; default true. */
  readonly zeroVectors?: boolean;
  /** The axis of a parameter whose slices are its filters; default 0, as in [out, in] and [out, in, h, w]. */
  readonly filterAxis?: (parameter: ParameterShape) => number;
}

/**
 * A Gaussian direction each of whose filters has the norm of the weights' own filter: moving by it is
 * the same relative change in each, so that slices do not depend on how consecutive ReLU layers share
 * their scale. Vectors, where they are not left alone, count as one filter.
 *
 * @see Li, Xu, Taylor, Studer, Goldstein (2018), https://arxiv.org/abs/1712.09913
 */
export function filterNormalisedDirection(
  problem: Problem,
  parameters: FloatArray,
  draws: Stream,
  { zeroVectors = true, filterAxis = () => 0 }: FilterOptions = {},
): FloatArray {
  const direction = zeros(problem.dtype, dimension(problem));
  fillNormal(draws, 0, direction);
  const own = parameterViews(problem, parameters);
  parameterViews(problem, direction).forEach((part, k) => {
    const parameter = problem.parameters[k];
    const { shape, name } = parameter;
    if (shape.length <= 1) {
      if (zeroVectors) part.fill(0);
      else matchNorm([...part.keys()], part, own[k]);
      return;
    }
    const axis = filterAxis(parameter);
    if (!(Number.isInteger(axis) && axis >= 0 && axis < shape.length))
      throw new RangeError(`filter axis of ${name} must be in [0, ${shape.length}), got ${axis}`);
    const inner = sizeOf(shape.slice(axis + 1));
    const filters = Array.from({ length: shape[axis] }, (): number[] => []);
    for (let i = 0; i < part.length; i++) filters[Math.floor(i / inner) % shape[axis]].push(i);
    for (const filter of filters) matchNorm(filter, part, own[k]);
  });
  return direction;
}

/** Scale the entries of `part` to the norm that those of `like` have. */
function matchNorm(entries: readonly number[], part: FloatArray, like: FloatArray): void {
  const pick = (from: FloatArray) =>
    Math.sqrt(squaredNorm(Float64Array.from(entries, (i) => from[i])));
  const factor = pick(like) / pick(part);
  for (const i of entries) part[i] *= factor;
}
