// Loops emitted as WebAssembly. `wasm/` is the format; a family of loops is a folder.
export { combine, dots, norm, subtract } from "./vector/operations.ts";
export { type VectorSpace, vectorSpace } from "./vector/vector-space.ts";
export { type FirstExits, firstExits, type FirstExitTask } from "./particles/first-exit.ts";
export { type EnsembleTask, observeEnsemble, particlePaths } from "./particles/ensemble.ts";
export type { Observation } from "./particles/observation.ts";
export type { Observed } from "./particles/observer.ts";
export { graphStep, type Recursion } from "./particles/graph-step.ts";
export { type ParticleMachine, particleMachine } from "./particles/machine.ts";
export { philox } from "./random/philox.ts";
export { xoshiro128 } from "./random/xoshiro.ts";
export { scalarFunction } from "./scalar/tape.ts";
export { gpuFirstExits } from "./wgsl/gpu-first-exit.ts";
