// Linear stability of SGD in the mean square at a minimum that all samples share: whether the second
// moment S of θ − θ* shrinks under S ← E[(I − ηH_B)S(I − ηH_B)], as against what full batches ask,
// which is the first moment only. With E[H_B ⊗ H_B] = (1 − p)H ⊗ H + (p/N) Σ Hᵢ ⊗ Hᵢ it does for
//
//     η < η* = 2/λmax(C⁺D),  C = ½(H ⊗ I + I ⊗ H),  D = E[H_B ⊗ H_B].
//
// Mulayoff, Michaeli (2024), Exact mean square linear stability analysis for SGD, https://arxiv.org/abs/2306.07850
import { matmul, symmetricEigen, transpose } from "../../numeric/index.ts";
import { stream } from "../../random/index.ts";
import type { SymmetricOperator } from "../operators/operator.ts";
import { covarianceFactor } from "../problem/batches.ts";
import { lanczos } from "../spectra/lanczos.ts";

export interface MeanSquareOptions {
  readonly batchSize: number;
  /** Default false. */
  readonly replacement?: boolean;
  /** Eigenvalues of H below this part of the largest count as 0; default 10⁻¹⁰. */
  readonly zero?: number;
}

export type MeanSquareLimit =
  /** Rates below `value` shrink the second moment, rates above do not. */
  | { readonly kind: "limit"; readonly value: number; readonly fullBatch: number }
  /** No rate does, or all do. */
  | { readonly kind: "never-stable" | "always-stable"; readonly reason: string };

/**
 * η* and 2/λmax(H), exactly, from the Hessian of each sample, row-major [dim, dim], already weighted by
 * cᵢ where samples have weights. Cost: some 20 products of N·dim³, so that dim of some hundreds
 * is much; in coordinates of a subspace it is a bound from above, see `subspaceLimit`.
 *
 * @throws RangeError where a batch cannot be drawn.
 */
export async function meanSquareLimit(
  hessians: readonly Float64Array[],
  dim: number,
  { batchSize, replacement = false, zero = 1e-10 }: MeanSquareOptions,
): Promise<MeanSquareLimit> {
  const N = hessians.length;
  if (!(Number.isInteger(batchSize) && batchSize >= 1 && (replacement || batchSize <= N)))
    throw new RangeError(
      `batch size must be an integer from 1 to the ${N} samples, got ${batchSize}`,
    );
  const p = covarianceFactor(N, batchSize, replacement);
  const mean = new Float64Array(dim * dim);
  for (const own of hessians) for (let k = 0; k < mean.length; k++) mean[k] += own[k] / N;
  for (let i = 0; i < dim; i++)
    for (let j = 0; j < i; j++)
      mean[i * dim + j] = mean[j * dim + i] = (mean[i * dim + j] + mean[j * dim + i]) / 2;
  const { values, vectors } = symmetricEigen(mean, dim);
  const largest = Math.max(values[0], -values[dim - 1]);
  const level = zero * largest;
  if (values[dim - 1] < -level)
    return {
      kind: "never-stable",
      reason: `the Hessian has the negative eigenvalue ${Number(values[dim - 1].toPrecision(3))}: this is no minimum`,
    };
  // Everything in the eigenbasis of H, where C is diagonal: (λₐ + λ_b)/2.
  const back = transpose(vectors, dim, dim);
  const turned = hessians.map((own) =>
    matmul(vectors, matmul(own, back, dim, dim, dim), dim, dim, dim),
  );
  const square = new Float64Array(dim); // diagonal of E[Hᵢ²]
  for (const own of turned)
    for (let a = 0; a < dim; a++)
      for (let b = 0; b < dim; b++) square[a] += own[a * dim + b] ** 2 / N;
  const flat = values.findIndex((x) => x <= level);
  const restless =
    flat < 0 ? -1 : square.findIndex((s, a) => a >= flat && s > (zero ** 0.5 * largest) ** 2);
  if (restless >= 0 && p > 0)
    return {
      kind: "never-stable",
      reason: `samples curve where their mean is flat (eigenvalue ${values[restless]}, root mean square curvature ${Math.sqrt(square[restless])}): no minimum that all share`,
    };
  if (flat === 0) return { kind: "always-stable", reason: "the Hessian is 0" };
  const root = new Float64Array(dim * dim); // C^(−1/2), 0 in the null space
  for (let a = 0; a < dim; a++)
    for (let b = 0; b < dim; b++) {
      const c = (values[a] + values[b]) / 2;
      root[a * dim + b] = c > level ? 1 / Math.sqrt(c) : 0;
    }
  const operator = secondMomentMap(turned, values, root, dim, p);
  const start = root.map((r, k) => (r > 0 && k % (dim + 1) === 0 ? 1 / r : 0));
  // D and C⁻¹ keep the cone of semi-definite matrices, so that the leading eigenmatrix is one, and the
  // start, C^(1/2) of the identity, is not blind to it.
  const { pairs } = await lanczos(operator, stream("0", "mean-square stability"), {
    start,
    tolerance: 1e-7,
    verify: false,
  });
  return { kind: "limit", value: 2 / pairs[0].value, fullBatch: 2 / values[0] };
}

/** S ↦ R∘D[R∘S] with D[S] = (1 − p)ΛSΛ + (p/N) Σ HᵢSHᵢ. */
function secondMomentMap(
  hessians: readonly Float64Array[],
  lambda: Float64Array,
  root: Float64Array,
  dim: number,
  p: number,
): SymmetricOperator {
  let products = 0;
  return {
    name: "second moment of SGD",
    dim: dim * dim,
    dtype: "float64",
    get products() {
      return products;
    },
    apply(v, out) {
      products++;
      const S = root.map((r, k) => r * v[k]);
      const D = new Float64Array(dim * dim);
      for (let a = 0; a < dim; a++)
        for (let b = 0; b < dim; b++)
          D[a * dim + b] = (1 - p) * lambda[a] * lambda[b] * S[a * dim + b];
      if (p > 0)
        for (const own of hessians) {
          const part = matmul(own, matmul(S, own, dim, dim, dim), dim, dim, dim);
          for (let k = 0; k < D.length; k++) D[k] += (p / hessians.length) * part[k];
        }
      for (let k = 0; k < D.length; k++) out[k] = root[k] * D[k];
      return Promise.resolve();
    },
  };
}
