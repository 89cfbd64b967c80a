import type { Json } from "../../run/index.ts";
import { type Estimate, studentEstimate } from "../../statistics/index.ts";
import type { LinePoint } from "../linearity.ts";
import type { Ends } from "../over-seeds.ts";
import type { EscapeTimes } from "./escape-task.ts";

/** A mean first-passage time over the walkers of all seeds. */
export interface PooledTime {
  readonly steps: number;
  readonly stderr: number;
  readonly walkers: number;
  readonly left: number;
}

/** Walkers are independent, of one seed or of several: their exits and steps add up. */
export function pooled(parts: readonly Json[]): PooledTime {
  const times = parts as unknown as readonly EscapeTimes[];
  const left = times.reduce((sum, t) => sum + t.left, 0);
  const total = times.reduce((sum, t) => sum + (t.left === 0 ? 0 : t.left * t.steps), 0);
  const squares = times.reduce((sum, t) => sum + (t.left === 0 ? 0 : (t.left * t.stderr) ** 2), 0);
  return {
    steps: left === 0 ? Infinity : total / left,
    stderr: left === 0 ? Infinity : Math.sqrt(squares) / left,
    walkers: times.reduce((sum, t) => sum + t.walkers, 0),
    left,
  };
}

/** ln of a time of `unit` a step, at x. */
export function logPoint(x: number, time: PooledTime, unit: number, shift = 0): LinePoint {
  return {
    x,
    y: Math.log(time.steps * unit) + shift,
    stderr: time.stderr / time.steps,
  };
}

/** A time over what a theory says of it, normal interval over walkers. */
export function ratioTo(theory: number, time: PooledTime, unit: number, seed: string): Estimate {
  return studentEstimate(
    (time.steps * unit) / theory,
    (time.stderr * unit) / theory,
    Infinity,
    time.left,
    { seed, method: "mean first-passage time over walkers, normal interval" },
  );
}

/** Value and interval scaled and moved. */
export function affine({ value, low, high }: Ends, factor: number, shift = 0): Ends {
  const [a, b] = [factor * low + shift, factor * high + shift];
  return { value: factor * value + shift, low: Math.min(a, b), high: Math.max(a, b) };
}
