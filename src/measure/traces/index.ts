export {
  probeVector,
  type ProbeDistribution,
  type ProbeEstimate,
  type EstimatorOptions,
} from "./probe.ts";
export { skewedMeanEstimate } from "./skewed-mean.ts";
export { hutchinsonTrace, quadraticForms } from "./hutchinson.ts";
export {
  hutchPlusPlus,
  hutchPlusPlusValues,
  type HutchPlusPlusOptions,
} from "./meyer2021-hutchpp.ts";
export { xtrace, xtraceValues } from "./epperly2024-xtrace.ts";
export { estimateDiagonal, type DiagonalEstimate } from "./diagonal.ts";
export { frobeniusNorm, type FrobeniusEstimate } from "./frobenius.ts";
export { exactSums, type ExactSums } from "./exact-sums.ts";
