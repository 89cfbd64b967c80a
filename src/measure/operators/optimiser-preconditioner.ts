import type { OptimiserSpec } from "../../learn/index.ts";
import type { FloatArray } from "../../numeric/index.ts";

/**
 * The diagonal P of an adaptive optimiser after `steps` steps, from its state in the order of its
 * slots: the next update is −η·P⁻¹·(its mean gradient), so that P^(−1/2)HP^(−1/2) is to its
 * learning rate what H is to that of gradient descent.
 *
 * - `adam`, `adamw` (slots mean, square): √(v/(1 − β₂ᵗ)) + ε. The first moment's own correction,
 *   1/(1 − β₁ᵗ), is left to the learning rate: it is 1 within a few steps.
 * - `rmsprop` (slot square): √v + ε.
 * - `sgd`, `momentum`, `nesterov`: 1.
 *
 * In float64, [parameters].
 *
 * @see Cohen et al. (2022), https://arxiv.org/abs/2207.14484
 */
export function optimiserPreconditioner(
  spec: OptimiserSpec,
  slots: readonly FloatArray[],
  steps: number,
  parameterCount = slots[0]?.length ?? 0,
): Float64Array {
  switch (spec.kind) {
    case "sgd":
    case "momentum":
    case "nesterov":
      return new Float64Array(parameterCount).fill(1);
    case "adam":
    case "adamw": {
      if (!(Number.isInteger(steps) && steps >= 1))
        throw new RangeError(`${spec.kind} must have taken at least 1 step, got ${steps}`);
      const unbias = 1 - (spec.beta2 ?? 0.999) ** steps;
      return rooted(spec.kind, slots, 1, unbias, spec.epsilon ?? 1e-8);
    }
    case "rmsprop":
      return rooted("rmsprop", slots, 0, 1, spec.epsilon ?? 1e-8);
  }
}

function rooted(
  kind: string,
  slots: readonly FloatArray[],
  at: number,
  unbias: number,
  epsilon: number,
): Float64Array {
  if (slots.length !== at + 1)
    throw new RangeError(`${kind} must have ${at + 1} state vectors, got ${slots.length}`);
  return Float64Array.from(slots[at], (v) => Math.sqrt(v / unbias) + epsilon);
}
