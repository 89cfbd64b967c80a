import { type Stream, uniformAt } from "../../random/index.ts";
import { type EstimateOptions, meanEstimate } from "../../statistics/index.ts";
import { type Measured, scaled } from "./measured.ts";

/**
 * `size` rows, drawn with replacement with probability in proportion to `chances`.
 *
 * @throws RangeError where all chances are 0: then there is nothing to estimate.
 */
export function drawInProportion(chances: Float64Array, size: number, draws: Stream): Int32Array {
  if (!(Number.isInteger(size) && size >= 2))
    throw new RangeError(`samples must be at least 2 to give an error bar, got ${size}`);
  return locate(
    chances,
    Float64Array.from({ length: size }, (_, k) => uniformAt(draws, k)),
  );
}

/** `size` rows at even distances of the sum of `chances`. */
export function evenlyInProportion(chances: Float64Array, size: number): Int32Array {
  return locate(
    chances,
    Float64Array.from({ length: size }, (_, k) => (k + 0.5) / size),
  );
}

/** The rows at which the sum of `chances` passes these parts of the whole. */
function locate(chances: Float64Array, parts: Float64Array): Int32Array {
  const sums = new Float64Array(chances.length);
  let total = 0;
  chances.forEach((chance, i) => (sums[i] = total += chance));
  if (!(total > 0))
    throw new RangeError(`gradients of the samples must differ to be drawn by their noise`);
  return Int32Array.from(parts, (part) => {
    let [low, high] = [0, sums.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle] > part * total) high = middle;
      else low = middle + 1;
    }
    return low;
  });
}

/**
 * Tr(HΣ) = Tr Σ·E[ρ], ρ the Rayleigh quotient (g − ḡ)ᵀH(g − ḡ)/‖g − ḡ‖² of a sample drawn in
 * proportion to wᵢ‖gᵢ − ḡ‖²: unbiased.
 */
export function noiseQuotients(
  centred: Float64Array,
  rows: Int32Array,
  spread: Float64Array,
  trace: number,
  options: EstimateOptions,
): Measured {
  const method = "exact Tr Σ times the mean curvature along sampled noise, t interval";
  const ratios = centred.map((y, k) => y / spread[rows[k]]);
  return scaled(meanEstimate(ratios, { ...options, method }), trace);
}

/** Tr(HΣ) as the mean over draws of what each stands for: K·share·(g − ḡ)ᵀH(g − ḡ). */
export function noiseMean(
  centred: Float64Array,
  shares: Float64Array,
  options: EstimateOptions,
): Measured {
  const method = "mean curvature along the sampled noise of both models, t interval";
  const terms = centred.map((y, k) => centred.length * shares[k] * y);
  return meanEstimate(terms, { ...options, method });
}
