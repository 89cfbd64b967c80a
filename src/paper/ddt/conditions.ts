import type { Json } from "../../run/index.ts";
import type { LinePoint } from "../linearity.ts";
import type { Plan, ScaleName, Work } from "../paper.ts";
import type { EscapePoint } from "./escape-task.ts";
import { conditionSeed } from "./seeds.ts";

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

/** ln τ over all seeds' walkers, who are equally many: the mean and its error. */
export function pooled(points: readonly EscapePoint[]): EscapePoint {
  const n = points.length;
  const sum = (of: (p: EscapePoint) => number) => points.reduce((total, p) => total + of(p), 0);
  return {
    logTime: sum((p) => p.logTime) / n,
    stderr: Math.sqrt(sum((p) => p.stderr ** 2)) / n,
    walkers: sum((p) => p.walkers),
    censored: sum((p) => p.censored),
  };
}

/** A point of a line, `shift` added to ln τ. */
export const linePoint = (x: number, points: readonly EscapePoint[], shift = 0): LinePoint => {
  const { logTime, stderr } = pooled(points);
  return { x, y: logTime + shift, stderr };
};

/** How many walkers follow a point under one seed. */
export const walkersAt: Readonly<Record<ScaleName, number>> = {
  smoke: 60,
  quick: 300,
  standard: 3000,
  paper: 100,
};
