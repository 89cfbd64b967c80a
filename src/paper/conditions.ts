import type { Json } from "../run/index.ts";
import { conditionSeed } from "./condition-seed.ts";
import type { Plan, Work } from "./paper.ts";

/** A setting that is measured under every seed. Equal labels of a task must be equal settings. */
export interface Condition {
  readonly task: string;
  readonly label: string;
  /** What the result depends on, all but the seed. */
  readonly input: Readonly<Record<string, unknown>>;
  /** Its `dataSeed` is the seed itself: all conditions of a seed share their data. */
  readonly paired?: true;
  /** Seconds on one core, about. */
  readonly cost: number;
}

/** Its work under every seed, conditions outermost. */
export const worksOf = (conditions: readonly Condition[], { seeds }: Plan): Work[] =>
  conditions.flatMap(({ task, label, input, cost, paired }) =>
    seeds.map((seed) => ({
      task,
      input: {
        ...input,
        seed: conditionSeed(seed, `${task} ${label}`),
        ...(paired && { dataSeed: seed }),
      } as unknown as Json,
      label: `${label}, seed ${seed}`,
      cost,
    })),
  );

/** The results of each condition, one a seed. */
export function byCondition<R>(
  results: readonly Json[],
  conditions: readonly Condition[],
  { seeds }: Plan,
): R[][] {
  return conditions.map((_, i) =>
    results.slice(i * seeds.length, (i + 1) * seeds.length).map((r) => r as unknown as R),
  );
}
