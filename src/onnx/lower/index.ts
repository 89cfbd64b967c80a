import type { Emitter, LoweredOp, Lowerings } from "./context.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { constantLowerings } from "./constant.ts";
import { convLowerings } from "./conv.ts";
import { elementwiseLowerings } from "./elementwise.ts";
import { indexingLowerings } from "./indexing.ts";
import { matmulLowerings } from "./matmul.ts";
import { movementLowerings } from "./movement.ts";
import { poolLowerings } from "./pool.ts";
import { reduceLowerings } from "./reduce.ts";

const lowerings = {
  ...constantLowerings,
  ...elementwiseLowerings,
  ...matmulLowerings,
  ...convLowerings,
  ...poolLowerings,
  ...reduceLowerings,
  ...indexingLowerings,
  ...movementLowerings,
} satisfies Lowerings<LoweredOp>;

/** Write a node as ONNX; its inputs have been written before. Returns the name of the result. */
export function lower(t: Tensor, e: Emitter): string {
  const lowering = lowerings[t.op as LoweredOp] as (
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
