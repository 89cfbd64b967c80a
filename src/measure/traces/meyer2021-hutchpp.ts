import { type FloatArray, norm, scale } from "../../numeric/index.ts";
import { type Stream, substream } from "../../random/index.ts";
import type { SymmetricOperator } from "../operators/operator.ts";
import { allFinite } from "../sharpness/sequential.ts";
import { applyAll, vectorOf } from "../spectra/apply-all.ts";
import { quadraticForms } from "./hutchinson.ts";
import { orthonormalRange } from "../spectra/orthonormal-range.ts";
import {
  blocks,
  type ProbeEstimate,
  type EstimatorOptions,
  probeUntil,
  probeVector,
  projectOut,
} from "./probe.ts";
import { skewedMeanEstimate } from "./skewed-mean.ts";

export interface HutchPlusPlusOptions extends EstimatorOptions {
  /** Probes of the sketch, each of two products; default `minSamples`, which is a third of the products. */
  readonly sketch?: number;
}

/**
 * tr A as the exact trace on the range Q of a sketch A·S, and Hutchinson's estimate of the rest:
 *
 *     tr(QᵀAQ) + mean over probes of zᵀ(I − QQᵀ)A(I − QQᵀ)z
 *
 * Unbiased; normal probes are scaled, after the projection, to their mean length, which leaves the mean and
 * takes the variance of a multiple of the identity away. The interval is over the probes, given the sketch. The variance falls with the
 * square of the number of products, where Hutchinson's falls with the number itself. `samples`
 * counts the probes, without the sketch.
 *
 * @see Meyer, Musco, Musco, Woodruff (2021), https://doi.org/10.1137/1.9781611976496.16
 */
export async function hutchPlusPlus(
  operator: SymmetricOperator,
  draws: Stream,
  options: HutchPlusPlusOptions = {},
): Promise<ProbeEstimate> {
  const { distribution = "rademacher", block, level = 0.95, minSamples = 32 } = options;
  const { sketch = minSamples } = options;
  if (!(Number.isInteger(sketch) && sketch >= 0))
    throw new RangeError(`sketch must be an integer from 0, got ${sketch}`);
  const before = operator.products;
  const method = `Hutch++ trace, ${distribution} probes, sketch of ${sketch}, t interval widened for skewness`;
  const probe = (kind: string, i: number) =>
    probeVector(operator, distribution, substream(draws, kind), i);
  const { dim } = operator;
  // The whole space is spanned for certain by unit vectors alone.
  const directions = Array.from({ length: Math.min(sketch, dim) }, (_, i) =>
    sketch < dim ? probe("sketch", i) : vectorOf(operator).fill(1, i, i + 1),
  );
  const { basis, trace } = await traceOnRange(operator, directions);
  const values: number[] = [];
  const result = await probeUntil(operator, draws, method, options, async (from, to) => {
    for (const indices of blocks(from, to, block)) {
      const probes = indices.map((i) => probe("rest", i));
      const rest = await restForms(operator, basis, probes, distribution === "normal");
      for (const value of rest) values.push(trace + value);
    }
    return {
      samples: values.length,
      finite: allFinite(values),
      estimate: () => skewedMeanEstimate(values, { seed: draws.seed, method, level }),
    };
  });
  return { ...result, products: operator.products - before };
}

/** Hutch++ from written vectors: the value for each probe, whose mean is the estimate. */
export async function hutchPlusPlusValues(
  operator: SymmetricOperator,
  sketch: readonly FloatArray[],
  probes: readonly FloatArray[],
): Promise<Float64Array> {
  const { basis, trace } = await traceOnRange(operator, sketch);
  return (await restForms(operator, basis, probes)).map((value) => trace + value);
}

/** An orthonormal basis Q of the range of A·S and tr(QᵀAQ). */
async function traceOnRange(
  operator: SymmetricOperator,
  sketch: readonly FloatArray[],
): Promise<{ readonly basis: FloatArray[]; readonly trace: number }> {
  const images = sketch.map(() => vectorOf(operator));
  await applyAll(operator, sketch, images);
  const basis = orthonormalRange(images, operator.dtype).basis;
  const trace = (await quadraticForms(operator, basis)).reduce((sum, x) => sum + x, 0);
  return { basis, trace };
}

/**
 * zᵀ(I − QQᵀ)A(I − QQᵀ)z, the projected vectors scaled to their mean length if asked. Products are
 * saved where Q spans all.
 */
async function restForms(
  operator: SymmetricOperator,
  basis: readonly FloatArray[],
  probes: readonly FloatArray[],
  rescale = false,
): Promise<Float64Array> {
  const missing = operator.dim - basis.length;
  if (missing === 0) return new Float64Array(probes.length);
  const rest = probes.map((z) => z.slice());
  for (const z of rest) {
    projectOut(z, basis);
    if (rescale) scale(Math.sqrt(missing) / norm(z), z);
  }
  return quadraticForms(operator, rest);
}
