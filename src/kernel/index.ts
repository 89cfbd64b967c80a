// Loops emitted as WebAssembly. `wasm/` is the format; a family of loops is a folder.
export { axpy, combine, dot, dots, norm, subtract } from "./vector/operations.ts";
export { simdVectorSpace, type VectorSpace, vectorSpace } from "./vector/vector-space.ts";
export type { VectorDtype } from "./vector/emit.ts";
