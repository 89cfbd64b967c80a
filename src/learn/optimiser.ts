import { add, div, mul, neg, sqrt, square, type Tensor } from "../graph/index.ts";

/** PyTorch's definitions of the update, `weightDecay` as an added gradient except in AdamW. */
export type OptimiserSpec =
  | { readonly kind: "sgd"; readonly weightDecay?: number }
  | { readonly kind: "momentum"; readonly momentum: number; readonly weightDecay?: number }
  | { readonly kind: "nesterov"; readonly momentum: number; readonly weightDecay?: number }
  | {
      readonly kind: "adam" | "adamw";
      readonly beta1?: number;
      readonly beta2?: number;
      readonly epsilon?: number;
      readonly weightDecay?: number;
    }
  | {
      readonly kind: "rmsprop";
      readonly alpha?: number;
      readonly epsilon?: number;
      readonly weightDecay?: number;
    };

/** One way to turn a gradient into a step. State is a value handed back. */
export interface Optimiser {
  readonly name: OptimiserSpec["kind"];
  /** Names of the state vectors it keeps for each parameter; all start at zero. */
  readonly slots: readonly string[];
  /** Numbers that step t (from 0) needs at learning rate η; they enter the graph as one vector. */
  scalars(step: number, learningRate: number): readonly number[];
  /** The step s that is added to the parameter, and the new state. */
  step(
    parameter: Tensor,
    gradient: Tensor,
    slots: readonly Tensor[],
    scalars: readonly Tensor[],
  ): { readonly step: Tensor; readonly slots: readonly Tensor[] };
}

export function optimiser(spec: OptimiserSpec): Optimiser {
  const decay = spec.weightDecay ?? 0;
  const decayed = (g: Tensor, parameter: Tensor) =>
    decay === 0 ? g : add(g, mul(parameter, decay));
  switch (spec.kind) {
    case "sgd":
      return {
        name: "sgd",
        slots: [],
        scalars: (_, eta) => [-eta],
        step: (parameter, g, _, [minusEta]) => ({
          step: mul(decayed(g, parameter), minusEta),
          slots: [],
        }),
      };
    case "momentum":
    case "nesterov": {
      const beta = requireUnit(`${spec.kind} momentum`, spec.momentum);
      return {
        name: spec.kind,
        slots: ["velocity"],
        scalars: (_, eta) => [-eta],
        step(parameter, gradient, [velocity], [minusEta]) {
          const g = decayed(gradient, parameter);
          const v = add(mul(velocity, beta), g);
          const direction = spec.kind === "momentum" ? v : add(g, mul(v, beta));
          return { step: mul(direction, minusEta), slots: [v] };
        },
      };
    }
    case "adam":
    case "adamw": {
      const beta1 = requireUnit(`${spec.kind} beta1`, spec.beta1 ?? 0.9);
      const beta2 = requireUnit(`${spec.kind} beta2`, spec.beta2 ?? 0.999);
      const epsilon = spec.epsilon ?? 1e-8;
      const coupled = spec.kind === "adam";
      return {
        name: spec.kind,
        slots: ["mean", "square"],
        // −η/(1 − β₁ᵗ), 1/√(1 − β₂ᵗ), −ηλ
        scalars: (step, eta) => [
          -eta / (1 - beta1 ** (step + 1)),
          1 / Math.sqrt(1 - beta2 ** (step + 1)),
          -eta * decay,
        ],
        step(parameter, gradient, [mean, second], [rate, unbias, shrink]) {
          const g = coupled ? decayed(gradient, parameter) : gradient;
          const m = blend(mean, g, beta1);
          const v = blend(second, square(g), beta2);
          const step = mul(div(m, add(mul(sqrt(v), unbias), epsilon)), rate);
          const whole = coupled || decay === 0 ? step : add(step, mul(parameter, shrink));
          return { step: whole, slots: [m, v] };
        },
      };
    }
    case "rmsprop": {
      const alpha = requireUnit("rmsprop alpha", spec.alpha ?? 0.99);
      const epsilon = spec.epsilon ?? 1e-8;
      return {
        name: "rmsprop",
        slots: ["square"],
        scalars: (_, eta) => [eta],
        step(parameter, gradient, [second], [eta]) {
          const g = decayed(gradient, parameter);
          const v = blend(second, square(g), alpha);
          return { step: neg(mul(div(g, add(sqrt(v), epsilon)), eta)), slots: [v] };
        },
      };
    }
  }
}

/** keep·old + (1 − keep)·now. */
function blend(old: Tensor, now: Tensor, keep: number): Tensor {
  return add(mul(old, keep), mul(now, 1 - keep));
}

function requireUnit(what: string, value: number): number {
  if (!(value >= 0 && value < 1)) throw new RangeError(`${what} must be in [0, 1), got ${value}`);
  return value;
}
