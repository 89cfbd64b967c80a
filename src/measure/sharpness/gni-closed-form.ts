import { covarianceFactor } from "../problem/batches.ts";
import type { CurvatureMoments, GradientMoments } from "../noise/moments.ts";
import { type Exact, isEstimate, type Measured } from "../noise/measured.ts";

export interface GniClosedForm {
  readonly batchSize: number;
  readonly replacement: boolean;
}

/**
 * The gradient–noise interaction without a single batch, of samples that count alike:
 *
 *     E_B[g_BᵀHg_B]/‖ḡ‖² = (ḡᵀHḡ + s·Tr(HΣ))/‖ḡ‖²,   Cov(g_B) = s·Σ.
 *
 * ḡᵀHḡ and ‖ḡ‖² are sums over all samples, so that the only error is that of Tr(HΣ); with every sample,
 * or with a batch of all of them, there is none. `gni` draws batches in its place.
 */
export function gniOfMoments(
  { count, squaredMean }: Pick<GradientMoments, "count" | "squaredMean">,
  { alongGradient, trHSigma }: Pick<CurvatureMoments, "alongGradient" | "trHSigma">,
  batches: GniClosedForm,
): Measured {
  const { batchSize, replacement } = batches;
  const share = covarianceFactor(count, batchSize, replacement);
  const method = "(ḡᵀHḡ + Tr(H·Cov g_B))/‖ḡ‖²";
  const of = (t: number) => (alongGradient + share * t) / squaredMean;
  const value = of(trHSigma.value);
  const exact: Exact = { value, samples: count, method };
  if (share === 0 || !isEstimate(trHSigma)) return exact;
  const { low, high, stderr } = trHSigma;
  return {
    ...trHSigma,
    value,
    stderr: (share * stderr) / squaredMean,
    low: of(low),
    high: of(high),
    method: `${method}; Tr(HΣ): ${trHSigma.method}`,
  };
}
