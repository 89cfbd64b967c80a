// Diffusions: landscapes, noises, schemes, processes; what they do, and the theory it is held against.
export { gradientNoise, type NoiseShape, weightNoise } from "./noise/anisotropic.ts";
export { batchNoise } from "./noise/batch.ts";
export { constantNoise } from "./noise/constant.ts";
export { factorNoise, matrixNoise } from "./noise/constant-matrix.ts";
export { type BatchProblem, batchProblem, type FiniteSumSource } from "./noise/finite-sum.ts";
export { hessianNoise } from "./noise/hessian-shaped.ts";
export { type FactorField, graphNoise, isotropicNoise } from "./noise/isotropic.ts";
export { levyNoise } from "./noise/levy.ts";
export type {
  BatchNoise,
  GaussianNoise,
  Landscape,
  LevyNoise,
  Matrix,
  Named,
  Noise,
  ScalarField,
} from "./noise/noise.ts";
export { noNoise } from "./noise/none.ts";
export { perturbedSum } from "./noise/perturbed-sum.ts";
export { quadraticMatrixNoise, quadraticNoise } from "./noise/quadratic.ts";
export { shiftedData } from "./noise/shifted-data.ts";
export { FormulaError } from "./formula/error.ts";
export { type Formula, type FormulaOptions, parseFormula } from "./formula/parse-formula.ts";
export type { Potential } from "./potential/potential.ts";
export { type PotentialCalculus, potentialCalculus } from "./potential/calculus.ts";
export {
  type Box,
  type CriticalPoint,
  type CriticalPointOptions,
  type CriticalPoints,
  findCriticalPoints,
} from "./potential/critical-points.ts";
export { formulaPotential, type FormulaPotentialOptions } from "./potential/formula.ts";
export {
  type MinimumEnergyPath,
  minimumEnergyPath,
  type StringMethodOptions,
} from "./potential/string-method.ts";
export { sixHumpCamel, threeHumpCamel } from "./potential/catalogue/camels.ts";
export {
  catalogueLandscape,
  catalogueNames,
  type CatalogueOptions,
} from "./potential/catalogue/catalogue.ts";
export type { FiniteSum, FiniteSumLandscape } from "./potential/catalogue/finite-sum.ts";
export { himmelblau } from "./potential/catalogue/himmelblau.ts";
export type { KnownBarrier, KnownLandscape, KnownPoint } from "./potential/catalogue/landscape.ts";
export { mengToy, mengWell, mengWellSum } from "./potential/catalogue/meng2020.ts";
export { mullerBrown } from "./potential/catalogue/muller-brown.ts";
export { styblinskiTang } from "./potential/catalogue/styblinski-tang.ts";
export {
  cubicMetastable,
  doubleWell,
  mexicanHat,
  quadratic,
  tiltedDoubleWell,
} from "./potential/catalogue/wells.ts";
export { zhuToy } from "./potential/catalogue/zhu2019.ts";
export type { Exit } from "./process/exit.ts";
export { diffusionProcess, type Process, type ProcessOptions } from "./process/process.ts";
export type { Wall } from "./process/wall.ts";
export { baoab } from "./scheme/baoab.ts";
export { eulerMaruyama } from "./scheme/euler-maruyama.ts";
export { stochasticHeun } from "./scheme/heun.ts";
export { milstein } from "./scheme/milstein.ts";
export type { Orders, Scheme, Sde } from "./scheme/scheme.ts";
export { sgd } from "./scheme/sgd.ts";
export type { Convention } from "./theory/convention.ts";
export { barrier1d, barrierBetween, type Barrier } from "./theory/barrier.ts";
export { ddtSgd, type DdtSgd, type DdtSgdOptions } from "./theory/ddt-sgd.ts";
export { ddtWhiteNoise, type DdtWhiteNoiseOptions } from "./theory/ddt-white-noise.ts";
export { escapePath, flooredIntegral, type EscapePath } from "./theory/escape-path.ts";
export {
  firstPassage,
  meanFirstPassage,
  type Boundary,
  type FirstPassage,
  type FirstPassageOptions,
} from "./theory/first-passage.ts";
export { kramers } from "./theory/kramers.ts";
export type { EscapeLaw, ExitSurface } from "./theory/law.ts";
export { mori, type MoriNoise } from "./theory/mori.ts";
export { powerLaw1d, type PowerLawNoise, type PowerLawOptions } from "./theory/power-law.ts";
export { powerLawNd, type PowerLawNd } from "./theory/power-law-nd.ts";
export type { Process1d, Range } from "./theory/process.ts";
export { symmetricPowerLaw, type SymmetricBarrier } from "./theory/symmetric-power-law.ts";
export { stationaryByQuadrature, type QuadratureLaw } from "./stationary/by-quadrature.ts";
export {
  finiteBatchStationary,
  type BatchStationary,
  type QuadraticSum,
} from "./stationary/finite-batches.ts";
export { gibbs1d, gibbsLogWeight } from "./stationary/gibbs.ts";
export { kestenTail, type BatchCurvature, type KestenTail } from "./stationary/kesten.ts";
export {
  ornsteinUhlenbeckCovariance,
  stationaryLoss,
  type QuadraticSgd,
  type StationaryLoss,
} from "./stationary/ornstein-uhlenbeck.ts";
export {
  powerLawLogDensityNd,
  powerLawStationary,
  type PowerLawStationary,
  type QuadraticNoise,
} from "./stationary/power-law.ts";
export type { StationaryLaw1d } from "./stationary/stationary-law.ts";
export { lossFromMinimum } from "./stationary/transient-loss.ts";
export {
  crossoverDiffusion,
  occupancy,
  occupancyFromTimes,
  type Occupancy,
  type Well,
} from "./stationary/two-wells.ts";
export { exitTime1d, exitTime2d, type ExitTime } from "./fokker-planck/exit-time.ts";
export type { Axis } from "./fokker-planck/grid.ts";
export type { Diffusion2d, Process2d } from "./fokker-planck/process2d.ts";
export { stationary1d, stationary2d, type GridDensity } from "./fokker-planck/stationary.ts";
export type { Ensemble, Sampling } from "./occupancy/ensemble.ts";
export {
  type EnsembleOccupancy,
  ensembleOccupancy,
  type Gathering,
  type HistogramAxis,
} from "./occupancy/occupancy.ts";
export type { EscapeEstimate, EscapeStatistics, SurvivalPoints } from "./escape/estimate.ts";
export type { EscapePathSample } from "./escape/paths.ts";
export { escapeProblem, type EscapeProblem, type HostFunctions } from "./escape/problem.ts";
export {
  escapeResult,
  type EscapeResult,
  type EscapeRun,
  escapeSchema,
  type EscapeThroughput,
  type SurveyedLandscape,
} from "./escape/result.ts";
export {
  type EscapeSpec,
  type NoiseSpec,
  type PotentialSpec,
  type SchemeSpec,
  SpecError,
} from "./escape/spec.ts";
export {
  type Sweep,
  type SweepFit,
  type SweepResult,
  sweepResult,
  sweepSchema,
  withValue,
} from "./escape/sweep.ts";
export { type Theory, theoryOf } from "./escape/theory.ts";
export type { TheoryEntry } from "./escape/theory-entry.ts";
export {
  type Exits,
  joinExits,
  runWalkers,
  type WalkerRange,
  type WalkersProgress,
} from "./escape/walkers.ts";
export {
  followReplicas,
  frozen,
  type ReplicaExits,
  type ReplicaTask,
  type ReplicaTrack,
} from "./replicas/follow-replicas.ts";
export {
  quadraticModel,
  quadraticMoments,
  type QuadraticModel,
} from "./replicas/quadratic-model.ts";
export { replicaExit, type ReplicaExit } from "./replicas/replica-exit.ts";
export {
  joinReplicaExits,
  replicaResult,
  type ReplicaResult,
  type ReplicaRun,
  replicaSchema,
  type ReplicaSpec,
} from "./replicas/replica-result.ts";
export {
  type CheckpointNumbers,
  replicaTheory,
  type ReplicaTheory,
} from "./replicas/replica-theory.ts";
