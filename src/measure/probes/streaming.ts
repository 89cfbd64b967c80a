import type { Probe } from "../../learn/index.ts";
import type { FloatArray } from "../../numeric/index.ts";
import { tracker, type TrackerOptions } from "../tracking/tracker.ts";

export interface StreamingOptions extends Pick<TrackerOptions, "window"> {
  readonly due: (step: number) => boolean;
  readonly seed: string;
}

/**
 * Row `batch-sharpness-streaming`: the windowed mean of g_BᵀH_Bg_B/‖g_B‖² of training's own batches,
 * with a standard error that knows of their correlation. It needs a `stride` at which training
 * measures its batches, and costs nothing else.
 *
 * Training's batches are those that it has just stepped on, at parameters that moved within the
 * window: a lagging mean, where `batchSharpnessProbe` takes fresh batches at one point.
 */
export function streamingBatchSharpnessProbe({ due, seed, window = 64 }: StreamingOptions): Probe {
  const make = () => tracker({ window, seed, of: "batch sharpness of training's own batches" });
  let running = make();
  // The window's own entries, so that a resumed run sees the very same.
  let steps: number[] = [];
  let values: number[] = [];
  const push = (step: number, value: number) => {
    running.push(step, value);
    steps = [...steps, step].slice(-window);
    values = [...values, value].slice(-window);
  };
  return {
    name: "batch-sharpness-streaming",
    due,
    observe(rows) {
      const norms = new Map(
        rows.filter((r) => r.name === "batch-gradient-norm2").map((r) => [r.step, r.value]),
      );
      for (const { step, name, value } of rows) {
        const norm2 = norms.get(step);
        if (name === "batch-curvature" && norm2 !== undefined && norm2 > 0)
          push(step, value / norm2);
      }
    },
    async measure() {
      const estimate = running.read();
      if (estimate === undefined) return [];
      const { value, stderr, samples } = estimate;
      return [{ name: "batch-sharpness-streaming", value, stderr, samples }];
    },
    save: () => ({ steps: Float64Array.from(steps), values: Float64Array.from(values) }),
    restore(saved: Readonly<Record<string, FloatArray>>) {
      running = make();
      [steps, values] = [[], []];
      saved.steps?.forEach((step, i) => push(step, saved.values[i]));
    },
  };
}
