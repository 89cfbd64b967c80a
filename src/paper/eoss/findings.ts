import { type Estimate, meanEstimate } from "../../statistics/index.ts";
import type { ConditionResult } from "./condition-task.ts";
import type { Condition, Setting } from "./setting.ts";
import { column } from "./series.ts";
import { windowDrift, windowMean } from "./window.ts";

/** All results of a setting, to be asked by condition. */
export interface Findings {
  readonly setting: Setting;
  readonly seeds: readonly string[];
  /** In the order of the seeds; those that are there. */
  readonly of: (condition: Condition) => readonly ConditionResult[];
}

export function findings(setting: Setting, results: readonly ConditionResult[]): Findings {
  const own = results.filter((result) => result.setting === setting.id);
  const seeds = [...new Set(own.map(({ seed }) => seed))];
  return {
    setting,
    seeds,
    of: ({ id }) => own.filter((result) => result.condition === id),
  };
}

/** The base learning rate's conditions on noisy labels, by rising batch size, the full batch last. */
export function batchSweep({ conditions }: Setting): Condition[] {
  const labels = sweepLabels(conditions);
  const base = baseRate(conditions);
  return conditions
    .filter((c) => c.labels === labels && c.learningRate === base)
    .sort((a, b) => a.batchSize - b.batchSize);
}

/** The conditions at the batch size that is also run at other rates, by rising η. */
export function rateSweep({ conditions }: Setting): Condition[] {
  const labels = sweepLabels(conditions);
  const base = baseRate(conditions);
  const at = (size: number) =>
    conditions.filter((c) => c.labels === labels && c.batchSize === size);
  const central = conditions.find((c) => c.labels === labels && c.learningRate !== base);
  return central === undefined
    ? []
    : at(central.batchSize).sort((a, b) => a.learningRate - b.learningRate);
}

/** Labels of the sweep that decides: noisy where there are any. */
function sweepLabels(conditions: readonly Condition[]): Condition["labels"] {
  return conditions.some(({ labels }) => labels === "noisy") ? "noisy" : "clean";
}

/** The rate of the full-batch condition. */
export function baseRate(conditions: readonly Condition[]): number {
  const largest = Math.max(...conditions.map(({ batchSize }) => batchSize));
  return conditions.find(({ batchSize }) => batchSize === largest)!.learningRate;
}

export const edge = ({ learningRate }: Condition): number => learningRate / 2;

/** η/2 × the window's mean of a column, one a seed; NaN where there is no window. */
export function plateaus(found: Findings, condition: Condition, name: string): number[] {
  return found
    .of(condition)
    .map(({ series, window }) =>
      window === undefined
        ? NaN
        : edge(condition) * windowMean(series.steps, column(series, name), window),
    );
}

/** Mean over seeds with a t interval; NaN bounds where fewer than two seeds gave a number. */
export function overSeeds(
  values: readonly number[],
  method: string,
): Pick<Estimate, "value" | "low" | "high"> {
  const known = values.filter(Number.isFinite);
  if (known.length < 2 || known.length < values.length)
    return { value: known.length > 0 ? known[0] : NaN, low: NaN, high: NaN };
  if (known.every((value) => value === known[0]))
    return { value: known[0], low: known[0], high: known[0] };
  return meanEstimate(known, { method, seed: "over seeds" });
}

/** Why plateaus may not be any: a window was not reached, a run diverged, the value still moves. One phrase a reason. */
export function plateauDoubts(
  found: Findings,
  conditions: readonly Condition[],
  name: string,
): string[] {
  const where: Record<string, string[]> = {};
  const doubt = (why: string, place: string) => (where[why] ??= []).push(place);
  for (const condition of conditions) {
    const drifts: number[] = [];
    for (const { seed, status, window, series } of found.of(condition)) {
      const place = `${condition.id} seed ${seed}`;
      if (status === "diverged") doubt("training diverged", place);
      else if (window === undefined) doubt("the loss window was not reached", place);
      else {
        if (!window.reached) doubt("the end of the loss window was not reached", place);
        drifts.push(edge(condition) * windowDrift(series.steps, column(series, name), window));
      }
    }
    const drift = overSeeds(drifts, "drift");
    if (drift.low > maxDrift || drift.high < -maxDrift)
      doubt(`${name} still moves within the window`, condition.id);
  }
  return Object.entries(where).map(([why, places]) => `${why}: ${places.join(", ")}`);
}

/** Change of η·S/2 from one half of the window to the other that still counts as a plateau. */
export const maxDrift = 0.1;

/** Least-squares slope of y against x. */
function slope(x: readonly number[], y: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((s, v) => s + v, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  let [sxy, sxx] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    sxy += (x[i] - mx) * (y[i] - my);
    sxx += (x[i] - mx) ** 2;
  }
  return sxy / sxx;
}

/** For each seed the slope over conditions of a value that each result gives. */
export function slopesPerSeed(
  found: Findings,
  conditions: readonly Condition[],
  x: (condition: Condition) => number,
  y: (condition: Condition, result: ConditionResult) => number,
): number[] {
  return found.seeds.map((seed) => {
    const points = conditions.map((condition) => {
      const result = found.of(condition).find((r) => r.seed === seed);
      return [x(condition), result === undefined ? NaN : y(condition, result)] as const;
    });
    return slope(
      points.map(([a]) => a),
      points.map(([, b]) => b),
    );
  });
}
