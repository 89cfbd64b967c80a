// How the gradient noise lies to the curvature, from products with the Hessian H and the per-sample
// gradient covariance Σ. Tr(HΣ) is what the noise adds to the loss in a step; the ratio compares it
// with isotropic noise of the same trace, the cosine with noise that is a multiple of H.
//
// Zhu et al. (2019), The anisotropic noise in stochastic gradient descent, https://arxiv.org/abs/1803.00195
import { dot, type FloatArray, squaredNorm } from "../../numeric/index.ts";
import { fillRademacher, type Stream, substream } from "../../random/index.ts";
import type { Estimate, EstimateOptions } from "../../statistics/index.ts";
import { applyBlock, type SymmetricOperator } from "../operators/operator.ts";
import { rootEstimate } from "../traces/frobenius.ts";
import { skewedMeanEstimate } from "../traces/skewed-mean.ts";
import { jackknife } from "./jackknife.ts";
import { type Measured, product } from "./measured.ts";

/** Traces and norms of two symmetric operators and of their product. */
export interface NoiseAlignment<M extends Measured = Measured> {
  /** P. */
  readonly dimension: number;
  readonly trH: M;
  readonly trSigma: M;
  readonly trHSigma: M;
  /** ‖H‖_F and ‖Σ‖_F. */
  readonly frobeniusH: M;
  readonly frobeniusSigma: M;
  /** P·Tr(HΣ) / (Tr H·Tr Σ): 1 where the noise is isotropic. Absent where the data do not tell a trace in it from 0. */
  readonly ratio?: M;
  /** Tr(HΣ) / (‖H‖_F‖Σ‖_F), from −1 to 1: 1 where Σ is a positive multiple of H. */
  readonly cosine?: M;
}

/** All of `NoiseAlignment` without error, from P products with each operator. For P of some thousands. */
export async function alignmentExact(
  hessian: SymmetricOperator,
  sigma: SymmetricOperator,
): Promise<NoiseAlignment> {
  const dim = requireSameDimension(hessian, sigma);
  const pairs = pairedProducts(hessian, sigma);
  const sums = new Float64Array(5);
  for (let from = 0; from < dim; from += blockOf) {
    const units = Array.from({ length: Math.min(blockOf, dim - from) }, () => zeros(hessian));
    units.forEach((unit, j) => (unit[from + j] = 1));
    for (const row of await pairs(units)) row.forEach((x, k) => (sums[k] += x));
  }
  const method = `sum over ${dim} unit vectors`;
  const exact = (value: number): Measured => ({ value, method });
  const [trH, trSigma, trHSigma, squareH, squareSigma] = sums;
  const [below, norms] = [trH * trSigma, Math.sqrt(squareH * squareSigma)];
  return {
    dimension: dim,
    trH: exact(trH),
    trSigma: exact(trSigma),
    trHSigma: exact(trHSigma),
    frobeniusH: exact(Math.sqrt(squareH)),
    frobeniusSigma: exact(Math.sqrt(squareSigma)),
    ...(below !== 0 && { ratio: exact((dim * trHSigma) / below) }),
    ...(norms !== 0 && { cosine: exact(trHSigma / norms) }),
  };
}

export interface ProbeAlignment extends NoiseAlignment<Estimate> {
  readonly probes: number;
  /** zᵀHz, zᵀΣz, Hz·Σz, ‖Hz‖², ‖Σz‖² of each probe. */
  readonly products: readonly Float64Array[];
}

/**
 * All of `NoiseAlignment` from `probes` Rademacher vectors z that everything shares: zᵀHz, zᵀΣz, Hz·Σz,
 * ‖Hz‖² and ‖Σz‖² are unbiased for the traces and squared norms. Ratio, cosine and norms are functions
 * of their means; their errors are by the jackknife over probes, and their bias is O(1/probes).
 *
 * Cost: a product with each operator a probe. Where samples are cheaper than products, or Tr Σ is
 * known exactly, `trHSigmaBySamples` has the smaller error for Tr(HΣ).
 */
export async function alignmentByProbes(
  hessian: SymmetricOperator,
  sigma: SymmetricOperator,
  draws: Stream,
  { probes = 100, level = 0.95 }: { readonly probes?: number; readonly level?: number } = {},
): Promise<ProbeAlignment> {
  const dimension = requireSameDimension(hessian, sigma);
  if (!(Number.isInteger(probes) && probes >= 2))
    throw new RangeError(`probes must be at least 2 to give an error bar, got ${probes}`);
  const pairs = pairedProducts(hessian, sigma);
  const rows: number[][] = [];
  for (let from = 0; from < probes; from += blockOf) {
    const z = Array.from({ length: Math.min(blockOf, probes - from) }, () => zeros(hessian));
    z.forEach((own, j) => fillRademacher(substream(draws, from + j), 0, own));
    rows.push(...(await pairs(z)));
  }
  return alignmentOfProducts(dimension, rows, { seed: draws.seed, level });
}

