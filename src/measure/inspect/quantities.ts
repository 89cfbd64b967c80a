import type { Estimate } from "../../statistics/index.ts";
import { isEstimate, type Measured } from "../noise/measured.ts";
import type { NoiseScaleResult } from "../noise/noise-scale.ts";
import type { BatchEstimate } from "../sharpness/sequential.ts";
import type { Quantity, QuantityStatus } from "./result.ts";

/** A number that is exact but for rounding. */
export function exactly(value: number, method: string, rest: Partial<Quantity> = {}): Quantity {
  return Number.isFinite(value)
    ? { value, method, ...rest }
    : { value: null, method, ...rest, status: "not-finite" };
}

/** An estimate, with how it ended. */
export function estimated(
  estimate: Estimate & {
    readonly status?: BatchEstimate["status"];
    readonly excluded?: number;
  },
  rest: Partial<Quantity> = {},
): Quantity {
  const { value, stderr, low, high, level, samples, excluded, method, seed, status } = estimate;
  const said = status === undefined ? {} : { status };
  if (!Number.isFinite(value))
    return { value: null, samples, method, seed, status: "undefined", ...said, ...rest };
  return {
    value,
    stderr,
    low,
    high,
    level,
    samples,
    ...(excluded !== undefined && excluded > 0 && { excluded }),
    method,
    seed,
    ...said,
    ...rest,
  };
}

export function measured(value: Measured, rest: Partial<Quantity> = {}): Quantity {
  if (isEstimate(value)) return estimated(value, rest);
  const { samples } = value;
  return exactly(value.value, value.method, { ...(samples !== undefined && { samples }), ...rest });
}

/** A quantity as something to compute on, where it has a value. */
export function asMeasured(quantity: Quantity | undefined): Measured | undefined {
  if (quantity === undefined || quantity.value === null) return undefined;
  const { value, method, stderr, low, high, level, samples, seed } = quantity;
  if (stderr === undefined) return { value, method };
  return {
    value,
    stderr,
    low: low ?? value - 2 * stderr,
    high: high ?? value + 2 * stderr,
    level: level ?? 0.95,
    samples: samples ?? 2,
    seed: seed ?? "none",
    method,
  };
}

/** No number, and why. */
export function nothing(method: string, status: QuantityStatus, note: string): Quantity {
  return { value: null, method, status, note };
}

export function scaleQuantity(scale: NoiseScaleResult, method: string): Quantity {
  switch (scale.kind) {
    case "exact":
      return exactly(scale.value, scale.method, {
        ...(scale.samples !== undefined && { samples: scale.samples }),
      });
    case "estimate":
      return estimated(scale);
    case "lower-bound": {
      const { low, level, samples, reason } = scale;
      return {
        value: low,
        low,
        level,
        samples,
        method: scale.method,
        status: "lower-bound",
        note: reason,
      };
    }
    case "not-meaningful":
      return nothing(method, "not-meaningful", scale.reason);
  }
}
