export type { ConvAttrs, OpAttrs, OpName, PoolAttrs, ReduceAttrs } from "./op-attrs.ts";
export * from "./ops/index.ts";
export {
  bytesPerElement,
  type Data,
  describe,
  type DType,
  input,
  isFloat,
  type Node,
  sameShape,
  type Shape,
  sizeOf,
  type Tensor,
} from "./tensor.ts";
export * from "./transforms/index.ts";
export { isTensor, leaves, mapTree, type Tree, unflatten } from "./tree.ts";
export { type GraphFunction, substitute, topological } from "./walk.ts";
export { simplify } from "./simplify/index.ts";
