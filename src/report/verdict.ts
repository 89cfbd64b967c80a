import type { Interval } from "./interval.ts";

export type Verdict = "reproduced" | "not reproduced" | "inconclusive";

/** All verdicts, in the order in which summaries count them. */
export const verdicts: readonly Verdict[] = ["reproduced", "not reproduced", "inconclusive"];

/** A band of values that a claim accepts; an open side is infinite. */
export interface Band {
  readonly low: number;
  readonly high: number;
}

/** One measured statistic; a control is one whose interval must lie wholly outside the band. */
export interface Measured {
  readonly label: string;
  readonly estimate: Interval;
}

/** One claim as a row of the verdict table. */
export interface ClaimVerdict {
  /** Short, as in `D1`; also the row's anchor. */
  readonly id: string;
  readonly statement: string;
  /** What is computed, in words or symbols: `η·BS/2, mean over the window`. */
  readonly statistic: string;
  readonly measured: readonly Measured[];
  readonly band: Band;
  readonly controls: readonly Measured[];
  readonly verdict: Verdict;
  /** Why, in one sentence. */
  readonly reason: string;
}

/** How many claims came out each way, leaving out what did not occur. */
export function countVerdicts(
  claims: readonly { readonly verdict: Verdict }[],
): { verdict: Verdict; count: number }[] {
  return verdicts
    .map((verdict) => ({ verdict, count: claims.filter((c) => c.verdict === verdict).length }))
    .filter(({ count }) => count > 0);
}

/** The tone of a verdict's chip. */
export const tones = {
  reproduced: "good",
  "not reproduced": "bad",
  inconclusive: "unsure",
} as const satisfies Record<Verdict, string>;
