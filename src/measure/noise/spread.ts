/** What the distances of the samples' gradients from their mean take; see `GradientMoments`. */
export interface Distances {
  /** ‖gᵢ‖². */
  readonly squaredNorms: Float64Array;
  /** gᵢ·ḡ. */
  readonly alongMean: Float64Array;
  /** ‖ḡ‖². */
  readonly squaredMean: number;
}

/** ‖gᵢ − ḡ‖² of every sample. */
export function noiseSpread({ squaredNorms, alongMean, squaredMean }: Distances): Float64Array {
  return squaredNorms.map((s, i) => Math.max(0, s - 2 * alongMean[i] + squaredMean));
}

/**
 * Chances by which samples, all of one weight, stand for the noise of two models alike: the sum of both
 * ‖gᵢ − ḡ‖²/Tr Σ. For either a sample counts at most twice what it would count drawn for that one alone.
 */
export function mixedChances(
  a: Distances & { readonly trace: number },
  b: Distances & { readonly trace: number },
): Float64Array {
  const other = noiseSpread(b);
  return noiseSpread(a).map((z, i) => z / a.trace + other[i] / b.trace);
}
