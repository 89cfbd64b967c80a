// The noises that Zhu et al. compare, all of one trace. In their toy the noise is added to the weights, a
// covariance of trace 0.01 a step; in their networks it is added to the gradient, with the trace of SGD's
// own covariance, and comes to the weights times η.
import {
  abs,
  add,
  cast,
  div,
  equal,
  greater,
  greaterEqual,
  less,
  maximum,
  mul,
  scalar,
  sign,
  sqrt,
  sub,
  type Tensor,
  where,
} from "../../graph/index.ts";
import { diagonal } from "./constant.ts";
import type { BatchProblem } from "./finite-sum.ts";
import { requireBatchSize } from "./hessian-shaped.ts";
import type { GaussianNoise, Landscape, Matrix, Named } from "./noise.ts";
import { sampleCovariance } from "./sample-covariance.ts";
import {
  type EigenGraph,
  matrixFunction,
  type SpectralFunction,
  sum,
  symmetricEigenGraph,
} from "./symmetric.ts";

/** Of which shape the covariance is, Σ̂ being that of the samples' gradients at the place and H the Hessian there. */
export type NoiseShape =
  /** I/d. */
  | { readonly kind: "isotropic" }
  /** diag Σ̂ / tr Σ̂. */
  | { readonly kind: "diagonal" }
  /** The `count` leading eigenpairs of Σ̂ over the sum of their eigenvalues: all of Σ̂ / tr Σ̂ where d ≤ `count`. */
  | { readonly kind: "leading"; readonly count: number }
  /** |H| / tr |H|. */
  | { readonly kind: "hessian" }
  /** u₁u₁ᵀ, of H's algebraically largest eigenvalue; where it is repeated, of one of its vectors. */
  | { readonly kind: "first-eigenvector" };

/**
 * Noise that is added to the weights in each step, whatever η: a covariance of the shape with the trace
 * that the parameter `trace` says. As a diffusion D = Σ_w/(2η).
 *
 * @see Zhu et al. (2019), https://arxiv.org/abs/1803.00195, and the toy of its code
 * @throws RangeError for a trace that is no number of at least 0, or a count that is no positive integer.
 */
export function weightNoise(
  problem: BatchProblem,
  shape: NoiseShape,
  { trace }: { readonly trace: number },
): GaussianNoise {
  if (!(trace >= 0 && trace < Infinity))
    throw new RangeError(`trace must be a number of at least 0, got ${trace}`);
  requireShape(shape);
  return {
    ...base(problem, shape, "weight"),
    formula: `covariance trace·${formulaOf(shape)} added to the weights in each step`,
    parameters: { ...problem.mean.parameters, trace },
    factor(at, named, eta) {
      const unit = unitFactor(problem, shape, at, named);
      return scaled(sqrt(div(named.trace, eta)), unit);
    },
  };
}

/**
 * Noise that is added to the gradient, of the shape and the trace of SGD's own: C = tr(Σ_B)·shape,
 * D = ηC/2, with Σ_B = Σ̂/B (batches drawn with replacement) or (N − B)/(B(N − 1))·Σ̂ (without). The
 * parameter is `batchSize`.
 *
 * @see Zhu et al. (2019), https://arxiv.org/abs/1803.00195
 * @throws RangeError for a batch size that is not positive, or larger than the sum without replacement.
 */
export function gradientNoise(
  problem: BatchProblem,
  shape: NoiseShape,
  { batchSize, replacement }: { readonly batchSize: number; readonly replacement: boolean },
): GaussianNoise {
  requireBatchSize(batchSize);
  requireShape(shape);
  const { samples } = problem;
  if (!replacement && (samples < 2 || batchSize > samples))
    throw new RangeError(
      `a batch without replacement must be of at most the ${samples} samples, 2 at least, got ${batchSize}`,
    );
  return {
    ...base(problem, shape, "gradient"),
    formula: `covariance tr(Σ_B)·${formulaOf(shape)} added to the gradient`,
    parameters: { ...problem.mean.parameters, batchSize },
    factor(at, named, eta) {
      const { trace } = sampleCovariance(problem, at.x, named);
      const unit = unitFactor(problem, shape, at, named);
      const alone = div(trace, named.batchSize);
      const batch = replacement
        ? alone
        : mul(alone, mul(sub(samples, named.batchSize), 1 / (samples - 1)));
      return scaled(sqrt(mul(eta, batch)), unit);
    },
  };
}

