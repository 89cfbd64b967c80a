import { studentQuantile } from "../../numeric/index.ts";
import { type Estimate, type EstimateOptions, meanEstimate } from "../../statistics/index.ts";

/**
 * Mean of independent observations, with Student's interval widened on the side of the long tail.
 *
 * Quadratic forms zᵀAz of a matrix with one large eigenvalue are near λ₁·χ²₁: Student's interval for
 * the mean of 30 of those covers it in 90.6 % of cases in place of 95. Hall's cubic transformation
 * of the t statistic takes the skewness out of it,
 *
 *     g(t) = t + a·t²/3 + a²·t³/27 + a/6,   a = γ/√n,
 *
 * but covers too little where observations have heavy tails on both sides. The interval is the hull
 * of both, with the sample's γ shrunk by its own noise: 94–96.5 % for normal, uniform, exponential,
 * Laplace, χ²₁ and two-valued observations at n = 30 and 100, 93 % for fourth powers of normals.
 *
 * @see Hall (1992), On the removal of skewness by transformation, https://doi.org/10.1111/j.2517-6161.1992.tb01876.x
 */
export function skewedMeanEstimate(values: ArrayLike<number>, options: EstimateOptions): Estimate {
  const plain = meanEstimate(values, {
    method: "mean, t interval widened for skewness",
    ...options,
  });
  const { value, stderr, level, samples } = plain;
  const a = skewness(values, value) / Math.sqrt(samples);
  if (!(stderr > 0) || Math.abs(a) < 1e-6) return plain;
  const t = studentQuantile((1 + level) / 2, samples - 1);
  const inverse = (y: number) => (3 / a) * (Math.cbrt(1 + a * (y - a / 6)) - 1);
  return {
    ...plain,
    low: Math.min(plain.low, value - inverse(t) * stderr),
    high: Math.max(plain.high, value - inverse(-t) * stderr),
  };
}

/** γ·γ²/(γ² + Var γ): Fisher's unbiased form, with the variance by its influence function; 0 below three values. */
function skewness(values: ArrayLike<number>, mean: number): number {
  const n = values.length;
  let [m2, m3] = [0, 0];
  for (let i = 0; i < n; i++) {
    const d = values[i] - mean;
    m2 += (d * d) / n;
    m3 += d ** 3 / n;
  }
  if (n < 3 || !(m2 > 0)) return 0;
  const g = m3 / m2 ** 1.5;
  let noise = 0;
  for (let i = 0; i < n; i++) {
    const z = (values[i] - mean) / Math.sqrt(m2);
    noise += (z ** 3 - g - 1.5 * g * (z * z - 1) - 3 * z) ** 2 / n ** 2;
  }
  const shrunk = g * g === 0 ? 0 : g ** 3 / (g * g + noise);
  return (shrunk * Math.sqrt(n * (n - 1))) / (n - 2);
}
