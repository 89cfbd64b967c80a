import { type FloatArray, matvec, solve } from "../../numeric/index.ts";
import { fillNormal, type Stream, substream, uniformAt } from "../../random/index.ts";

/** Inputs and labels 0 or 1 of a logistic regression: p = 1/(1 + e^{−xᵀθ}). */
interface LogisticData {
  readonly samples: number;
  readonly features: number;
  /** Row-major [samples, features]. */
  readonly inputs: Float64Array;
  readonly labels: Float64Array;
  /** What the inputs were made for. */
  readonly teacher: Float64Array;
}

export type LabelLaw =
  /** Drawn from the model at the teacher. */
  | "model"
  /** 1 with probability z²/20, z the first input in its standard deviations; the last input is 1: no logistic model. */
  | "misspecified";

/** Normal inputs of standard deviations `scales`, a teacher whose products with them have variance `strength`². */
export function logisticData(
  draws: Stream,
  {
    samples,
    scales,
    strength,
    law,
  }: {
    readonly samples: number;
    readonly scales: readonly number[];
    readonly strength: number;
    readonly law: LabelLaw;
  },
): LogisticData {
  const features = scales.length;
  const inputs = new Float64Array(samples * features);
  fillNormal(substream(draws, "inputs"), 0, inputs);
  inputs.forEach((z, i) => (inputs[i] = z * scales[i % features]));
  const odd = law === "misspecified";
  if (odd) for (let i = features - 1; i < inputs.length; i += features) inputs[i] = 1;
  const teacher = new Float64Array(features);
  fillNormal(substream(draws, "teacher"), 0, teacher);
  const norm = Math.hypot(...teacher);
  teacher.forEach((z, j) => (teacher[j] = (strength * z) / (norm * scales[j])));
  const coins = substream(draws, "labels");
  const labels = matvec(inputs, teacher, samples, features).map((margin, i) => {
    const p = odd ? (inputs[i * features] / scales[0]) ** 2 / 20 : sigmoid(margin);
    return uniformAt(coins, i) < p ? 1 : 0;
  });
  return { samples, features, inputs, labels: Float64Array.from(labels), teacher };
}

const sigmoid = (t: number) => 1 / (1 + Math.exp(-t));

/** H and the covariance C of one sample's gradient, ḡḡᵀ taken off; ḡ. */
interface LogisticMoments {
  readonly gradient: Float64Array;
  readonly hessian: Float64Array; // [d, d]
  readonly covariance: Float64Array; // [d, d]
}

/** Exact sums over the samples: g = (p − y)x, H = p(1 − p)xxᵀ. */
export function logisticMoments(
  { samples, features: d, inputs, labels }: LogisticData,
  theta: FloatArray,
): LogisticMoments {
  const gradient = new Float64Array(d);
  const hessian = new Float64Array(d * d);
  const covariance = new Float64Array(d * d);
  for (let i = 0; i < samples; i++) {
    const x = inputs.subarray(i * d, (i + 1) * d);
    const p = sigmoid(x.reduce((sum, xj, j) => sum + xj * theta[j], 0));
    const residual = p - labels[i];
    for (let j = 0; j < d; j++) {
      gradient[j] += (residual * x[j]) / samples;
      for (let k = 0; k < d; k++) {
        hessian[j * d + k] += (p * (1 - p) * x[j] * x[k]) / samples;
        covariance[j * d + k] += (residual ** 2 * x[j] * x[k]) / samples;
      }
    }
  }
  for (let j = 0; j < d; j++)
    for (let k = 0; k < d; k++) covariance[j * d + k] -= gradient[j] * gradient[k];
  return { gradient, hessian, covariance };
}

/**
 * The minimum by Newton's method with halved steps.
 *
 * @throws RangeError where it is not reached within 50 steps, as for labels that a plane separates.
 */
export function logisticMinimum(data: LogisticData): Float64Array {
  let theta = new Float64Array(data.features);
  for (let step = 0; step < 50; step++) {
    const { gradient, hessian } = logisticMoments(data, theta);
    if (Math.hypot(...gradient) < 1e-12) return theta;
    const newton = solve(hessian, gradient, data.features);
    const length = Math.hypot(...newton);
    const factor = length > 2 ? 2 / length : 1;
    theta = theta.map((t, j) => t - factor * newton[j]);
  }
  throw new RangeError("logistic regression must have a minimum, got none in 50 steps");
}
