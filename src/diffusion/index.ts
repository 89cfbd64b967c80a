// Diffusions: landscapes, noises, schemes, processes; what they do, and the theory it is held against.
export { constantNoise } from "./noise/constant.ts";
export type {
  BatchNoise,
  FiniteSum,
  GaussianNoise,
  Landscape,
  LevyNoise,
  Named,
  Noise,
} from "./noise/noise.ts";
export type { Potential } from "./potential/potential.ts";
export {
  catalogueLandscape,
  catalogueNames,
  type CatalogueOptions,
} from "./potential/catalogue/catalogue.ts";
export type { Exit } from "./process/exit.ts";
export {
  diffusionProcess,
  type Process,
  type ProcessOptions,
  type Wall,
} from "./process/process.ts";
export { eulerMaruyama } from "./scheme/euler-maruyama.ts";
export type { Scheme, Sde } from "./scheme/scheme.ts";
export type { Convention } from "./theory/convention.ts";
