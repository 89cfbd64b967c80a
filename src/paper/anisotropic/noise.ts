// Gaussian noise of a chosen covariance, drawn on the host and added to the full gradient.
import {
  add,
  dot as dotTensors,
  mean,
  reshape,
  sizeOf,
  sliceAxis,
  type Tensor,
  valueAndGrad,
} from "../../graph/index.ts";
import type { NoiseSource } from "../../learn/index.ts";
import { axpy, dot, type FloatArray, squaredNorm } from "../../numeric/index.ts";
import { fillNormal, type Stream } from "../../random/index.ts";

/** A covariance by which noise can be drawn. */
export type Covariance =
  | { readonly kind: "none" }
  /** variance·I. */
  | { readonly kind: "isotropic"; readonly variance: number }
  | { readonly kind: "diagonal"; readonly variances: Float64Array }
  /** Σ ccᵀ over the columns. */
  | { readonly kind: "columns"; readonly columns: readonly FloatArray[] };

/** A draw of N(0, covariance), times `factor`. */
export function fillNoise(
  covariance: Covariance,
  draws: Stream,
  out: FloatArray,
  factor = 1,
): void {
  switch (covariance.kind) {
    case "none":
      out.fill(0);
      return;
    case "isotropic":
      fillNormal(draws, 0, out);
      for (let i = 0; i < out.length; i++) out[i] *= factor * Math.sqrt(covariance.variance);
      return;
    case "diagonal":
      fillNormal(draws, 0, out);
      for (let i = 0; i < out.length; i++) out[i] *= factor * Math.sqrt(covariance.variances[i]);
      return;
    case "columns": {
      const weights = new Float64Array(covariance.columns.length);
      fillNormal(draws, 0, weights);
      out.fill(0);
      covariance.columns.forEach((column, k) => axpy(factor * weights[k], column, out));
      return;
    }
  }
}

export function traceOf(covariance: Covariance, dimension: number): number {
  switch (covariance.kind) {
    case "none":
      return 0;
    case "isotropic":
      return dimension * covariance.variance;
    case "diagonal":
      return covariance.variances.reduce((sum, v) => sum + v, 0);
    case "columns":
      return covariance.columns.reduce((sum, c) => sum + squaredNorm(c), 0);
  }
}

/** The covariance times a factor. */
export function scaled(covariance: Covariance, factor: number): Covariance {
  switch (covariance.kind) {
    case "none":
      return covariance;
    case "isotropic":
      return { kind: "isotropic", variance: factor * covariance.variance };
    case "diagonal":
      return { kind: "diagonal", variances: covariance.variances.map((v) => factor * v) };
    case "columns":
      return {
        kind: "columns",
        columns: covariance.columns.map((c) => c.map((v) => Math.sqrt(factor) * v)),
      };
  }
}

/** Tr(HΣ) and Tr(HΣHΣ) for a dense H, row-major. */
export function curvatureTraces(
  covariance: Covariance,
  hessian: Float64Array,
  dimension: number,
): { readonly trace: number; readonly square: number } {
  let [trace, square] = [0, 0];
  if (covariance.kind === "columns") {
    const { columns } = covariance;
    const images = columns.map((c) =>
      Float64Array.from({ length: dimension }, (_, i) =>
        dot(hessian.subarray(i * dimension, (i + 1) * dimension), c),
      ),
    );
    columns.forEach((c, k) => {
      trace += dot(c, images[k]);
      images.forEach((image) => (square += dot(c, image) ** 2));
    });
    return { trace, square };
  }
  const variance = (i: number) => {
    if (covariance.kind === "none") return 0;
    return covariance.kind === "isotropic" ? covariance.variance : covariance.variances[i];
  };
  for (let i = 0; i < dimension; i++) {
    trace += variance(i) * hessian[i * (dimension + 1)];
    for (let j = 0; j < dimension; j++)
      square += variance(i) * variance(j) * hessian[i * dimension + j] ** 2;
  }
  return { trace, square };
}

/** Training by the full gradient and whatever `fill` draws for a step. Its trace row is ‖ε‖², of which the trace is the mean. */
export function drawnNoise(
  fill: (draws: Stream, step: number, out: FloatArray) => void,
): NoiseSource {
  return {
    name: "drawn",
    slices: (parameterCount) => [[parameterCount]],
    fill: (draws, step, [out]) => fill(draws, step, out),
    gradient({ parameters, x, y, perSampleLoss, slices: [flat] }) {
      const full = (p: readonly Tensor[]) => mean(perSampleLoss(p, x, y));
      const [loss, gradient] = valueAndGrad(full)(parameters);
      let offset = 0;
      const noisy = gradient.map((g) => {
        const own = sliceAxis(flat, 0, offset, (offset += sizeOf(g.shape)));
        return add(g, reshape(own, g.shape));
      });
      return { loss, gradient: noisy, trace: dotTensors(flat, flat) };
    },
  };
}
