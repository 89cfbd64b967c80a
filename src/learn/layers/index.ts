export {
  activation,
  activations,
  type Activation,
  flatten,
  linear,
  type LinearOptions,
} from "./basic.ts";
export {
  averagePooling,
  convolution,
  type ConvLayerOptions,
  globalAveragePooling,
  maxPooling,
} from "./conv.ts";
export { batchNorm, type BatchNormOptions, layerNorm, type NormOptions } from "./norm.ts";
export { basicBlock, type BasicBlockOptions, residual } from "./residual.ts";
