import { studentQuantile } from "../../numeric/index.ts";
import type { Estimate, EstimateOptions } from "../../statistics/index.ts";

/** A number without sampling error: it has no `stderr`. */
export interface Exact {
  readonly value: number;
  /** Observations it was summed over, where it was a sum. */
  readonly samples?: number;
  readonly method: string;
}

/** A measured number, exact or with its error. */
export type Measured = Exact | Estimate;

export function isEstimate(measured: Measured): measured is Estimate {
  return "stderr" in measured;
}

/** Its standard error, 0 where it is exact. */
export function standardError(measured: Measured): number {
  return isEstimate(measured) ? measured.stderr : 0;
}

/** The same number times a constant. */
export function scaled(measured: Measured, factor: number, method = measured.method): Measured {
  const value = measured.value * factor;
  if (!isEstimate(measured)) return { ...measured, value, method };
  const [low, high] = [measured.low * factor, measured.high * factor].sort((a, b) => a - b);
  return { ...measured, value, stderr: measured.stderr * Math.abs(factor), low, high, method };
}

/** A factor of a product, and the power it is raised to. */
export type Factor = readonly [measured: Measured, power: number];

/**
 * Π aₖ^pₖ of independently measured numbers, by the delta method: the errors add in squares. The
 * interval is the t interval of log|Π aₖ^pₖ|, mapped back, with Welch's degrees of freedom, so that it
 * never crosses 0; where the data do not tell a factor from 0 it is the value's own, symmetric.
 * Biased by O(1/samples).
 *
 * @throws RangeError where a factor under a negative power is not told from 0.
 */
export function product(factors: readonly Factor[], method: string): Measured {
  const of = (powers: readonly number[]) =>
    factors.reduce((v, [{ value }, power], k) => v * value ** (powers[k] ?? power), 1);
  const value = of([]);
  const estimates = factors.flatMap(([measured], k) =>
    isEstimate(measured) ? [{ measured, k }] : [],
  );
  if (estimates.length === 0) return { value, method };
  let variance = 0;
  let welch = 0;
  let known = true;
  for (const { measured, k } of estimates) {
    const power = factors[k][1];
    const nonzero = measured.low * measured.high > 0;
    if (power < 0 && !nonzero)
      throw new RangeError(
        `a denominator must differ from 0 by more than its error, got ${measured.value} in [${measured.low}, ${measured.high}]`,
      );
    known &&= nonzero;
    const powers = factors.map(([, p], i) => (i === k ? p - 1 : p));
    const part = (power * of(powers) * measured.stderr) ** 2;
    variance += part;
    welch += part ** 2 / Math.max(1, measured.samples - 1);
  }
  const { level, seed } = estimates[0].measured;
  const samples = Math.min(...estimates.map(({ measured }) => measured.samples));
  const stderr = Math.sqrt(variance);
  const degrees = variance > 0 ? Math.max(1, variance ** 2 / welch) : Infinity;
  return interval(value, stderr, degrees, { level, seed, method }, samples, known);
}

/** value ± t·stderr, or, on the log scale, value·e^(±t·stderr/|value|). */
export function interval(
  value: number,
  stderr: number,
  degrees: number,
  { level = 0.95, method = "t interval", seed }: EstimateOptions,
  samples: number,
  logarithmic: boolean,
): Estimate {
  const half = stderr === 0 ? 0 : studentQuantile((1 + level) / 2, degrees) * stderr;
  const factor = Math.exp(half / Math.abs(value));
  const ends =
    logarithmic && value !== 0
      ? [value / factor, value * factor].sort((a, b) => a - b)
      : [value - half, value + half];
  return { value, stderr, low: ends[0], high: ends[1], level, samples, method, seed };
}
