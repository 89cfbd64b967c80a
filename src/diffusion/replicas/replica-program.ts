import { add, input, square, sub, substitute, sum, type Tensor, vmap } from "../../graph/index.ts";
import { stepProgram, type Training } from "../../learn/index.ts";
import type { ScanProgram } from "../../onnx/scan.ts";

/**
 * The training step of many replicas at once, `vmap` of the step of one: the samples are shared, the
 * state and the draws are each replica's own.
 *
 *     carry      parameters…, optimiser slots…, buffers…, each [replicas, …]
 *     constants  those of one step, then the parameters θ₀ that distances are from
 *     slices     those of one step, each [replicas, …]
 *     emitted    loss of the batch [replicas]; ‖θ − θ₀‖² after the step [replicas]
 *
 * `"alone"` is the step of one without the leading axis, which runs in fused kernels: the same numbers
 * but for their last bits.
 */
export function replicaProgram(
  training: Training,
  batchSize: number,
  replicas: number | "alone",
): ScanProgram {
  const one = stepProgram(training, batchSize, false);
  const parameters = training.model.parameters.length;
  const origin = one.carry.slice(0, parameters).map((t) => input(t.shape, t.dtype, "origin"));
  const distance2 = origin
    .map((from, i) => sum(square(sub(one.nextCarry[i], from))))
    .reduce((a, b) => add(a, b));
  const nextCarry = [...one.nextCarry];
  const emitted = [one.emitted[0], distance2];
  if (replicas === "alone")
    return { carry: one.carry, constants: [...one.constants, ...origin], slices: one.slices, nextCarry, emitted }; // prettier-ignore
  const own = [...one.carry, ...one.slices];
  const wide = own.map((t) => input([replicas, ...t.shape], t.dtype));
  const outputs = vmap((values: Tensor[]) => substitute([...nextCarry, ...emitted], own, values))(
    wide,
  );
  const carried = one.carry.length;
  return {
    carry: wide.slice(0, carried),
    constants: [...one.constants, ...origin],
    slices: wide.slice(carried),
    nextCarry: outputs.slice(0, carried),
    emitted: outputs.slice(carried),
  };
}
