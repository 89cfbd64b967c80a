// The entry for Node and browsers alike: the transforms by name, everything else in a namespace a
// folder. What only Node has is in `thalweg/node`.
export {
  directional,
  grad,
  hvp,
  jvp,
  linearize,
  trace,
  valueAndGrad,
  vjp,
  vmap,
} from "./graph/index.ts";
export * as numeric from "./numeric/index.ts";
export * as statistics from "./statistics/index.ts";
export * as random from "./random/index.ts";
export * as graph from "./graph/index.ts";
export * as kernel from "./kernel/index.ts";
export * as onnx from "./onnx/index.ts";
export * as runtime from "./runtime/index.ts";
export * as data from "./data/index.ts";
export * as learn from "./learn/index.ts";
export * as measure from "./measure/index.ts";
export * as diffusion from "./diffusion/index.ts";
export * as report from "./report/index.ts";
export * as run from "./run/index.ts";
/** The reproduction of "Edge of Stochastic Stability". */
export * as eoss from "./paper/eoss/index.ts";
