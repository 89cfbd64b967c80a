// Of each sample or draw what it adds to a quantity of the noise, for differences between two models.
import type { ProbeAlignment } from "../noise/alignment.ts";
import { isEstimate } from "../noise/measured.ts";
import type { CurvatureMoments, GradientMoments } from "../noise/moments.ts";
import type { Observed, ObservedMeans } from "./paired.ts";

type Named = readonly (readonly [name: string, observed: Observed])[];

/** Tr Σ is the mean of ‖gᵢ − ḡ‖². */
export function observedTrace(moments: GradientMoments, seed: string): Observed {
  return { of: "samples", seed, means: [{ values: distances(moments), power: 1 }] };
}

/**
 * The noise scales. A sample adds ‖ḡ‖² + 2(gᵢ − ḡ)·ḡ to ‖ḡ‖², to first order; the population's form
 * takes its share of Tr Σ/N off. Tr(HΣ) of drawn samples is a mean over draws; ḡᵀHḡ is exact then.
 */
export function observedScales(
  moments: GradientMoments,
  curvature: CurvatureMoments,
  { seed, draws }: { readonly seed: string; readonly draws: string },
): Named {
  const { count, squaredMean, alongMean } = moments;
  const noise = distances(moments);
  const signal = alongMean.map((a) => squaredMean + 2 * (a - squaredMean));
  const of = { of: "samples", seed } as const;
  const ratio = (above: Float64Array, below: Float64Array): ObservedMeans => ({
    ...of,
    means: [
      { values: above, power: 1 },
      { values: below, power: -1 },
    ],
  });
  const simple = ratio(noise, signal);
  const population = {
    ...ratio(
      noise,
      signal.map((x, i) => x - noise[i] / (count - 1)),
    ),
    scale: count / (count - 1),
  };
  return [
    ["noise-scale.simple", simple],
    ["noise-scale.simplePopulation", population],
    ["noise-scale.curvature", curvatureScale(curvature, noise, of, draws)],
    ["noise-scale.curvaturePopulation", populationScale(curvature, draws)],
  ];
}

function populationScale(
  { alongGradient, alongCurved, centred, rows, shares, trHSigma, ...more }: CurvatureMoments,
  seed: string,
): Observed {
  const { hessianAlong, hessianNoise } = more;
  const moved = hessianNoise ? mean(hessianNoise) : 0;
  return {
    of: "population",
    seed,
    trHSigma: trHSigma.value,
    alongGradient,
    rows,
    shares,
    drawn: isEstimate(trHSigma),
    centred,
    noiseInfluence: alongCurved.map((_, i) => (hessianNoise ? hessianNoise[i] - moved : 0)),
    gradientInfluence: alongCurved.map(
      (a, i) => 2 * (a - alongGradient) + (hessianAlong ? hessianAlong[i] - alongGradient : 0),
    ),
  };
}

/** The gradient–noise interaction is (ḡᵀHḡ + s·Tr(HΣ))/‖ḡ‖², Cov(g_B) = s·Σ; a draw's own Tr(HΣ) makes it one of that draw. */
export function observedGni(
  { squaredMean }: GradientMoments,
  { alongGradient, centred, rows, shares }: CurvatureMoments,
  share: number,
  seed: string,
): Observed {
  const values = centred.map((y, k) => alongGradient + share * rows.length * shares[k] * y);
  return { of: "draws", seed, means: [{ values, power: 1 }], scale: 1 / squaredMean };
}

function curvatureScale(
  { alongGradient, alongCurved, centred, rows, shares, trHSigma, ...more }: CurvatureMoments,
  noise: Float64Array,
  of: Pick<ObservedMeans, "of" | "seed">,
  draws: string,
): Observed {
  if (isEstimate(trHSigma)) {
    // Each draw's own estimate of Tr(HΣ): its share is Tr Σ/(draws·‖gᵢ − ḡ‖²).
    const values = centred.map((y, k) => rows.length * shares[k] * y);
    return { of: "draws", seed: draws, means: [{ values, power: 1 }], scale: 1 / alongGradient };
  }
  const { hessianAlong, hessianNoise } = more;
  const moved = hessianNoise ? mean(hessianNoise) : 0;
  const above = noise.map((_, i) => centred[i] + (hessianNoise ? hessianNoise[i] - moved : 0));
  const below = alongCurved.map(
    (a, i) => 2 * a - alongGradient + (hessianAlong ? hessianAlong[i] - alongGradient : 0),
  );
  return {
    ...of,
    means: [
      { values: above, power: 1 },
      { values: below, power: -1 },
    ],
  };
}

/** Tr(HΣ), the ratio, the cosine and â of shared probes; `along` is u₁ᵀΣu₁/λ₁. */
export function observedAlignment(
  { dimension, products }: ProbeAlignment,
  along: number,
  seed: string,
): Named {
  const of = { of: "probes", length: dimension, seed } as const;
  const [h, sigma, both, hh, ss] = products;
  const quantity = (scale: number, ...means: (readonly [Float64Array, number])[]): Observed => ({
    ...of,
    scale,
    means: means.map(([values, power]) => ({ values, power })),
  });
  return [
    ["alignment.trHSigma", quantity(1, [both, 1])],
    ["alignment.ratio", quantity(dimension, [both, 1], [h, -1], [sigma, -1])],
    ["alignment.cosine", quantity(1, [both, 1], [hh, -0.5], [ss, -0.5])],
    ["alignment.aHat", quantity(along, [h, 1], [sigma, -1])],
  ];
}

/** ‖gᵢ − ḡ‖². */
function distances({ squaredNorms, alongMean, squaredMean }: GradientMoments): Float64Array {
  return squaredNorms.map((s, i) => s - 2 * alongMean[i] + squaredMean);
}

function mean(values: Float64Array): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}
