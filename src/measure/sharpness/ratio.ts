import { ratioEstimate } from "../../statistics/index.ts";
import type { BatchSampler } from "../problem/batches.ts";
import { allFinite, type BatchEstimate, sampleUntil, type StopRule } from "./sequential.ts";

/**
 * Sample pairs, a number each of batches `from` … `to` − 1, into the ratio of their means. It has no
 * value as long as the denominators' sum is 0.
 */
export function sampleRatio(
  rule: StopRule,
  { seed }: BatchSampler,
  method: string,
  pairs: (
    from: number,
    to: number,
  ) => Promise<{ readonly above: readonly number[]; readonly below: readonly number[] }>,
): Promise<BatchEstimate> {
  const about = { seed, method, block: 32 };
  const { level = 0.95 } = rule;
  const [above, below]: number[][] = [[], []];
  return sampleUntil(rule, about, async (from, to) => {
    const more = await pairs(from, to);
    above.push(...more.above);
    below.push(...more.below);
    const vanishes = below.reduce((sum, x) => sum + x, 0) === 0;
    return {
      samples: vanishes ? 0 : above.length,
      excluded: vanishes ? above.length : 0,
      finite: allFinite(above) && allFinite(below),
      estimate: () => ratioEstimate(above, below, { ...about, level }),
    };
  });
}
