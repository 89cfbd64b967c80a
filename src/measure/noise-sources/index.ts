export {
  constantNoise,
  diagonalNoise,
  diagonalNoiseWithin,
  isotropicNoise,
  isotropicNoiseWithin,
} from "./gaussian.ts";
export type { MomentOptions } from "./moments.ts";
export { resamplingNoise, sdeNoise } from "./resampling.ts";
