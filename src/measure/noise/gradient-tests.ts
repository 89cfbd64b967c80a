// Tests and rules that read a batch size, or a time to stop, out of the spread of gradients. Each is
// given by numbers of the samples; none of them is a recommendation.
import type { GradientMoments } from "./moments.ts";

/** Statistics of the gradients of one batch, or of a whole set taken as one, of B samples. */
export interface GradientTests {
  /** √[(Σ‖gₙ‖² − B‖ḡ‖²)/((B−1)B‖ḡ‖²)]: the relative error of ḡ. The norm test takes B as enough where it is below a chosen θ. */
  readonly norm: number;
  /** √[(Σ(gₙ·ḡ)² − B‖ḡ‖⁴)/((B−1)B‖ḡ‖⁴)]: the same along ḡ only. */
  readonly innerProduct: number;
  /** √[(Σ‖gₙ‖² − Σ(gₙ·ḡ)²/‖ḡ‖²)/((B−1)B‖ḡ‖²)]: across ḡ only. */
  readonly orthogonality: number;
  /** Σ‖gₙ‖²/‖Σgₙ‖²: from 1/B, all alike, to 1, all orthogonal, and beyond. */
  readonly diversity: number;
}

/**
 * Norm, inner-product and orthogonality tests and gradient diversity. With `GradientMoments` of N
 * samples, B = N. NaN where ḡ = 0.
 *
 * @see Byrd, Chin, Nocedal, Wu (2012), https://doi.org/10.1007/s10107-012-0572-5
 * @see Bollapragada, Byrd, Nocedal (2018), https://arxiv.org/abs/1710.11258
 * @see Schneider, Dangel, Hennig (2021), https://arxiv.org/abs/2102.06604
 */
export function gradientTests(moments: GradientMoments): GradientTests {
  const { count: B, weights, meanSquare, squaredMean, alongMean } = moments;
  if (B < 2) throw new RangeError(`samples must be at least 2 for a gradient test, got ${B}`);
  const alongSquare = alongMean.reduce((sum, d, i) => sum + weights[i] * d * d, 0) / B;
  const root = (x: number) => (squaredMean > 0 ? Math.sqrt(Math.max(0, x) / (B - 1)) : NaN);
  return {
    norm: root((meanSquare - squaredMean) / squaredMean),
    innerProduct: root((alongSquare - squaredMean ** 2) / squaredMean ** 2),
    orthogonality: root((meanSquare - alongSquare / squaredMean) / squaredMean),
    diversity: meanSquare / (B * squaredMean),
  };
}

/**
 * CABS: η·Tr Σ/L, the batch size that Balles et al. couple to the rate. A rule of theirs, for losses
 * whose minimum is near 0: a diagnostic here, no advice.
 *
 * @see Balles, Romero, Hennig (2017), https://arxiv.org/abs/1612.05086
 */
export function coupledBatchSize(
  { trace }: GradientMoments,
  learningRate: number,
  loss: number,
): number {
  if (!(loss > 0)) throw new RangeError(`a coupled batch size needs a positive loss, got ${loss}`);
  return (learningRate * trace) / loss;
}

/** Statistics that need each coordinate's own moments. */
export interface CoordinateTests {
  /** Mean over coordinates of ḡⱼ²/(mean gₙⱼ² − ḡⱼ² + ε). */
  readonly signalToNoise: number;
  /** 1 − B·mean(ḡⱼ²/(varⱼ + ε)), of the evidence-based rule: training may stop where it passes 0. */
  readonly evidence: number;
  /** Σⱼ mean gₙⱼ²/(Hⱼⱼ + ε), with the uncentred second moment; where the Hessian's diagonal is given. */
  readonly takeuchi?: number;
}

/**
 * Signal-to-noise ratio of gradients, the evidence-based rule of stopping and the diagonal of
 * Takeuchi's criterion, from ḡ, the mean of gₙ² and, for the last, the diagonal of H, coordinate by coordinate.
 * `evidence` has the variance of a batch divided by B − 1, the others by B.
 *
 * @see Liu et al. (2020), https://arxiv.org/abs/2001.07384
 * @see Mahsereci et al. (2017), https://arxiv.org/abs/1703.09580
 * @see Schneider, Dangel, Hennig (2021), https://arxiv.org/abs/2102.06604
 */
export function coordinateTests(
  gradient: ArrayLike<number>,
  secondMoment: ArrayLike<number>,
  samples: number,
  {
    diagonal,
    epsilon = 1e-5,
  }: { readonly diagonal?: ArrayLike<number>; readonly epsilon?: number } = {},
): CoordinateTests {
  const P = gradient.length;
  let [ratio, evidence, takeuchi] = [0, 0, 0];
  for (let j = 0; j < P; j++) {
    const square = gradient[j] ** 2;
    const variance = secondMoment[j] - square;
    ratio += square / (variance + epsilon);
    evidence += square / ((variance * samples) / (samples - 1) + epsilon);
    if (diagonal) takeuchi += secondMoment[j] / (diagonal[j] + epsilon);
  }
  return {
    signalToNoise: ratio / P,
    evidence: 1 - (samples * evidence) / P,
    ...(diagonal && { takeuchi }),
  };
}
