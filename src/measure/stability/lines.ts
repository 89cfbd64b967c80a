// The lines that a measured curvature is held against, optimiser by optimiser: where a quadratic of
// this curvature turns from shrinking to growing, at a rate η, and the rate at which a given
// curvature meets the line. All are local statements about the loss at fixed weights.
import type { OptimiserSpec } from "../../learn/index.ts";
import { isEstimate, type Measured } from "../noise/measured.ts";
import {
  adamThreshold,
  heavyBallThresholds,
  nesterovThresholds,
  optimizerSharpnessThreshold,
  sgdThreshold,
} from "./thresholds.ts";

export interface StabilityLine {
  /** What is to be measured, by the names of `inspect`. */
  readonly quantity:
    "hessian.top" | "batch-sharpness" | "preconditioned.top" | "optimizer-sharpness";
  readonly optimizer: OptimiserSpec["kind"];
  /** Whose stability, under which assumption. */
  readonly meaning: string;
  /** Of the largest stable curvature, as `2(1 + β)/η − λ`. */
  readonly formula: string;
  /** `exact`: for one-dimensional quadratics, hence for any at full batch; `estimate`: experiments bear it out. */
  readonly kind: "exact" | "estimate";
  readonly source: string;
  /** Largest stable curvature at the rate η. */
  threshold(learningRate: number): number;
  /**
   * The rate at which the curvature meets the line, Infinity where it never does. Absent where the
   * curvature is measured at a rate of its own.
   */
  limit?(curvature: Measured): Measured;
}

const cohen = "Cohen et al. (2021), https://arxiv.org/abs/2103.00065";
const adaptive = "Cohen et al. (2022), https://arxiv.org/abs/2207.14484";
const eoss = "Andreyev, Beneventano (2024), https://arxiv.org/abs/2412.20553";
const momentum = "Andreyev et al. (2026), https://arxiv.org/abs/2604.14108";

/**
 * All lines of an optimiser. Weight decay λ through the gradient adds λ to every curvature, 2c/η − λ
 * with c the optimiser's own factor; AdamW's own decay gives c(2/η − λ). Both lower the limit of the
 * rate, since the measured loss does not contain the decay. Adam and RMSProp precondition the decay
 * too where it goes through the gradient: their line is then for λmax(P⁻¹(H + λI)).
 */
export function stabilityLines(spec: OptimiserSpec): readonly StabilityLine[] {
  const { kind, weightDecay = 0 } = spec;
  if (!(weightDecay >= 0 && weightDecay < Infinity))
    throw new RangeError(`weight decay must not be negative, got ${weightDecay}`);
  const decay = { kind, weightDecay };
  switch (spec.kind) {
    case "sgd":
      return [
        line(decay, sgdThreshold(1), "2/η", {
          quantity: "hessian.top",
          meaning: "full-batch gradient descent",
          kind: "exact",
          source: cohen,
        }),
        line(decay, sgdThreshold(1), "2/η", {
          quantity: "batch-sharpness",
          meaning: "one step of SGD, on its own batch",
          kind: "estimate",
          source: eoss,
        }),
      ];
    case "momentum":
    case "nesterov": {
      const heavy = spec.kind === "momentum";
      const name = heavy ? "heavy-ball momentum" : "Nesterov's momentum";
      const edges = (heavy ? heavyBallThresholds : nesterovThresholds)(1, spec.momentum);
      return [
        line(decay, edges.fullBatch, heavy ? "2(1 + β)/η" : "2(1 + β)/(η(1 + 2β))", {
          quantity: "hessian.top",
          meaning: `full-batch gradient descent with ${name}`,
          kind: "exact",
          source: cohen,
        }),
        line(decay, edges.smallBatch, "2(1 − β)/η", {
          quantity: "batch-sharpness",
          meaning: `SGD with ${name} in small batches`,
          kind: "estimate",
          source: momentum,
        }),
        stepLine(kind, name),
      ];
    }
    case "rmsprop":
      return [preconditioned(decay, sgdThreshold(1), "2/η", "RMSProp"), stepLine(kind, "RMSProp")];
    case "adam":
    case "adamw": {
      const edge = adamThreshold(1, spec.beta1);
      const name = spec.kind === "adam" ? "Adam" : "AdamW";
      return [preconditioned(decay, edge, "2(1 + β₁)/((1 − β₁)η)", name), stepLine(kind, name)];
    }
  }
}

/** The rate at which a measured batch sharpness puts the edge of one step of SGD: 2/value, and likewise the ends of its interval. */
export function oneStepLimit(batchSharpness: Measured): Measured {
  return rateLimit(batchSharpness, 2, 0, "2/batch sharpness");
}

interface Decay {
  readonly kind: OptimiserSpec["kind"];
  readonly weightDecay: number;
}

type Said = Pick<StabilityLine, "quantity" | "meaning" | "kind" | "source">;

/** threshold(η) = edge/η − shift. */
function line({ kind: optimizer, weightDecay }: Decay, edge: number, written: string, said: Said) {
  const own = optimizer === "adamw";
  const shift = own ? (edge / 2) * weightDecay : weightDecay;
  let formula = written;
  if (weightDecay > 0) formula = own ? "((1 + β₁)/(1 − β₁))·(2/η − λ)" : `${written} − λ`;
  return {
    ...said,
    optimizer,
    formula,
    threshold: (eta) => edge * (sgdThreshold(eta) / 2) - shift,
    limit: (curvature) => rateLimit(curvature, edge, shift, `rate that meets ${formula}`),
  } satisfies StabilityLine;
}

function preconditioned(decay: Decay, edge: number, written: string, name: string): StabilityLine {
  const through = decay.weightDecay > 0 && decay.kind !== "adamw";
  // Decay through the gradient is part of the matrix, not of the line.
  return line(through ? { ...decay, weightDecay: 0 } : decay, edge, written, {
    quantity: "preconditioned.top",
    meaning: `full-batch ${name} with its preconditioner held still${through ? ", decay included" : ""}`,
    kind: "exact",
    source: adaptive,
  });
}

function stepLine(optimizer: OptimiserSpec["kind"], name: string): StabilityLine {
  return {
    quantity: "optimizer-sharpness",
    optimizer,
    meaning: `one step of ${name} from its state`,
    formula: "2",
    kind: "exact",
    source: momentum,
    threshold: () => optimizerSharpnessThreshold,
  };
}

/** η = edge/(κ + shift), falling in κ; Infinity where κ + shift is not positive. */
function rateLimit(curvature: Measured, edge: number, shift: number, method: string): Measured {
  const at = (kappa: number) => (kappa + shift > 0 ? edge / (kappa + shift) : Infinity);
  const value = at(curvature.value);
  if (!isEstimate(curvature)) return { value, method };
  const { stderr, low, high, level, samples, seed } = curvature;
  return {
    value,
    stderr: (stderr * value * value) / edge,
    low: at(high),
    high: at(low),
    level,
    samples,
    method,
    seed,
  };
}
