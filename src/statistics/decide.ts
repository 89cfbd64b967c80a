/** An interval of estimation. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** What a claim demands; `null` leaves an end open. */
export interface Band {
  readonly low: number | null;
  readonly high: number | null;
}

/**
 * Where an interval lies with regard to a band: wholly inside (ends included), wholly outside, or
 * across an end, which leaves a claim undecided.
 *
 * @throws RangeError where low ≤ high does not hold, NaN included.
 */
export function decide(interval: Interval, band: Band): "inside" | "outside" | "across" {
  const low = band.low ?? -Infinity;
  const high = band.high ?? Infinity;
  requireOrder("interval", interval.low, interval.high);
  requireOrder("band", low, high);
  if (interval.low >= low && interval.high <= high) return "inside";
  if (interval.high < low || interval.low > high) return "outside";
  return "across";
}

function requireOrder(what: string, low: number, high: number): void {
  if (!(low <= high)) throw new RangeError(`${what} must have low ≤ high, got ${low} and ${high}`);
}
