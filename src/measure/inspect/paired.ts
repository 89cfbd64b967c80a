import { meanEstimate } from "../../statistics/index.ts";
import { type ObservedPopulation, pairedPopulation } from "./paired-population.ts";
import { estimated } from "./quantities.ts";
import type { Quantity } from "./result.ts";

/**
 * What single draws gave, in the order of their drawing. The quantity is scale·Π m_k^p_k, m_k the mean
 * of the k-th list: a mean has one list, a ratio of means a second one to the power −1.
 */
export interface ObservedMeans {
  /** `draws`: samples drawn in proportion to the noise of both models. */
  readonly of: "batches" | "samples" | "probes" | "draws";
  /** Length of a drawn vector, where observations of two models are the same draw only if it is equal. */
  readonly length?: number;
  readonly seed: string;
  readonly means: readonly { readonly values: ArrayLike<number>; readonly power: number }[];
  /** Default 1. */
  readonly scale?: number;
}

export type Observed = ObservedMeans | ObservedPopulation;

/**
 * b − a from what both gave on the same draws: the mean of the differences with its t interval, of
 * functions of means by their linearisation. Where one was sampled for longer, its first draws. What
 * both models share, a hard batch, a sample's own loss, drops out of the error.
 *
 * undefined where the draws are not the same ones, or fewer than two.
 */
export function pairedDifference(a: Observed, b: Observed): Quantity | undefined {
  if (a.of === "population" || b.of === "population")
    return a.of === "population" && b.of === "population" ? pairedPopulation(a, b) : undefined;
  if (a.of !== b.of || a.seed !== b.seed || a.length !== b.length) return undefined;
  const n = Math.min(...[a, b].flatMap(({ means }) => means.map(({ values }) => values.length)));
  if (n < 2) return undefined;
  const [left, right] = [linear(a, n), linear(b, n)];
  const differences = left.map((value, i) => right[i] - value);
  if (!differences.every(Number.isFinite)) return undefined;
  const plain = [a, b].every(({ means }) => means.length === 1 && means[0].power === 1);
  const method = `mean of paired differences on the same ${n} ${a.of}${plain ? "" : ", linearised"}, t interval`;
  return estimated({ ...meanEstimate(differences, { seed: a.seed }), method });
}

/** Numbers whose mean is the estimate and whose spread is its error: f(m) + Σ ∂f/∂m_k·(x_k − m_k). */
function linear({ means, scale = 1 }: ObservedMeans, n: number): number[] {
  const lists = means.map(({ values, power }) => {
    const own = Array.from({ length: n }, (_, i) => values[i]);
    return { own, power, mean: own.reduce((sum, x) => sum + x, 0) / n };
  });
  const product = (lowered?: number) =>
    lists.reduce((p, { mean, power }, k) => p * mean ** (k === lowered ? power - 1 : power), scale);
  const value = product();
  const slopes = lists.map(({ power }, k) => power * product(k));
  return Array.from({ length: n }, (_, i) =>
    lists.reduce((sum, { own, mean }, k) => sum + slopes[k] * (own[i] - mean), value),
  );
}
