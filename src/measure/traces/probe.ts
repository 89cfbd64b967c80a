import { dot, type FloatArray } from "../../numeric/index.ts";
import { fillNormal, fillRademacher, type Stream, substream } from "../../random/index.ts";
import type { SymmetricOperator } from "../operators/operator.ts";
import {
  type BatchEstimate,
  type Gathered,
  sampleUntil,
  type StopRule,
} from "../sharpness/sequential.ts";
import { vectorOf } from "../spectra/apply-all.ts";

/** Of a probe's entries: both have E[zzᵀ] = I. Signs have the smaller variance. */
export type ProbeDistribution = "rademacher" | "normal";

export interface EstimatorOptions extends StopRule {
  /** Default `rademacher`. */
  readonly distribution?: ProbeDistribution;
  /** Probes put through the operator at once; default 8. Changes no value but for rounding. */
  readonly block?: number;
}

/** An estimate from random probes and how it ended. */
export interface ProbeEstimate extends Omit<BatchEstimate, "excluded" | "status"> {
  readonly status: "converged" | "max-samples" | "not-finite";
  /** Products with the operator that it took. */
  readonly products: number;
}

/** Probe vector `index`: it depends on the stream and the index alone. */
export function probeVector(
  operator: SymmetricOperator,
  distribution: ProbeDistribution,
  draws: Stream,
  index: number,
): FloatArray {
  const z = vectorOf(operator);
  (distribution === "normal" ? fillNormal : fillRademacher)(substream(draws, index), 0, z);
  return z;
}

/** Sample by the rule; counts the operator's products. */
export async function probeUntil(
  operator: SymmetricOperator,
  draws: Stream,
  method: string,
  { block = 8, ...rule }: EstimatorOptions,
  draw: (from: number, to: number) => Promise<Omit<Gathered, "excluded">>,
): Promise<ProbeEstimate> {
  if (!(Number.isInteger(block) && block >= 1))
    throw new RangeError(`block must be a positive integer, got ${block}`);
  const before = operator.products;
  const about = { seed: draws.seed, method, block };
  const {
    excluded: _,
    status,
    ...estimate
  } = await sampleUntil(rule, about, async (from, to) => ({
    ...(await draw(from, to)),
    excluded: 0,
  }));
  // Every probe has a value, so that "undefined" does not come.
  const ended = status === "undefined" ? "max-samples" : status;
  return { ...estimate, status: ended, products: operator.products - before };
}

/** Runs of at most `block` indices from `from` to `to` − 1. */
export function* blocks(from: number, to: number, block = 8): Generator<number[]> {
  for (let i = from; i < to; i += block)
    yield Array.from({ length: Math.min(block, to - i) }, (_, k) => i + k);
}

/** v ← v − QQᵀv twice, for orthonormal rows; nothing where there are none. */
export function projectOut(v: FloatArray, basis: readonly FloatArray[]): void {
  for (let sweep = 0; sweep < 2; sweep++)
    for (const q of basis) {
      const c = dot(q, v);
      for (let i = 0; i < v.length; i++) v[i] -= c * q[i];
    }
}
