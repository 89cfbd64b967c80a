import { dot, type FloatArray, norm } from "../../numeric/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { sampleMeter, type SampleMapOptions } from "../per-sample/index.ts";
import { type Problem, sampleWeights } from "../problem/problem.ts";

/** Noise and gradient along one eigenvector of the Hessian. */
export interface EigenvectorNoise {
  /** λ. */
  readonly value: number;
  /** uᵀΣu, exactly. */
  readonly noise: number;
  /** uᵀḡ. */
  readonly slope: number;
}

/**
 * λᵢ against uᵢᵀΣuᵢ, and uᵢᵀḡ, from the slopes gₙ·uᵢ of all samples: their variance and mean. In the
 * order given. Cost: two forward passes a vector.
 */
export async function eigenvectorNoise(
  runtime: Runtime,
  problem: Problem,
  parameters: FloatArray,
  pairs: readonly { readonly value: number; readonly vector: FloatArray }[],
  options: SampleMapOptions = {},
): Promise<EigenvectorNoise[]> {
  const { weights, total } = sampleWeights(problem);
  await using meter = await sampleMeter(runtime, problem, ["slope"], options);
  const result: EigenvectorNoise[] = [];
  for (const { value, vector } of pairs) {
    const { slope: slopes } = await meter.measure(parameters, vector);
    const slope = dot(weights, slopes) / total;
    const noise = slopes.reduce((sum, s, i) => sum + weights[i] * (s - slope) ** 2, 0) / total;
    result.push({ value, noise, slope });
  }
  return result;
}

/** How much of a gradient lies in the first eigenvectors. */
export interface GradientShare {
  /** Eigenvectors used, largest eigenvalue first. */
  readonly values: readonly number[];
  /** |uᵢᵀg|/‖g‖ of each. */
  readonly components: readonly number[];
  /** ‖(u₁ … uᵢ)ᵀg‖/‖g‖: norms, whose squares are shares. */
  readonly cumulative: readonly number[];
  /** Norm of what lies outside all, over ‖g‖. */
  readonly residual: number;
}

/**
 * The share of a gradient in the span of orthonormal eigenvectors, at most `most` of them. A zero
 * gradient has zero shares and no residual.
 *
 * @see Gur-Ari, Roberts, Dyer (2018), https://arxiv.org/abs/1812.04754
 */
export function gradientShare(
  gradient: FloatArray,
  pairs: readonly { readonly value: number; readonly vector: FloatArray }[],
  most = 20,
): GradientShare {
  const used = pairs.toSorted((a, b) => b.value - a.value).slice(0, most);
  const length = norm(gradient);
  const rest = Float64Array.from(gradient);
  let squares = 0;
  const [components, cumulative]: number[][] = [[], []];
  for (const { vector } of used) {
    const along = dot(Float64Array.from(vector), Float64Array.from(gradient));
    squares += along * along;
    vector.forEach((x, i) => (rest[i] -= along * x));
    components.push(length > 0 ? Math.abs(along) / length : 0);
    cumulative.push(length > 0 ? Math.sqrt(squares) / length : 0);
  }
  return {
    values: used.map(({ value }) => value),
    components,
    cumulative,
    residual: length > 0 ? norm(rest) / length : 0,
  };
}
