// To step 0 from several steps: y(h) = y₀ + c·hᵖ.
import { solve } from "../numeric/index.ts";
import {
  requireAtLeast,
  requireFinite,
  requireSameLength,
  studentEstimate,
  type Estimate,
  type EstimateOptions,
} from "./estimate.ts";
import { fitLine } from "./regression.ts";

export interface ExtrapolationOptions extends EstimateOptions {
  /** Standard errors of the values. */
  readonly sigma: ArrayLike<number>;
  /** p; without it, p is fitted. */
  readonly order?: number;
}

export interface Extrapolation {
  /** y₀. */
  readonly value: Estimate;
  /** p with its error where it was fitted, the number given where not. */
  readonly order: Estimate | number;
  /** c. */
  readonly coefficient: number;
  /** Σ (y − fit)²/σ², χ² of `degrees` degrees where the law holds. */
  readonly chiSquare: number;
  readonly degrees: number;
}

const [LEAST, MOST] = [0.05, 6];

/**
 * Weighted least squares of y₀ + c·hᵖ. With p fitted, the errors of y₀ and p are those of the linearised
 * problem of three unknowns: where the values hardly differ p is not resolved, and its error says so.
 *
 * @throws RangeError for fewer than 3 steps, or one that is not positive or not different from the others.
 */
export function extrapolate(
  steps: ArrayLike<number>,
  values: ArrayLike<number>,
  { sigma, order, ...options }: ExtrapolationOptions,
): Extrapolation {
  const n = requireSameLength(steps, values, "steps", "values");
  requireAtLeast(n, 3, "an extrapolation");
  for (let i = 0; i < n; i++) {
    requireFinite(values[i], i);
    if (!(steps[i] > 0 && steps[i] < Infinity))
      throw new RangeError(`steps must be positive and finite, got ${steps[i]} at ${i}`);
  }
  if (new Set(Array.from(steps)).size < 3)
    throw new RangeError(`steps must be at least 3 different ones, got ${Array.from(steps)}`);
  const lineAt = (p: number) => {
    const powers = Float64Array.from(steps, (h) => h ** p);
    return fitLine(powers, values, { ...options, sigma });
  };
  if (order !== undefined) {
    const { intercept, slope, chiSquare, degrees } = lineAt(order);
    const value = { ...intercept, method: `extrapolated to step 0 with the order ${order}` };
    return { value, order, coefficient: slope.value, chiSquare, degrees };
  }
  const p = leastBetween((q) => lineAt(q).chiSquare, LEAST, MOST);
  const { intercept, slope, chiSquare } = lineAt(p);
  const { valueError, orderError } = errors(steps, sigma, p, slope.value);
  const estimate = (value: number, stderr: number, method: string) =>
    studentEstimate(value, stderr, Infinity, n, { ...options, method });
  return {
    value: estimate(intercept.value, valueError, "extrapolated to step 0, the order fitted"),
    order: estimate(p, orderError, "order of the step, least squares"),
    coefficient: slope.value,
    chiSquare,
    degrees: n - 3,
  };
}

/** Roots of the diagonal of (JᵀWJ)⁻¹, J = (1, hᵖ, c·hᵖ·ln h); Infinity where it is singular. */
function errors(
  steps: ArrayLike<number>,
  sigma: ArrayLike<number>,
  p: number,
  c: number,
): { readonly valueError: number; readonly orderError: number } {
  const fisher = new Float64Array(9);
  for (let k = 0; k < steps.length; k++) {
    const power = steps[k] ** p;
    const row = [1, power, c * power * Math.log(steps[k])];
    for (let i = 0; i < 3; i++)
      for (let j = 0; j < 3; j++) fisher[3 * i + j] += (row[i] * row[j]) / sigma[k] ** 2;
  }
  try {
    const inverse = solve(fisher, Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1), 3, 3);
    const [valueError, orderError] = [Math.sqrt(inverse[0]), Math.sqrt(inverse[8])];
    if (valueError >= 0 && orderError >= 0) return { valueError, orderError };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return { valueError: Infinity, orderError: Infinity };
}

/** Where f is least: the best of a hundred points at equal ratios, then golden sections about it. */
function leastBetween(f: (x: number) => number, low: number, high: number): number {
  const ratio = (high / low) ** (1 / 99);
  let best = low;
  let least = Infinity;
  for (let i = 0; i < 100; i++) {
    const x = low * ratio ** i;
    const y = f(x);
    if (y < least) [best, least] = [x, y];
  }
  let [a, b] = [Math.max(low, best / ratio), Math.min(high, best * ratio)];
  const golden = (Math.sqrt(5) - 1) / 2;
  for (let i = 0; i < 60; i++) {
    const [c, d] = [b - golden * (b - a), a + golden * (b - a)];
    if (f(c) < f(d)) b = d;
    else a = c;
  }
  return (a + b) / 2;
}
