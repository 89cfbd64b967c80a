// Loops emitted as WebAssembly. `wasm/` is the format; a family of loops is a folder.
export { combine, dots, norm, subtract } from "./vector/operations.ts";
export { type VectorSpace, vectorSpace } from "./vector/vector-space.ts";
export { scalarFunction } from "./scalar/tape.ts";
