// Sampling until the error bar of the reported estimator itself is as small as asked.
import type { Estimate } from "../../statistics/index.ts";

export interface StopRule {
  /** Stop when stderr ≤ relativeStderr·|value|; default 0.02. 0 takes `maxSamples`. */
  readonly relativeStderr?: number;
  /** Batches drawn before the rule is first asked; default 32, at least 2. */
  readonly minSamples?: number;
  /** Default 1024. */
  readonly maxSamples?: number;
  /** Coverage of the interval; default 0.95. */
  readonly level?: number;
}

/** An estimate over mini-batches and how it ended. */
export interface BatchEstimate extends Estimate {
  /** `undefined`: the quantity has no value here. `not-finite`: the loss or a derivative overflowed. The value is then NaN. */
  readonly status: "converged" | "max-samples" | "undefined" | "not-finite";
  /** Batches that were drawn but have no value, g_B = 0, and are left out of `samples`. */
  readonly excluded: number;
}

/** What has been gathered so far: undefined where a value is not finite. */
export interface Gathered {
  readonly estimate: () => Estimate;
  /** Observations that count. */
  readonly samples: number;
  readonly excluded: number;
  readonly finite: boolean;
}

/**
 * Draw blocks of batches until the rule is met. Block sizes do not depend on values, so the result is
 * that of fixed sampling up to the time it stops; the interval is the one for a fixed number, which
 * undercovers by a few per cent where `minSamples` is small.
 */
export async function sampleUntil(
  { relativeStderr = 0.02, minSamples = 32, maxSamples = 1024, level = 0.95 }: StopRule,
  { seed, method, block }: { seed: string; method: string; block: number },
  draw: (from: number, to: number) => Promise<Gathered>,
): Promise<BatchEstimate> {
  if (!(relativeStderr >= 0))
    throw new RangeError(`relativeStderr must not be negative, got ${relativeStderr}`);
  if (!(Number.isInteger(minSamples) && minSamples >= 2))
    throw new RangeError(`minSamples must be at least 2 to give an error bar, got ${minSamples}`);
  if (!(Number.isInteger(maxSamples) && maxSamples >= minSamples))
    throw new RangeError(
      `maxSamples must be at least minSamples, got ${maxSamples} and ${minSamples}`,
    );
  let drawn = 0;
  for (;;) {
    const to = Math.min(maxSamples, drawn < minSamples ? minSamples : drawn + block);
    const gathered = await draw(drawn, to);
    drawn = to;
    const { samples, excluded } = gathered;
    const none = { seed, method, level, samples, excluded };
    if (!gathered.finite) return { ...unknown, ...none, status: "not-finite" };
    if (samples >= 2) {
      const estimate = gathered.estimate();
      const small = estimate.stderr <= relativeStderr * Math.abs(estimate.value);
      if (samples >= minSamples && small) return { ...estimate, excluded, status: "converged" };
      if (drawn === maxSamples) return { ...estimate, excluded, status: "max-samples" };
    } else if (drawn === maxSamples) return { ...unknown, ...none, status: "undefined" };
  }
}

export const unknown = { value: NaN, stderr: NaN, low: NaN, high: NaN } as const;

/** Whether all are finite. */
export function allFinite(values: readonly number[]): boolean {
  return values.every(Number.isFinite);
}
