// Finite sums of quadratics about 0 with a Hessian that is known exactly: what E L at a minimum is held against.
import { type BatchProblem, batchProblem, finiteBatchStationary } from "../../diffusion/index.ts";
import { add, mul, square, sub, type Tensor } from "../../graph/index.ts";
import { matmul, symmetricEigen, transpose } from "../../numeric/index.ts";
import { fillNormal, stream, substream } from "../../random/index.ts";

export interface QuadraticSpec {
  /** Eigenvalues of H. */
  readonly curvatures: readonly number[];
  /** N, an even number. */
  readonly samples: number;
  /**
   * `labels`: ½(xᵀθ − y)² with y = ±σ, each input with both labels, so that θ = 0 is the minimum and C = σ²H
   * exactly. `isotropic`: ½θᵀHθ + ξᵀθ with C = σ²I exactly.
   */
  readonly noise: { readonly kind: "labels" | "isotropic"; readonly variance: number };
}

/** The samples, the minimum at 0, H = diag(curvatures). */
export interface QuadraticProblem {
  readonly problem: BatchProblem;
  /** ½ Σ λⱼθⱼ². */
  readonly excess: (theta: readonly Tensor[]) => Tensor;
  /** E L − L(0) of SGD with real batches, with replacement, exactly. */
  readonly exact: (eta: number, batch: number) => number;
}

export function quadraticProblem(spec: QuadraticSpec, seed: string): QuadraticProblem {
  const { curvatures, samples, noise } = spec;
  const d = curvatures.length;
  if (!Number.isSafeInteger(samples / 2))
    throw new RangeError(`samples of a mirrored sum must be an even number, got ${samples}`);
  const sigma = Math.sqrt(noise.variance);
  const labelled = noise.kind === "labels";
  const half = whitened(
    seed,
    samples / 2,
    labelled ? curvatures : curvatures.map(() => noise.variance),
  );
  const features = labelled ? d + 1 : d;
  const data = new Float64Array(samples * features);
  for (let i = 0; i < samples; i++) {
    const row = half.subarray(d * (i >> 1), d * ((i >> 1) + 1));
    const sign = i % 2 === 0 ? 1 : -1;
    if (labelled) data.set([...row, sign * sigma], i * features);
    else data.set(row.map((xi) => sign * xi), i * features); // prettier-ignore
  }
  const excess = (theta: readonly Tensor[]) =>
    total(theta.map((t, j) => mul(square(t), curvatures[j] / 2)));
  const along = (row: readonly Tensor[], theta: readonly Tensor[]) =>
    total(theta.map((t, j) => mul(row[j], t)));
  const problem = batchProblem({
    name: labelled ? "linear-regression" : "shaken-quadratic",
    formula: labelled ? "mean of (x·θ − y)²/2" : "θᵀHθ/2 + mean of ξ·θ",
    dimension: d,
    parameters: {},
    value: excess,
    sum: {
      samples,
      features,
      data,
      loss: (theta, row) =>
        labelled
          ? mul(square(sub(along(row, theta), row[d])), 0.5)
          : add(excess(theta), along(row, theta)),
    },
  });
  return { problem, excess, exact: exactly(data, spec) };
}

const total = (terms: readonly Tensor[]) => terms.reduce((sum, term) => add(sum, term));

/** Normal rows, rotated and scaled until their second moments are diag(variances) to rounding. */
function whitened(seed: string, rows: number, variances: readonly number[]): Float64Array {
  const d = variances.length;
  const z = new Float64Array(rows * d);
  fillNormal(substream(stream(seed, "three-factors"), "rows"), 0, z);
  const moments = matmul(transpose(z, rows, d), z, d, rows, d).map((m) => m / rows);
  const { values, vectors } = symmetricEigen(moments, d);
  const rotated = matmul(z, transpose(vectors, d, d), rows, d, d);
  return rotated.map((v, i) => v * Math.sqrt(variances[i % d] / values[i % d]));
}

function exactly(data: Float64Array, { curvatures, samples, noise }: QuadraticSpec) {
  const d = curvatures.length;
  const hessians = new Float64Array(samples * d * d);
  const gradients = new Float64Array(samples * d);
  const labelled = noise.kind === "labels";
  const features = labelled ? d + 1 : d;
  for (let i = 0; i < samples; i++) {
    const row = data.subarray(i * features, (i + 1) * features);
    for (let j = 0; j < d; j++) {
      gradients[i * d + j] = labelled ? -row[d] * row[j] : row[j];
      for (let k = 0; k < d; k++)
        hessians[(i * d + j) * d + k] = labelled ? row[j] * row[k] : j === k ? curvatures[j] : 0;
    }
  }
  return (eta: number, batch: number) =>
    finiteBatchStationary({ dimension: d, hessians, gradients, batch, replacement: true, eta })
      .loss;
}

/** η/(4S)·Tr H, the paper's number where C = H. */
export const printedLoss = (eta: number, batch: number, curvatures: readonly number[]): number =>
  (eta / (4 * batch)) * curvatures.reduce((sum, lambda) => sum + lambda, 0);

/** Σ ηλ/(2S(2 − ηλ)): the recursion's own law for additive noise with C = H. */
export const discreteLoss = (eta: number, batch: number, curvatures: readonly number[]): number =>
  curvatures.reduce((sum, lambda) => sum + (eta * lambda) / (2 * batch * (2 - eta * lambda)), 0);
