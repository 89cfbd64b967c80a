// Everything the paper says of noise and curvature at one point: Tr(HΣ) over that of isotropic noise of
// equal trace, and the two conditions under which it is large.
import {
  aHat,
  alignmentByProbes,
  alignmentRatio,
  eigenpairs,
  eigenvectorNoise,
  gradientCovarianceOperator,
  hessianOperator,
  illConditioning,
  type Measured,
  type Problem,
} from "../../measure/index.ts";
import { dot, type FloatArray, symmetricEigen } from "../../numeric/index.ts";
import { type Stream, substream } from "../../random/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { rotatedTrace, signedPermutation, turnedBack, turnedOperator } from "./rotation.ts";

export interface NoisePoint {
  /** P. */
  readonly dimension: number;
  readonly trH: number;
  readonly trSigma: number;
  readonly trHSigma: number;
  /** P·Tr(HΣ)/(Tr H·Tr Σ). */
  readonly ratio: number;
  readonly lambda1: number;
  /** â = u₁ᵀΣu₁·Tr H/(λ₁·Tr Σ). */
  readonly aHat: number;
  /** λ_{k+1} = λ₁P^{−d̂}, at the k with the largest bound P/(k + P^{1−d̂})². */
  readonly k: number;
  readonly exponent: number;
  readonly bound: number;
  /** Smallest k with d̂ > ½, 0 where the eigenvalues known do not get there. */
  readonly enough: number;
  /** Largest eigenvalues, 400 at most. */
  readonly spectrum: readonly number[];
  /** The same of QΣQᵀ with random Q: mean ratio over them, mean â. */
  readonly rotated: { readonly ratio: number; readonly aHat: number };
}

const exact = (value: number): Measured => ({ value, method: "exact" });

/** From the matrices themselves, row-major; the control averages `rotations` of them. */
export function densePoint(
  hessian: Float64Array,
  sigma: Float64Array,
  dimension: number,
  draws: Stream,
  rotations: number,
): NoisePoint {
  const trace = (m: Float64Array) => {
    let sum = 0;
    for (let i = 0; i < dimension; i++) sum += m[i * (dimension + 1)];
    return sum;
  };
  const [trH, trSigma, trHSigma] = [trace(hessian), trace(sigma), dot(hessian, sigma)];
  const { values, vectors } = symmetricEigen(hessian, dimension);
  const first = vectors.slice(0, dimension);
  const along = (v: Float64Array) => {
    let sum = 0;
    for (let i = 0; i < dimension; i++)
      sum += v[i] * dot(sigma.subarray(i * dimension, (i + 1) * dimension), v);
    return sum;
  };
  let [ratio, share] = [0, 0];
  for (let r = 0; r < rotations; r++) {
    const q = signedPermutation(substream(draws, r), dimension);
    ratio += rotatedTrace(hessian, sigma, q) / rotations;
    share += along(turnedBack(first, q) as Float64Array) / rotations;
  }
  return pointOf(
    dimension,
    { trH, trSigma, trHSigma, along: along(first) },
    { trHSigma: ratio, along: share },
    values,
  );
}

/** By products: probes for the traces, Lanczos for the eigenvalues. */
export async function probedPoint(
  runtime: Runtime,
  problem: Problem,
  parameters: FloatArray,
  draws: Stream,
  { probes, eigenvalues }: { readonly probes: number; readonly eigenvalues: number },
): Promise<NoisePoint> {
  await using hessian = await hessianOperator(runtime, problem, parameters);
  await using sigma = await gradientCovarianceOperator(runtime, problem, parameters);
  const { dim } = hessian;
  const found = await alignmentByProbes(hessian, sigma, substream(draws, "probes"), { probes });
  const { top } = await eigenpairs(hessian, substream(draws, "eigenpairs"), {
    top: Math.min(eigenvalues, dim),
    // The first condition is met at λ₁P^(−½): errors stay well below.
    tolerance: Math.min(1e-3, dim ** -0.5 / 30),
    maxProducts: 10 * eigenvalues,
  });
  const [{ noise }] = await eigenvectorNoise(runtime, problem, parameters, top.slice(0, 1));
  const q = signedPermutation(substream(draws, "rotation"), dim);
  const control = await alignmentByProbes(
    hessian,
    turnedOperator(sigma, q),
    substream(draws, "rotated probes"),
    { probes },
  );
  const back = turnedBack(top[0].vector, q);
  const product = back.slice();
  await sigma.apply(back, product);
  const { trH, trSigma, trHSigma } = found;
  return pointOf(
    dim,
    { trH: trH.value, trSigma: trSigma.value, trHSigma: trHSigma.value, along: noise },
    { trHSigma: control.trHSigma.value, along: dot(back, product) },
    resolved(top),
  );
}

/** Eigenvalues that stand well above the error they were found with: what is nearer to 0 is not told from it. */
function resolved(
  pairs: readonly { readonly value: number; readonly residual: number }[],
): readonly number[] {
  const end = pairs.findIndex(({ value, residual }) => !(value > 10 * residual));
  return pairs.slice(0, end < 0 ? pairs.length : end).map(({ value }) => value);
}

function pointOf(
  dimension: number,
  { trH, trSigma, trHSigma, along }: Record<"trH" | "trSigma" | "trHSigma" | "along", number>,
  rotated: Record<"trHSigma" | "along", number>,
  values: ArrayLike<number>,
): NoisePoint {
  const [h, s, lambda1] = [trH, trSigma, values[0]].map(exact);
  const { k, exponent, bound, exponents } = illConditioning(values, dimension);
  const ratio = (value: number) => alignmentRatio(dimension, exact(value), h, s).value;
  const share = (value: number) => aHat(exact(value), lambda1, h, s).value;
  return {
    dimension,
    trH,
    trSigma,
    trHSigma,
    ratio: ratio(trHSigma),
    lambda1: lambda1.value,
    aHat: share(along),
    k,
    exponent,
    bound,
    enough: exponents.findIndex((d) => d > 0.5) + 1,
    spectrum: Array.from({ length: Math.min(values.length, 400) }, (_, i) => values[i]),
    rotated: { ratio: ratio(rotated.trHSigma), aHat: share(rotated.along) },
  };
}