/** What `alignmentByProbes` makes of zᵀHz, zᵀΣz, Hz·Σz, ‖Hz‖², ‖Σz‖² of at least 2 Rademacher probes, a row each. */
export function alignmentOfProducts(
  dimension: number,
  rows: readonly (readonly number[])[],
  options: EstimateOptions,
): ProbeAlignment {
  const columns = [0, 1, 2, 3, 4].map((c) => Float64Array.from(rows, (row) => row[c]));
  const method = "Rademacher probes, t interval widened for skewness";
  const mean = (column: number) => skewedMeanEstimate(columns[column], { ...options, method });
  const of = (used: number[], f: (means: number[]) => number) =>
    jackknife(
      used.map((c) => columns[c]),
      f,
      { ...options, method: "Rademacher probes" },
    );
  const [trH, trSigma] = [mean(0), mean(1)];
  const told = ({ low, high }: Estimate) => low * high > 0;
  const [frobeniusH, frobeniusSigma] = [3, 4].map((c) =>
    rootEstimate(mean(c), "Rademacher probes, root of the interval of the square"),
  );
  return {
    dimension,
    probes: rows.length,
    products: columns,
    trH,
    trSigma,
    trHSigma: mean(2),
    frobeniusH,
    frobeniusSigma,
    ...(told(trH) &&
      told(trSigma) && {
        ratio: of([0, 1, 2], ([h, s, hs]) => (dimension * hs) / (h * s)),
      }),
    ...(frobeniusH.value * frobeniusSigma.value > 0 && {
      cosine: of([2, 3, 4], ([hs, hh, ss]) => hs / Math.sqrt(hh * ss)),
    }),
  };
}

/** P·Tr(HΣ) / (Tr H·Tr Σ) of numbers that were measured independently of one another; exact where they are. */
export function alignmentRatio(
  dimension: number,
  trHSigma: Measured,
  trH: Measured,
  trSigma: Measured,
): Measured {
  const count: Measured = { value: dimension, method: "count" };
  return product(
    [
      [count, 1],
      [trHSigma, 1],
      [trH, -1],
      [trSigma, -1],
    ],
    "alignment ratio, delta method",
  );
}

/** Tr(HΣ) / (‖H‖_F‖Σ‖_F) of numbers that were measured independently of one another. */
export function alignmentCosine(
  trHSigma: Measured,
  frobeniusH: Measured,
  frobeniusSigma: Measured,
): Measured {
  return product(
    [
      [trHSigma, 1],
      [frobeniusH, -1],
      [frobeniusSigma, -1],
    ],
    "alignment cosine, delta method",
  );
}

/**
 * â = u₁ᵀΣu₁·Tr H / (λ₁·Tr Σ), of Zhu et al.'s second condition: the share of the noise along the
 * sharpest direction over the share of the curvature. 1 where Σ ∝ H.
 */
export function aHat(
  noiseAlongTop: Measured,
  lambda1: Measured,
  trH: Measured,
  trSigma: Measured,
): Measured {
  return product(
    [
      [noiseAlongTop, 1],
      [trH, 1],
      [lambda1, -1],
      [trSigma, -1],
    ],
    "delta method",
  );
}

/** Probes that go through both operators together. */
const blockOf = 8;

/** vᵀHv, vᵀΣv, Hv·Σv, ‖Hv‖², ‖Σv‖² of each of some vectors. */
function pairedProducts(hessian: SymmetricOperator, sigma: SymmetricOperator) {
  const Hv = Array.from({ length: blockOf }, () => zeros(hessian));
  const Sv = Array.from({ length: blockOf }, () => zeros(sigma));
  return async (vectors: readonly FloatArray[]): Promise<number[][]> => {
    await applyBlock(hessian, vectors, Hv.slice(0, vectors.length));
    await applyBlock(sigma, vectors, Sv.slice(0, vectors.length));
    return vectors.map((v, j) => productsOf(v, Hv[j], Sv[j]));
  };
}

/** vᵀHv, vᵀΣv, Hv·Σv, ‖Hv‖², ‖Σv‖². */
export function productsOf(v: FloatArray, Hv: FloatArray, Sv: FloatArray): number[] {
  return [dot(v, Hv), dot(v, Sv), dot(Hv, Sv), squaredNorm(Hv), squaredNorm(Sv)];
}

function requireSameDimension(hessian: SymmetricOperator, sigma: SymmetricOperator): number {
  if (hessian.dim !== sigma.dim || hessian.dtype !== sigma.dtype)
    throw new RangeError(
      `operators to align must take the same vectors, got ${hessian.dtype}[${hessian.dim}] and ${sigma.dtype}[${sigma.dim}]`,
    );
  return hessian.dim;
}

const zeros = ({ dim, dtype }: SymmetricOperator): FloatArray =>
  dtype === "float32" ? new Float32Array(dim) : new Float64Array(dim);
