import type { MetricRow } from "../../learn/index.ts";

/** Measurements along one run, a column a quantity; null where it was not measured. */
export interface RunSeries {
  readonly steps: readonly number[];
  readonly columns: Readonly<Record<string, readonly (number | null)[]>>;
}

/** Rows of measurements as columns over the steps at which the full loss is known. */
export function toSeries(rows: readonly MetricRow[]): RunSeries {
  const steps = rows.filter(({ name }) => name === "full-loss").map(({ step }) => step);
  const place = new Map(steps.map((step, i) => [step, i]));
  const columns: Record<string, (number | null)[]> = {};
  const put = (name: string, i: number, value: number) => {
    columns[name] ??= steps.map(() => null);
    columns[name][i] = value;
  };
  for (const { step, name, value, stderr } of rows) {
    const i = place.get(step);
    if (i === undefined) continue;
    put(name, i, value);
    if (stderr !== undefined) put(stderrOf(name), i, stderr);
  }
  return { steps, columns };
}

/** Name of the column with a quantity's standard errors. */
export const stderrOf = (name: string): string => `${name} ±`;

export function column(series: RunSeries, name: string): readonly (number | null)[] {
  return series.columns[name] ?? series.steps.map(() => null);
}
