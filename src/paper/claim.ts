import { decide, type Estimate } from "../statistics/index.ts";
import type { ClaimVerdict, Verdict } from "../report/index.ts";

/** A closed band; null is an open end. */
export type FrozenBand = readonly [low: number | null, high: number | null];

/** One statistic of a claim: an estimate over independent seeds, or an exact number. */
export interface Statistic {
  readonly label: string;
  readonly estimate: Pick<Estimate, "value" | "low" | "high">;
}

export interface Evidence {
  readonly id: string;
  readonly statement: string;
  readonly statistic: string;
  readonly band: FrozenBand;
  /** Every one of these must lie inside for `reproduced`. */
  readonly measured: readonly Statistic[];
  /** Every one of these must lie wholly outside. */
  readonly controls: readonly Statistic[];
  /** Why the evidence cannot decide, whatever the intervals say: a window not reached, a trend left. */
  readonly doubts: readonly string[];
}

/**
 * The verdict on a claim. `reproduced`: every interval wholly inside the band and every control's
 * wholly outside. `not reproduced`: some interval wholly outside. Otherwise, or where there are
 * doubts, no measurements or no controls, `inconclusive`, with the reason.
 */
export function judge(evidence: Evidence): ClaimVerdict {
  const { id, statement, statistic, band, measured, controls, doubts } = evidence;
  const [verdict, reason] = ruling(measured, controls, band, doubts);
  return {
    id,
    statement,
    statistic,
    measured: measured.map(({ label, estimate }) => ({ label, estimate })),
    band: { low: band[0] ?? -Infinity, high: band[1] ?? Infinity },
    controls: controls.map(({ label, estimate }) => ({ label, estimate })),
    verdict,
    reason,
  };
}

function ruling(
  measured: readonly Statistic[],
  controls: readonly Statistic[],
  [low, high]: FrozenBand,
  doubts: readonly string[],
): [Verdict, string] {
  const side = ({ estimate }: Statistic) =>
    [estimate.low, estimate.high].some(Number.isNaN)
      ? "across"
      : decide({ low: estimate.low, high: estimate.high }, { low, high });
  const names = (list: readonly Statistic[]) => list.map(({ label }) => label).join(", ");
  if (measured.length === 0) return ["inconclusive", doubts[0] ?? "nothing was measured"];
  if (doubts.length > 0) return ["inconclusive", doubts.join("; ")];
  const outside = measured.filter((s) => side(s) === "outside");
  if (outside.length > 0) return ["not reproduced", `outside the band: ${names(outside)}`];
  const across = measured.filter((s) => side(s) === "across");
  if (across.length > 0)
    return ["inconclusive", `the interval crosses the band's edge: ${names(across)}`];
  if (controls.length === 0) return ["inconclusive", "no negative control was measured"];
  const failed = controls.filter((s) => side(s) !== "outside");
  if (failed.length > 0)
    return ["inconclusive", `a control is not outside the band: ${names(failed)}`];
  return ["reproduced", "every interval is inside the band, every control outside"];
}
