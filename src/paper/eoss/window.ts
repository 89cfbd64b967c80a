/** Where the plateau is averaged: chosen by the full loss alone, never by a sharpness. */
export const lossWindow = { from: 0.15, to: 0.005 } as const;

export interface Window {
  readonly from: number;
  readonly to: number;
  /** Whether the loss fell through the whole window; if not, `to` is the last measurement. */
  readonly reached: boolean;
}

/**
 * From the first measurement at which the full loss is below 15 % of its start to the first below
 * 0.5 %. Undefined where the loss never falls below 15 %.
 */
export function plateauWindow(
  steps: readonly number[],
  losses: readonly number[],
): Window | undefined {
  const [start] = losses;
  const first = losses.findIndex((loss) => loss < lossWindow.from * start);
  if (first < 0) return undefined;
  const end = losses.findIndex((loss) => loss < lossWindow.to * start);
  return { from: steps[first], to: steps[end < 0 ? steps.length - 1 : end], reached: end >= 0 };
}

/** Mean of the values measured inside the window; NaN where there are none. */
export function windowMean(
  steps: readonly number[],
  values: readonly (number | null)[],
  { from, to }: Window,
): number {
  const inside = values.filter(
    (value, i): value is number => value !== null && steps[i] >= from && steps[i] <= to,
  );
  return inside.reduce((sum, value) => sum + value, 0) / inside.length;
}

/** Mean over the later half of the window's measurements less that over the earlier half. */
export function windowDrift(
  steps: readonly number[],
  values: readonly (number | null)[],
  { from, to }: Window,
): number {
  const inside = values.filter(
    (value, i): value is number => value !== null && steps[i] >= from && steps[i] <= to,
  );
  const half = Math.floor(inside.length / 2);
  const mean = (part: readonly number[]) => part.reduce((sum, v) => sum + v, 0) / part.length;
  return half === 0 ? NaN : mean(inside.slice(-half)) - mean(inside.slice(0, half));
}
