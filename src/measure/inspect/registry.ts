import type { Measurement } from "./measurement.ts";
import { alignment } from "./measurements/alignment.ts";
import {
  batchSharpnessMeasurement,
  miniBatchSharpnessMeasurement,
} from "./measurements/batches.ts";
import { covarianceTop, covarianceTrace } from "./measurements/covariance.ts";
import { hessianDensity } from "./measurements/density.ts";
import { empiricalFisherTop, ggnTop, monteCarloFisherTop } from "./measurements/ggn-fisher.ts";
import { hessianBottom, hessianTop } from "./measurements/hessian-spectrum.ts";
import {
  ggnTrace,
  hessianDiagonal,
  hessianFrobenius,
  hessianTrace,
} from "./measurements/hessian-sums.ts";
import { gniMeasurement } from "./measurements/gni.ts";
import { landscape } from "./measurements/landscape.ts";
import { hessianLayers } from "./measurements/layers.ts";
import { gradient, loss } from "./measurements/loss-gradient.ts";
import { noiseScale, tailIndex } from "./measurements/noise.ts";
import { thresholds } from "./measurements/thresholds.ts";

/** Everything `--measure` can name, in the order it runs: what is cheap and wanted most comes first. */
export const measurements: readonly Measurement[] = [
  loss,
  gradient,
  hessianTop,
  hessianBottom,
  batchSharpnessMeasurement,
  covarianceTrace,
  hessianTrace,
  thresholds,
  noiseScale,
  gniMeasurement,
  alignment,
  hessianFrobenius,
  hessianDiagonal,
  hessianDensity,
  hessianLayers,
  ggnTop,
  ggnTrace,
  empiricalFisherTop,
  monteCarloFisherTop,
  covarianceTop,
  miniBatchSharpnessMeasurement,
  tailIndex,
  landscape,
];
