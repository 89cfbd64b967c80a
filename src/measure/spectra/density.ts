import type { Stream } from "../../random/index.ts";
import { studentQuantile } from "../../numeric/index.ts";
import type { SymmetricOperator } from "../operators/operator.ts";
import {
  type QuadratureOptions,
  spectralQuadrature,
  type SpectralQuadrature,
} from "./quadrature.ts";
import { spectralRange } from "./spectral-sum.ts";

export interface DensityOptions {
  /** `linear`: density per unit of λ. `log`: per decade of a signed logarithm, linear below `threshold`. Default `linear`. */
  readonly axis?: "linear" | "log";
  /** Where the signed logarithm begins; default 10⁻⁴ of the largest |λ|. */
  readonly threshold?: number;
  /** Points of an even grid on the axis, or the eigenvalues λ to evaluate at, ascending. Default 400. */
  readonly grid?: number | ArrayLike<number>;
  /**
   * Standard deviation of the Gaussian that smooths, in units of the axis. Default 1 % of the axis' range.
   * `pyhessian`: σ² = 10⁻⁵·max(1, λmax − λmin), the rule of PyHessian and spectral-density, on the linear axis.
   */
  readonly bandwidth?: number | "pyhessian";
  /** Coverage of the bands, point by point; default 0.95. */
  readonly level?: number;
}

export interface SmoothedDensity {
  readonly axis: "linear" | "log";
  /** λ. */
  readonly grid: Float64Array;
  /** Where λ lies on the axis: λ itself, or sign(λ)·log₁₀(1 + |λ|/threshold). */
  readonly position: Float64Array;
  /** Share of eigenvalues per unit of the axis; integrates to 1 over it. */
  readonly density: Float64Array;
  /** Over probes; NaN for a single one. */
  readonly stderr: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly level: number;
  /** Probes. */
  readonly samples: number;
  readonly bandwidth: number;
  readonly threshold?: number;
  readonly method: string;
  readonly seed: string;
}

/** A density with the nodes it was made of, for further sums over the spectrum. */
export interface SpectralDensity extends SmoothedDensity {
  readonly quadrature: SpectralQuadrature;
}

/**
 * The spectral density (1/dim) Σ δ(λ − λᵢ), smoothed by a Gaussian, with an error band over probes.
 *
 * Deflated eigenvalues enter exactly, with weight 1/dim each. Cost: that of `spectralQuadrature`.
 */
export async function spectralDensity(
  operator: SymmetricOperator,
  draws: Stream,
  options: QuadratureOptions & DensityOptions = {},
): Promise<SpectralDensity> {
  const quadrature = await spectralQuadrature(operator, draws, options);
  return { ...smoothDensity(quadrature, options), quadrature };
}

/** Smooth the nodes of a quadrature; costs no product. */
export function smoothDensity(
  quadrature: SpectralQuadrature,
  { axis = "linear", grid = 400, level = 0.95, ...options }: DensityOptions = {},
): SmoothedDensity {
  if (!(level > 0 && level < 1))
    throw new RangeError(`level must be between 0 and 1, got ${level}`);
  const { dim, probes, deflated, seed } = quadrature;
  const [least, greatest] = spectralRange(quadrature);
  const size = Math.max(Math.abs(least), Math.abs(greatest)) || 1;
  const { threshold = 1e-4 * size } = options;
  if (!(threshold > 0)) throw new RangeError(`threshold must be positive, got ${threshold}`);
  const { to, from } = axis === "linear" ? identity : signedLog(threshold);
  const [left, right] = [to(least), to(greatest)];
  const sigma = bandwidthOf(options.bandwidth, axis, left, right);
  const position =
    typeof grid === "number" ? even(grid, left, right, sigma) : Float64Array.from(grid, to);

  const share = (dim - deflated.length) / dim;
  const curves = probes.map(({ nodes, weights }) => {
    const curve = new Float64Array(position.length);
    nodes.forEach((node, i) => addGaussian(curve, position, to(node), share * weights[i], sigma));
    return curve;
  });
  const known = new Float64Array(position.length);
  for (const value of deflated) addGaussian(known, position, to(value), 1 / dim, sigma);
  const n = curves.length;
  const density = known.map((base, k) => base + curves.reduce((sum, c) => sum + c[k], 0) / n);
  const stderr = density.map((mean, k) =>
    Math.sqrt(curves.reduce((s, c) => s + (c[k] + known[k] - mean) ** 2, 0) / (n - 1) / n),
  );
  const t = n > 1 ? studentQuantile((1 + level) / 2, n - 1) : NaN;
  return {
    axis,
    grid: position.map(from),
    position,
    density,
    stderr,
    low: density.map((mean, k) => Math.max(0, mean - t * stderr[k])),
    high: density.map((mean, k) => mean + t * stderr[k]),
    level,
    samples: n,
    bandwidth: sigma,
    ...(axis === "log" && { threshold }),
    method: `spectral density, Lanczos quadrature of ${quadrature.steps} steps, t intervals`,
    seed,
  };
}

interface Axis {
  readonly to: (lambda: number) => number;
  readonly from: (position: number) => number;
}

const identity: Axis = { to: (lambda) => lambda, from: (position) => position };

function signedLog(threshold: number): Axis {
  return {
    to: (lambda) => Math.sign(lambda) * Math.log10(1 + Math.abs(lambda) / threshold),
    from: (u) => Math.sign(u) * threshold * (10 ** Math.abs(u) - 1),
  };
}

function bandwidthOf(
  bandwidth: DensityOptions["bandwidth"],
  axis: "linear" | "log",
  left: number,
  right: number,
): number {
  if (bandwidth === undefined) return 0.01 * (right - left) || 0.01 * Math.abs(right) || 0.01;
  if (bandwidth === "pyhessian") {
    if (axis === "log")
      throw new RangeError("the bandwidth of pyhessian must go with axis linear, got log");
    return Math.sqrt(1e-5 * Math.max(1, right - left));
  }
  if (!(bandwidth > 0)) throw new RangeError(`bandwidth must be positive, got ${bandwidth}`);
  return bandwidth;
}

/** An even grid that reaches 5 % and at least five bandwidths beyond both ends. */
function even(points: number, left: number, right: number, sigma: number): Float64Array {
  if (!(Number.isInteger(points) && points >= 2))
    throw new RangeError(`grid must have at least 2 points, got ${points}`);
  const pad = Math.max(5 * sigma, 0.05 * (right - left));
  const step = (right - left + 2 * pad) / (points - 1);
  return Float64Array.from({ length: points }, (_, k) => left - pad + k * step);
}

function addGaussian(
  curve: Float64Array,
  position: Float64Array,
  centre: number,
  weight: number,
  sigma: number,
): void {
  const height = weight / (sigma * Math.sqrt(2 * Math.PI));
  for (let k = 0; k < curve.length; k++) {
    const d = (position[k] - centre) / sigma;
    if (d * d < 1400) curve[k] += height * Math.exp(-0.5 * d * d);
  }
}
