export {
  accumulate,
  emptyMoments,
  meanEstimate,
  mergeMoments,
  momentsEstimate,
  ratioEstimate,
  studentEstimate,
  variance,
  type Estimate,
  type EstimateOptions,
  type Moments,
} from "./estimate.ts";
export { decide, type Band, type Interval } from "./decide.ts";
export {
  autocorrelationTime,
  batchMeans,
  seriesMean,
  type Autocorrelation,
} from "./autocorrelation.ts";
export { blockBootstrap, blockLength, percentile, type BootstrapOptions } from "./bootstrap.ts";
export {
  compareAbscissae,
  fitLine,
  type Line,
  type LineOptions,
  type Rival,
} from "./regression.ts";
export { mannKendall, pageTrend, pairedDifference, type TrendTest } from "./trend.ts";
export {
  constantHazardTest,
  exponentialMean,
  exponentialProfile,
  exponentialRate,
  kaplanMeier,
  type HazardTest,
  type SurvivalCurve,
} from "./survival.ts";
export { extrapolate, type Extrapolation } from "./extrapolate.ts";
export { chiSquareTest, kolmogorovTest, type FitTest } from "./fit.ts";
