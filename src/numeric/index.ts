export { axpy, dot, norm, scale, squaredNorm, type FloatArray } from "./vector.ts";
export { integrate, type Integral, type IntegrateOptions } from "./quadrature.ts";
export { matmul, matvec, transpose } from "./matrix.ts";
export { cholesky, determinant, lu, solve, solveCholesky, solveLU, type LU } from "./solve.ts";
export { continuousLyapunov, discreteLyapunov, type LyapunovSolution } from "./lyapunov.ts";
export { symmetricEigen } from "./symmetric-eigen.ts";
export {
  tridiagonalEigen,
  type EigenEnds,
  type EigenPairs,
  type EigenValues,
} from "./tridiagonal-eigen.ts";
export { logGamma, regularizedBeta, regularizedGammaP, regularizedGammaQ } from "./gamma.ts";
export { erf, erfc, normalCdf, normalDensity, normalQuantile } from "./normal.ts";
export {
  chiSquareCdf,
  chiSquareQuantile,
  chiSquareSurvival,
  fisherCdf,
  fisherQuantile,
  kolmogorovCdf,
  kolmogorovSurvival,
  studentCdf,
  studentQuantile,
} from "./distributions.ts";
export { editDistance, nearestWord } from "./nearest-word.ts";
export { nestedDissection } from "./nested-dissection.ts";
export {
  emptyTriplets,
  sparseRows,
  sparseTranspose,
  type SparseRows,
  type Triplets,
} from "./sparse.ts";
export {
  absorptionResidual,
  absorptionReward,
  reduceStates,
  stationaryLaw,
  type MarkovChain,
  type ReducedChain,
} from "./state-reduction.ts";
