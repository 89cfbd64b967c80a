import { meanEstimate } from "../../statistics/index.ts";
import { estimated } from "./quantities.ts";
import type { Quantity } from "./result.ts";

/** What the same batches, samples or probes gave, one number each, in the order of their drawing. */
export interface Observed {
  /** `batches`, `samples` or `probes`. */
  readonly of: "batches" | "samples" | "probes";
  /** Length of a drawn vector, where observations of two models are the same draw only if it is equal. */
  readonly length?: number;
  readonly seed: string;
  readonly values: readonly number[];
  /** Denominators, of a ratio of means. */
  readonly below?: readonly number[];
  /** Which every value is multiplied with; default 1. */
  readonly scale?: number;
}

/**
 * b − a from what both gave on the same draws: the mean of the differences with its t interval, of a
 * ratio of means by its linearisation. Where one was sampled for longer, its first draws. What both
 * models share, a hard batch, a sample's own loss, drops out of the error.
 *
 * undefined where the draws are not the same ones, or fewer than two.
 */
export function pairedDifference(a: Observed, b: Observed): Quantity | undefined {
  if (a.of !== b.of || a.seed !== b.seed || a.length !== b.length) return undefined;
  if ((a.below === undefined) !== (b.below === undefined)) return undefined;
  const n = Math.min(a.values.length, b.values.length);
  if (n < 2) return undefined;
  const [left, right] = [linear(a, n), linear(b, n)];
  const differences = left.map((value, i) => right[i] - value);
  if (!differences.every(Number.isFinite)) return undefined;
  const method = `mean of paired differences on the same ${n} ${a.of}${a.below ? ", linearised" : ""}, t interval`;
  return estimated({ ...meanEstimate(differences, { seed: a.seed }), method });
}

/** Numbers whose mean is the estimate and whose spread is its error: c/ḡ + R(1 − g/ḡ) of pairs c, g. */
function linear({ values, below, scale = 1 }: Observed, n: number): number[] {
  const own = values.slice(0, n);
  if (below === undefined) return own.map((value) => scale * value);
  const under = below.slice(0, n);
  const mean = (list: readonly number[]) => list.reduce((sum, x) => sum + x, 0) / n;
  const [above, divisor] = [mean(own), mean(under)];
  const ratio = above / divisor;
  return own.map((value, i) => scale * (ratio + (value - ratio * under[i]) / divisor));
}
