import { studentEstimate } from "../../statistics/index.ts";
import { estimated } from "./quantities.ts";
import type { Quantity } from "./result.ts";

/**
 * What the population's curvature scale r = A/(G − A/N) of one model is made of, A = Tr(HΣ)·N/(N − 1)
 * and G = ḡᵀHḡ. Samples count alike.
 */
export interface ObservedPopulation {
  readonly of: "population";
  readonly seed: string;
  /** Tr(HΣ). */
  readonly trHSigma: number;
  readonly alongGradient: number;
  /** Samples whose own curvature was measured, and what each counts for: (1/N) Σᵢ fᵢ ≈ Σ shares·f. */
  readonly rows: Int32Array;
  readonly shares: Float64Array;
  /** Whether `rows` were drawn, and are not all. */
  readonly drawn: boolean;
  /** (gᵢ − ḡ)ᵀH(gᵢ − ḡ) of `rows`. */
  readonly centred: Float64Array;
  /** What else a sample moves in Tr(HΣ) and in G, to first order; of all samples, of mean 0. */
  readonly noiseInfluence: Float64Array;
  readonly gradientInfluence: Float64Array;
}

/**
 * b − a of two models from the same samples, of which the same were drawn for Tr(HΣ).
 *
 * To first order a sample moves the difference by Cᵢ + eᵢ, C being the part of its own curvature, which
 * is known where it was drawn, and e the rest. The error has two independent parts: that of N samples of a
 * population, whose mean square is taken from the draws where C is in it, and that of the draws. What the
 * models share cancels in C and in e alike.
 *
 * undefined where other samples were drawn, or a scale is not finite.
 */
export function pairedPopulation(
  a: ObservedPopulation,
  b: ObservedPopulation,
): Quantity | undefined {
  const { rows, shares, drawn, seed } = a;
  const N = a.gradientInfluence.length;
  const K = rows.length;
  if (b.gradientInfluence.length !== N || seed !== b.seed || drawn !== b.drawn) return undefined;
  if (K < 2 || b.rows.length !== K || !rows.every((row, k) => row === b.rows[k])) return undefined;
  const unbias = N / (N - 1);
  const curved = new Float64Array(K); // C, where it is known
  const rest = new Float64Array(N); // e
  let [value, centre] = [0, 0];
  for (const [sign, own] of [
    [-1, a],
    [1, b],
  ] as const) {
    const A = own.trHSigma * unbias;
    const D = own.alongGradient - A / N;
    value += (sign * A) / D;
    const u = sign * unbias * (1 / D + A / (N * D * D));
    const v = (-sign * A) / (D * D);
    own.centred.forEach((c, k) => (curved[k] += u * c));
    for (let i = 0; i < N; i++) rest[i] += u * own.noiseInfluence[i] + v * own.gradientInfluence[i];
    centre += u * own.trHSigma;
  }
  if (!Number.isFinite(value)) return undefined;
  let square = -(centre ** 2);
  for (let k = 0; k < K; k++) square += shares[k] * curved[k] * (curved[k] + 2 * rest[rows[k]]);
  for (const e of rest) square += (e * e) / N;
  let variance = Math.max(0, square) / (N - 1);
  if (drawn)
    for (let k = 0; k < K; k++)
      variance += (K * shares[k] * curved[k] - centre) ** 2 / (K * (K - 1));
  const of = drawn ? `${N} samples, ${K} of them drawn for Tr(HΣ)` : `${N} samples`;
  const about = {
    seed,
    method: `paired difference on the same ${of}, linearised, t interval`,
  };
  return estimated(studentEstimate(value, Math.sqrt(variance), Math.min(N, K) - 1, N, about));
}
