export { constantNoise, diagonalNoise, isotropicNoise } from "./gaussian.ts";
export { resamplingNoise, sdeNoise } from "./resampling.ts";
