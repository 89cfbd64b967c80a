import { broadcastTo, expandDims, moveAxis } from "../ops/index.ts";
import { ruleOf } from "../rules/index.ts";
import { describe, input, type Tensor } from "../tensor.ts";
import { leaves, type Tree, unflatten } from "../tree.ts";
import { topological, withInputs } from "../walk.ts";
import { trace } from "./trace.ts";

export interface VmapOptions {
  /** For each argument the axis to map over in all its tensors, or null to share it. Default 0 for all. */
  readonly inAxes?: readonly (number | null)[];
  /** Where the mapped axis goes in every output. Default 0. */
  readonly outAxis?: number;
}

/**
 * f applied to each slice of its arguments at once: a loop turned into wider ops.
 *
 * What does not depend on a mapped argument is computed once. Per-example gradients are
 * `vmap(grad(loss), { inAxes: [null, 0, 0] })`; a block of Hessian products maps over the vectors.
 */
export function vmap<A extends readonly Tree[], R extends Tree>(
  f: (...args: A) => R,
  { inAxes, outAxis = 0 }: VmapOptions = {},
): (...args: A) => R {
  return (...args) => {
    const axes = inAxes ?? args.map(() => 0);
    if (axes.length !== args.length)
      throw new RangeError(
        `vmap: one axis for each of ${args.length} arguments, got ${axes.length}`,
      );
    const actual: Tensor[] = [];
    const examples: Tensor[] = [];
    const mapped: boolean[] = [];
    let size: number | undefined;
    args.forEach((arg, i) => {
      const axis = axes[i];
      for (const t of leaves(arg)) {
        mapped.push(axis !== null);
        if (axis === null) {
          actual.push(t);
          examples.push(t);
          continue;
        }
        if (!(axis in t.shape))
          throw new RangeError(`vmap: axis ${axis} does not fit ${describe(t)}`);
        size ??= t.shape[axis];
        if (t.shape[axis] !== size)
          throw new RangeError(
            `vmap: mapped axes must be of one size, got ${size} and ${t.shape[axis]}`,
          );
        actual.push(moveAxis(t, axis, 0));
        examples.push(input(t.shape.toSpliced(axis, 1), t.dtype));
      }
    });
    if (size === undefined) throw new RangeError("vmap: at least one argument must be mapped");
    const traced = trace(f, unflatten(args as Tree, examples) as A);
    const outputs = batchGraph(traced.inputs, traced.outputs, actual, mapped, size);
    return unflatten(
      traced.result,
      outputs.map((t) => moveAxis(t, 0, outAxis)),
    );
  };
}

/** The outputs with `inputs` replaced by `actual`, of which those `mapped` carry a leading axis of `size`; all results carry it. */
function batchGraph(
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  actual: readonly Tensor[],
  mapped: readonly boolean[],
  size: number,
): Tensor[] {
  const image = new Map<Tensor, { tensor: Tensor; batched: boolean }>();
  inputs.forEach((t, i) => image.set(t, { tensor: actual[i], batched: mapped[i] }));
  for (const t of topological(outputs)) {
    if (image.has(t)) continue;
    const ins = t.inputs.map((x) => image.get(x)!);
    const tensors = ins.map((x) => x.tensor);
    const batched = ins.map((x) => x.batched);
    image.set(
      t,
      batched.includes(true)
        ? { tensor: ruleOf(t).batch(t, tensors, batched, size), batched: true }
        : { tensor: withInputs(t, tensors), batched: false },
    );
  }
  return outputs.map((t) => {
    const { tensor, batched } = image.get(t)!;
    return batched ? tensor : broadcastTo(expandDims(tensor, 0), [size, ...tensor.shape]);
  });
}
