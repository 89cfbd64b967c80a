import { sameShape, type Shape, type Tensor } from "../../graph/tensor.ts";
import type { Emitter } from "./context.ts";

/**
 * The names of a broadcasting op's inputs. Where an input is itself a `broadcastTo`, ONNX broadcasts
 * by itself and the copy is never made, as long as the result keeps its shape.
 */
export function unexpanded(t: Tensor, e: Emitter): string[] {
  const chosen = [...t.inputs];
  for (const [i, input] of chosen.entries()) {
    if (input.op !== "broadcastTo") continue;
    const trial = chosen.with(i, input.inputs[0]);
    if (sameShape(joint(trial.map(({ shape }) => shape)), t.shape)) chosen[i] = trial[i]!;
  }
  return chosen.map((input) => e.value(input));
}

/** NumPy's broadcast shape of shapes that are known to broadcast. */
function joint(shapes: readonly Shape[]): Shape {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1);
    return sizes.find((size) => size !== 1) ?? 1;
  });
}
