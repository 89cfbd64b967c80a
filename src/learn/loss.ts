import {
  cast,
  div,
  dot,
  isFloat,
  logSumExp,
  mean,
  mul,
  oneHot,
  sameShape,
  describe,
  square,
  sub,
  sum,
  type Tensor,
} from "../graph/index.ts";

/** The four losses by their exact names; each is a mean over samples of what is given here per sample. */
export type LossName =
  "cross-entropy" | "squared-error" | "half-squared-error" | "mean-squared-error";

export interface Loss {
  readonly name: LossName;
  /** Formula of one sample's loss, for reports. */
  readonly formula: string;
  /** outputs [batch, k] and targets, labels [batch] or reals [batch, k] → [batch]. */
  perSample(outputs: Tensor, targets: Tensor): Tensor;
}

const residual = (outputs: Tensor, targets: Tensor) => sub(outputs, targetsLike(outputs, targets));

export const losses: Readonly<Record<LossName, Loss>> = {
  "cross-entropy": {
    name: "cross-entropy",
    formula: "log Σⱼ exp fⱼ − Σⱼ yⱼ fⱼ",
    perSample: (outputs, targets) =>
      sub(logSumExp(outputs, -1), sum(mul(outputs, targetsLike(outputs, targets)), -1)),
  },
  "squared-error": {
    name: "squared-error",
    formula: "Σⱼ (fⱼ − yⱼ)²",
    perSample: (outputs, targets) => sum(square(residual(outputs, targets)), -1),
  },
  "half-squared-error": {
    name: "half-squared-error",
    formula: "½ Σⱼ (fⱼ − yⱼ)²",
    perSample: (outputs, targets) => mul(sum(square(residual(outputs, targets)), -1), 0.5),
  },
  "mean-squared-error": {
    name: "mean-squared-error",
    formula: "(1/k) Σⱼ (fⱼ − yⱼ)²",
    perSample: (outputs, targets) => mean(square(residual(outputs, targets)), -1),
  },
};

/** Σ wᵢℓᵢ / Σ wᵢ: rows of weight 0 count for nothing, so a padded chunk is exact. */
export function weightedMean(perSample: Tensor, weights: Tensor): Tensor {
  return div(dot(perSample, weights), sum(weights));
}

/** Labels as one-hot rows; real targets as they are. */
function targetsLike(outputs: Tensor, targets: Tensor): Tensor {
  if (outputs.shape.length !== 2)
    throw new RangeError(`loss: outputs must be [batch, k], got ${describe(outputs)}`);
  if (!isFloat(targets.dtype)) return oneHot(targets, outputs.shape[1], outputs.dtype);
  const real = cast(targets, outputs.dtype);
  if (!sameShape(real.shape, outputs.shape))
    throw new RangeError(`loss: targets must be ${describe(outputs)}, got ${describe(targets)}`);
  return real;
}
