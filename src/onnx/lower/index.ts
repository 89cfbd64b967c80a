import type { Emitter, LoweredOp, Lowerings } from "./context.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { constantLowerings } from "./constant.ts";
import { elementwiseLowerings } from "./elementwise.ts";
import { matmulLowerings } from "./matmul.ts";
import { movementLowerings } from "./movement.ts";
import { reduceLowerings } from "./reduce.ts";

const lowerings = {
  ...constantLowerings,
  ...elementwiseLowerings,
  ...matmulLowerings,
  ...reduceLowerings,
  ...movementLowerings,
} satisfies Lowerings<
  Exclude<
    LoweredOp,
    | "conv"
    | "convInput"
    | "convWeight"
    | "maxPool"
    | "maxPoolIndices"
    | "sumPool"
    | "sumPoolTranspose"
    | "gather"
    | "scatterAdd"
    | "gatherElements"
    | "scatterElementsAdd"
    | "oneHot"
  >
>;

/** Write a node as ONNX; its inputs have been written before. Returns the name of the result. */
export function lower(t: Tensor, e: Emitter): string {
  const lowering = lowerings[t.op as keyof typeof lowerings] as (
    t: Tensor,
    inputs: readonly string[],
    e: Emitter,
  ) => string;
  return lowering(
    t,
    t.inputs.map((input) => e.value(input)),
    e,
  );
}
