/** A number that changes with the step: a learning rate, or a batch size (rounded to an integer). */
export type Schedule =
  | { readonly kind: "constant"; readonly value: number }
  /** `value` until the first boundary, then multiplied by `factor` at each. */
  | {
      readonly kind: "step";
      readonly value: number;
      readonly factor: number;
      readonly boundaries: readonly number[];
    }
  /** Half a cosine from `value` to `final` over `steps`, then `final`. @see Loshchilov & Hutter (2017) */
  | {
      readonly kind: "cosine";
      readonly value: number;
      readonly final: number;
      readonly steps: number;
    }
  /** From `low` to `high` and back every `period` steps, in straight lines or in jumps. @see Smith (2017) */
  | {
      readonly kind: "cyclic";
      readonly low: number;
      readonly high: number;
      readonly period: number;
      readonly shape: "triangle" | "square";
    };

export const constantly = (value: number): Schedule => ({ kind: "constant", value });

/** The schedule's value for step `step` (from 0). */
export function scheduled(schedule: Schedule, step: number): number {
  switch (schedule.kind) {
    case "constant":
      return schedule.value;
    case "step":
      return (
        schedule.value * schedule.factor ** schedule.boundaries.filter((at) => at <= step).length
      );
    case "cosine": {
      const progress = Math.min(step / schedule.steps, 1);
      return (
        schedule.final +
        ((schedule.value - schedule.final) * (1 + Math.cos(Math.PI * progress))) / 2
      );
    }
    case "cyclic": {
      const phase = (step % schedule.period) / schedule.period;
      const height =
        schedule.shape === "square" ? (phase < 0.5 ? 0 : 1) : 1 - Math.abs(2 * phase - 1);
      return schedule.low + (schedule.high - schedule.low) * height;
    }
  }
}

/** First step after `step` at which the value may differ from what it is there; Infinity where it never does. */
export function nextChange(schedule: Schedule, step: number): number {
  switch (schedule.kind) {
    case "constant":
      return Infinity;
    case "step":
      return Math.min(Infinity, ...schedule.boundaries.filter((at) => at > step));
    case "cosine":
      return step < schedule.steps ? step + 1 : Infinity;
    case "cyclic": {
      if (schedule.shape === "triangle") return step + 1;
      const half = schedule.period / 2;
      return Math.floor(step / half + 1) * half;
    }
  }
}
