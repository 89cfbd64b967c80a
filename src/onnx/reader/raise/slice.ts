import * as g from "../../../graph/ops/index.ts";
import type { Tensor } from "../../../graph/tensor.ts";
import { axesOf, type Site } from "./context.ts";

/** ONNX's slice: bounds from either end, cut to what there is; steps of any sign. */
export function sliced(site: Site): Tensor {
  let x = site.input(0);
  const rank = x.shape.length;
  const [starts, ends, axesGiven, stepsGiven] =
    site.opset < 10
      ? [site.ints("starts"), site.ints("ends"), site.ints("axes"), undefined]
      : [site.known(1), site.known(2), site.known(3), site.known(4)];
  if (starts === undefined || ends === undefined) return site.refuse("has no bounds");
  const axes = axesOf(site, axesGiven ?? starts.map((_, i) => i), rank);
  const steps = stepsGiven ?? starts.map(() => 1);
  const counts = [ends.length, axes.length, steps.length];
  if (counts.some((count) => count !== starts.length))
    return site.refuse("starts, ends, axes and steps must be equally many");
  for (const [i, axis] of axes.entries()) {
    const size = x.shape[axis];
    const step = steps[i];
    if (step === 0) return site.refuse("steps must not be 0");
    const clamp = (at: number, low: number, high: number) =>
      Math.max(low, Math.min(high, at < 0 ? at + size : at));
    if (step > 0) {
      const start = clamp(starts[i], 0, size);
      x = g.sliceAxis(x, axis, start, Math.max(start, clamp(ends[i], 0, size)), step);
    } else {
      // Backwards from `start` down to, but without, `end`: forwards in the reversed axis.
      const start = size - 1 - clamp(starts[i], 0, size - 1);
      const end = size - 1 - clamp(ends[i], -1, size - 1);
      x = g.sliceAxis(g.flip(x, [axis]), axis, start, Math.max(start, end), -step);
    }
  }
  return x;
}