function base(problem: BatchProblem, shape: NoiseShape, added: "weight" | "gradient") {
  return {
    kind: "gaussian",
    name: `${added}-${shape.kind}`,
    dimension: problem.mean.dimension,
    stateDependent: added === "gradient" || shape.kind !== "isotropic",
    columns: (dimension: number) => (shape.kind === "first-eigenvector" ? 1 : dimension),
  } as const;
}

function requireShape(shape: NoiseShape): void {
  if (shape.kind === "leading" && !(Number.isSafeInteger(shape.count) && shape.count >= 1))
    throw new RangeError(
      `count of leading eigenpairs must be a positive integer, got ${shape.count}`,
    );
}

function formulaOf(shape: NoiseShape): string {
  switch (shape.kind) {
    case "isotropic":
      return "I/d";
    case "diagonal":
      return "diag Σ̂/tr Σ̂";
    case "leading":
      return `(${shape.count} leading eigenpairs of Σ̂)/(sum of their eigenvalues)`;
    case "hessian":
      return "|H|/tr|H|";
    case "first-eigenvector":
      return "u₁u₁ᵀ of H";
  }
}

/** F with FFᵀ of the shape and trace 1; 0 where Σ̂ or H is. */
function unitFactor(problem: BatchProblem, shape: NoiseShape, at: Landscape, named: Named): Matrix {
  const { x } = at;
  switch (shape.kind) {
    case "isotropic":
      return diagonal(x.map(() => scalar(1 / Math.sqrt(x.length), "float64")));
    case "diagonal": {
      const { covariance, trace } = sampleCovariance(problem, x, named);
      return diagonal(covariance.map((row, i) => sqrt(ratio(row[i], trace))));
    }
    case "leading": {
      const { covariance, trace } = sampleCovariance(problem, x, named);
      if (shape.count < x.length) return leading(symmetricEigenGraph(covariance), shape.count);
      return scaled(
        sqrt(ratio(scalar(1, "float64"), trace)),
        matrixFunction(covariance, rootOfSize),
      );
    }
    case "hessian": {
      const root = matrixFunction(at.hessian(), rootOfSize);
      const trace = sum(root.flat().map((entry) => mul(entry, entry)));
      return scaled(sqrt(ratio(scalar(1, "float64"), trace)), root);
    }
    case "first-eigenvector":
      return firstVector(symmetricEigenGraph(at.hessian())).map((entry) => [entry]);
  }
}

const scaled = (factor: Tensor, matrix: Matrix): Matrix =>
  matrix.map((row) => row.map((entry) => mul(factor, entry)));

/** a/b, and 0 where b is not positive. */
function ratio(a: Tensor, b: Tensor): Tensor {
  const none = equal(b, 0);
  return where(none, 0, div(a, where(none, 1, b)));
}

/** √|λ| */
const rootOfSize: SpectralFunction = {
  value: (lambda) => sqrt(abs(lambda)),
  divided(a, b, fa, fb) {
    const apart = sub(a, b);
    const opposite = div(sub(abs(a), abs(b)), where(equal(apart, 0), 1, apart));
    const together = where(less(mul(a, b), 0), opposite, sign(add(a, b)));
    return ratio(together, add(fa, fb));
  },
};

/** Columns √(γₖ/Σγ)·vₖ of the `count` largest eigenvalues, 0 for the others: each counts those before it. */
function leading({ values, vectors }: EigenGraph, count: number): Matrix {
  const kept = values.map((gamma, k) => {
    const before = values.flatMap((other, l) =>
      l === k ? [] : [cast(l < k ? greaterEqual(other, gamma) : greater(other, gamma), "float64")],
    );
    return where(less(sum(before), count), maximum(gamma, 0), 0);
  });
  const total = sum(kept);
  const weights = kept.map((gamma) => sqrt(ratio(gamma, total)));
  return vectors.map((row) => row.map((entry, k) => mul(entry, weights[k])));
}

/** The vector of the largest eigenvalue. */
function firstVector({ values, vectors }: EigenGraph): readonly Tensor[] {
  let best = values[0];
  let vector = vectors.map((row) => row[0]);
  values.slice(1).forEach((value, k) => {
    const better = greater(value, best);
    best = where(better, value, best);
    vector = vector.map((entry, i) => where(better, vectors[i][k + 1], entry));
  });
  return vector;
}
