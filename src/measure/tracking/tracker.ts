import { autocorrelationTime, type Estimate, seriesMean } from "../../statistics/index.ts";

/** A running mean of values that arrive one by one along training, and its error. */
export interface Tracker {
  /** Take in the value seen at a training step; steps must increase. Values that are not finite are counted and left out. */
  push(step: number, value: number): void;
  /** Mean over the window with a standard error that knows of the values' correlation; undefined while there are too few. */
  read(): TrackedEstimate | undefined;
  /** Forget everything, as after a change of learning rate. */
  reset(): void;
}

export interface TrackedEstimate extends Estimate {
  /** First and last training step in the window. */
  readonly from: number;
  readonly to: number;
  /** Values of the window that were not finite. */
  readonly excluded: number;
}

export interface TrackerOptions {
  /** Values in the window, the newest ones; default 256. */
  readonly window?: number;
  readonly level?: number;
  readonly seed: string;
  /** What the values are, for the estimate's `method`. */
  readonly of?: string;
}

/**
 * The mean of the last `window` values of a slowly drifting series, such as training's own batch
 * ratios at a stride. The standard error is √(γ₀τ/n) with Geyer's autocorrelation time τ: white noise
 * gives s/√n, correlated values more. A drift within the window counts as correlation and widens it.
 */
export function tracker({ window = 256, level = 0.95, seed, of }: TrackerOptions): Tracker {
  if (!(Number.isInteger(window) && window >= 4))
    throw new RangeError(`window must be an integer of at least 4, got ${window}`);
  const what = of === undefined ? "" : `${of}, `;
  const method = `${what}mean of the last ${window} values, Geyer's autocorrelation time, t interval`;
  let entries: { readonly step: number; readonly value: number }[] = [];
  return {
    push(step, value) {
      const last = entries.at(-1)?.step ?? -Infinity;
      if (!(step > last)) throw new RangeError(`steps must increase, got ${step} after ${last}`);
      entries.push({ step, value });
      if (entries.length > window) entries.shift();
    },
    read() {
      const values = entries.map(({ value }) => value).filter(Number.isFinite);
      if (values.length < 4) return undefined;
      const excluded = entries.length - values.length;
      const estimate = longEnough(values, { level, seed, method });
      if (estimate === undefined) return undefined;
      return { ...estimate, excluded, from: entries[0].step, to: entries.at(-1)!.step };
    },
    reset() {
      entries = [];
    },
  };
}

/** The series' mean, where the window holds at least two autocorrelation times. */
function longEnough(
  values: readonly number[],
  options: { level: number; seed: string; method: string },
): Estimate | undefined {
  const { time } = autocorrelationTime(values);
  return values.length / Math.max(time, 1) < 2 ? undefined : seriesMean(values, options);
}
