export { jvp, pushForward } from "./forward.ts";
export { hvp } from "./hvp.ts";
export { linearize, type Partition, partition } from "./linearize.ts";
export { grad, pullBack, valueAndGrad, vjp } from "./reverse.ts";
export { directional } from "./quadratic.ts";
export { trace, type Traced } from "./trace.ts";
export { vmap, type VmapOptions } from "./vmap.ts";
