import type { Host } from "../run/index.ts";
import { findSets, planSets, type Question } from "./found.ts";
import type { Paper } from "./paper.ts";
import { claimCosts, plannedCost } from "./planned-cost.ts";
import { type ClaimStability, cyclicWindows, stabilityOf } from "./stability.ts";
import type { ResultCache } from "./works.ts";

/** Windows of as many seeds as the paper's verdicts have at the scale. */
const windowsOf = (paper: Paper, seeds: readonly string[], { scale }: Question): string[][] =>
  cyclicWindows(seeds, paper.seeds[scale].length);

/** Seconds on one core, about, that the verdicts of all windows are planned to cost. */
export const stabilityCost = (paper: Paper, seeds: readonly string[], question: Question): number =>
  plannedCost(planSets(paper, windowsOf(paper, seeds, question), question));

/** Ids of the claims that are planned to cost least. */
export const cheapestClaims = (paper: Paper, seed: string, question: Question, count: number) =>
  claimCosts(paper, seed, question)
    .slice(0, count)
    .map(({ id }) => id);

/**
 * Judge claims of a paper from every cyclic window of the seeds, and hold the verdicts together. The work is that
 * of the seeds once, all in one go on the pool; `known` keeps it.
 *
 * @throws RangeError as `planSets` and `cyclicWindows` do.
 */
export async function runStability(
  host: Host,
  paper: Paper,
  seeds: readonly string[],
  question: Question & { readonly known?: ResultCache },
): Promise<{ readonly claims: readonly ClaimStability[]; readonly seconds: number }> {
  const windows = windowsOf(paper, seeds, question);
  const { found, seconds } = await findSets(host, paper, windows, question);
  const verdicts = found.map((set) => set.flatMap(({ claims }) => claims));
  return { claims: stabilityOf(verdicts, windows[0].length), seconds };
}
