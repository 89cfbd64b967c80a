export * from "./problem/batches.ts";
export {
  dimension,
  gatherSamples,
  type Likelihood,
  type Network,
  networkProblem,
  type ParameterShape,
  type Problem,
  requireSeparable,
} from "./problem/problem.ts";
export { type ParameterBlock, parameterBlocks, type Range } from "./problem/parameter-blocks.ts";
export * from "./problem/problem-subset.ts";
export { trainingProblem } from "./problem/training-problem.ts";

export * from "./operators/batch-hessian.ts";
export * from "./operators/block.ts";
export {
  preconditionedOperator,
  productOperator,
  scaledOperator,
  shiftedOperator,
  sumOperator,
  symmetrizedProductOperator,
  type Term,
} from "./operators/combine.ts";
export * from "./operators/data-sum.ts";
export * from "./operators/fisher.ts";
export * from "./operators/gauss-newton.ts";
export * from "./operators/gradient.ts";
export * from "./operators/gradient-covariance.ts";
export * from "./operators/hessian.ts";
export * from "./operators/operator.ts";
export * from "./operators/optimiser-preconditioner.ts";
export * from "./operators/parameter-operator.ts";
export * from "./operators/projected.ts";
export * from "./operators/second-moment.ts";

export { type LanczosTridiagonal, lanczosTridiagonal } from "./spectra/krylov.ts";
export * from "./spectra/conjugate-gradients.ts";
export * from "./spectra/density.ts";
export * from "./spectra/eigenpairs.ts";
export type { InverseOptions, InverseProduct } from "./spectra/inverse-product.ts";
export * from "./spectra/lanczos.ts";
export * from "./spectra/minres.ts";
export * from "./spectra/quadrature.ts";
export * from "./spectra/spectral-sum.ts";

export * from "./traces/index.ts";

export {
  type BatchDirection,
  type BatchQuadratics,
  batchQuadratics,
  type Quadratics,
} from "./sharpness/batch-quadratics.ts";
export * from "./sharpness/batch-sharpness.ts";
export * from "./sharpness/batch-sharpness-ratio.ts";
export * from "./sharpness/exhaustive.ts";
export * from "./sharpness/gni.ts";
export * from "./sharpness/mini-batch-sharpness.ts";
export * from "./sharpness/optimizer-sharpness.ts";
export type { BatchEstimate, StopRule } from "./sharpness/sequential.ts";

export * from "./per-sample/index.ts";

export * from "./stability/contraction.ts";
export * from "./stability/hessian-squares.ts";
export * from "./stability/lines.ts";
export * from "./stability/mean-square.ts";
export * from "./stability/sharpness-by-batch-size.ts";
export * from "./stability/subspace.ts";
export * from "./stability/thresholds.ts";

export * from "./landscape/axes.ts";
export * from "./landscape/flatness.ts";
export * from "./landscape/loss-meter.ts";
export * from "./landscape/slice.ts";

export * from "./noise/alignment.ts";
export * from "./noise/conditioning.ts";
export * from "./noise/coordinate-moments.ts";
export * from "./noise/eigenspace.ts";
export * from "./noise/gradient-tail-index.ts";
export * from "./noise/gradient-tests.ts";
export { type Exact, isEstimate, type Measured, standardError } from "./noise/measured.ts";
export * from "./noise/moments.ts";
export * from "./noise/noise-scale.ts";
export * from "./noise/sharp-samples.ts";
export {
  tailIndex,
  type TailIndex,
  tailIndexCaveat,
  type TailIndexOptions,
} from "./noise/tail-index.ts";

export * from "./noise-sources/index.ts";
export * from "./probes/index.ts";
export * from "./tracking/tracker.ts";
export * from "./tracking/tracking-plan.ts";

export * from "./inspect/index.ts";
