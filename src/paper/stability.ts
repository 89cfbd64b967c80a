// Whether a suite of verdicts is stable: the same claims judged again and again from other seeds. Work of a seed is
// done once and serves every verdict whose window holds the seed, so that 20 verdicts cost the work of 20 seeds.
// Windows overlap, so that their verdicts are not independent; the interval allows for that.
import { fisherQuantile } from "../numeric/index.ts";
import type { ClaimVerdict, Verdict } from "../report/index.ts";
import type { Estimate } from "../statistics/index.ts";

/**
 * Windows of `size` seeds that follow one another, one from each seed on; the first seeds come after the last.
 *
 * @throws RangeError for a size that is not whole or does not leave a seed out, and for a seed that is there twice.
 */
export function cyclicWindows(seeds: readonly string[], size: number): string[][] {
  if (!(Number.isInteger(size) && size >= 1 && size < seeds.length))
    throw new RangeError(
      `a window must hold from 1 to ${seeds.length - 1} of ${seeds.length} seeds, got ${size}`,
    );
  const twice = seeds.find((seed, i) => seeds.indexOf(seed) !== i);
  if (twice !== undefined) throw new RangeError(`seeds must differ, got ${twice} twice`);
  return seeds.map((_, i) =>
    Array.from({ length: size }, (__, j) => seeds[(i + j) % seeds.length]),
  );
}

/** How the verdicts on a claim agree. */
export interface ClaimStability {
  readonly id: string;
  readonly tally: Readonly<Record<Verdict, number>>;
  readonly windows: number;
  /** k: verdicts against the more frequent of `reproduced` and `not reproduced`. */
  readonly contradictions: number;
  /** k over the windows, with its interval. */
  readonly share: Pick<Estimate, "value" | "low" | "high" | "level" | "method">;
  /** Why most of the `inconclusive` were that; absent where none was. */
  readonly reason?: string;
}

/**
 * The agreement of each claim's verdicts over cyclic windows of `size` seeds. A contradiction is `reproduced`
 * against `not reproduced`: k is the smaller of their counts, whatever is inconclusive.
 *
 * The interval of k over the windows is Clopper and Pearson's for windows/size independent verdicts. The share is
 * a mean over windows of which two that have c seeds in common have a covariance of at most c/size of the variance
 * (Hoeffding's ζ_c ≤ (c/m)·ζ_m), so that its variance is at most that of windows/size independent ones.
 *
 * @throws RangeError for no windows, and for a claim that is not judged once in each.
 * @see Hoeffding (1948), https://doi.org/10.1214/aoms/1177730196
 */
export function stabilityOf(
  byWindow: readonly (readonly Pick<ClaimVerdict, "id" | "verdict" | "reason">[])[],
  size: number,
): ClaimStability[] {
  const windows = byWindow.length;
  if (windows === 0) throw new RangeError("stability needs at least one window, got none");
  const all = byWindow.flat();
  return [...new Set(all.map(({ id }) => id))].map((id) => {
    const own = all.filter((claim) => claim.id === id);
    if (own.length !== windows)
      throw new RangeError(
        `claim ${id} must have a verdict a window, got ${own.length} in ${windows}`,
      );
    const tally = { reproduced: 0, "not reproduced": 0, inconclusive: 0 };
    for (const { verdict } of own) tally[verdict]++;
    const contradictions = Math.min(tally.reproduced, tally["not reproduced"]);
    const reason = mostFrequent(
      own.filter((c) => c.verdict === "inconclusive").map((c) => c.reason),
    );
    return {
      id,
      tally,
      windows,
      contradictions,
      share: proportion(contradictions / windows, windows / size),
      ...(reason !== undefined && { reason }),
    };
  });
}

/** Claims that contradict themselves in more than 1 of 20 verdicts. */
export const unstable = (claims: readonly ClaimStability[]): ClaimStability[] =>
  claims.filter(({ contradictions, windows }) => contradictions > windows / 20);

/**
 * A share with Clopper and Pearson's interval for so many independent samples, whole or not: the quantiles
 * α/2 and 1 − α/2 of Beta(x, n − x + 1) and Beta(x + 1, n − x), x = share·n.
 */
export function proportion(share: number, samples: number, level = 0.95): ClaimStability["share"] {
  const tail = (1 - level) / 2;
  const x = share * samples;
  const y = samples - x;
  return {
    value: share,
    low: share === 0 ? 0 : betaQuantile(tail, x, y + 1),
    high: share === 1 ? 1 : betaQuantile(1 - tail, x + 1, y),
    level,
    method: `Clopper–Pearson interval of ${samples.toPrecision(3)} independent verdicts`,
  };
}

/** By Fisher's F: a·F/(b + a·F) is Beta(a, b) where F has 2a and 2b degrees of freedom. */
function betaQuantile(p: number, a: number, b: number): number {
  const odds = (a / b) * fisherQuantile(p, 2 * a, 2 * b);
  return odds / (1 + odds);
}

function mostFrequent(words: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
}
