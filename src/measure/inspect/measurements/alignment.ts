import { eigenvectorNoise } from "../../noise/eigenspace.ts";
import {
  aHat,
  alignmentByProbes,
  alignmentCosine,
  alignmentRatio,
  type ProbeAlignment,
} from "../../noise/alignment.ts";
import type { Measured } from "../../noise/measured.ts";
import type { GradientMoments } from "../../noise/moments.ts";
import { type Context, isSmall } from "../context.ts";
import type { Measurement } from "../measurement.ts";
import { observedAlignment } from "../observed-noise.ts";
import { measured, nothing } from "../quantities.ts";
import type { Quantity } from "../result.ts";
import { alignsByTrace, exactMethod, tooLarge, traceCost, tracedHessian } from "./hessian-sums.ts";
import { curvatureCost } from "./noise.ts";

/** Vectors that both matrices multiply, where none are shared with the trace. */
const probes = 96;

export const alignment: Measurement = {
  name: "alignment",
  about: "how gradient noise and curvature align",
  citations: [
    "Zhu, Wu, Yu, Wu, Ma (2019), The anisotropic noise in stochastic gradient descent, https://arxiv.org/abs/1803.00195",
  ],
  cost(context) {
    if (!alignsByTrace(context)) {
      const exact = context.settings.exact && isSmall(context);
      return { products: 0, blocked: 2 * (exact ? context.dimension : probes), vectors: 60 };
    }
    return {
      products: curvatureCost(context, "alignment"),
      blocked: traceCost(context, "alignment"),
      vectors: 60,
    };
  },
  async run(context) {
    const parts = await partsOf(context);
    const { observations, settings } = context;
    const note = tooLarge(context);
    const { top } = await context.hessianPairs();
    const [along] = await eigenvectorNoise(
      context.runtime,
      context.problem,
      context.point,
      top.slice(0, 1),
      context.options,
    );
    const { probed } = parts;
    if (settings.observe && probed)
      for (const [name, observed] of observedAlignment(
        probed,
        along.noise / along.value,
        context.draws("alignment").seed,
      ))
        observations.set(name, observed);
    const exact = (value: number, method: string): Measured => ({ value, method });
    const guarded = (method: string, of: () => Measured): Quantity => {
      try {
        return measured(of(), note);
      } catch (error) {
        return nothing(method, "not-meaningful", (error as Error).message);
      }
    };
    const { trH, trSigma, trHSigma } = parts;
    return {
      measurements: {
        alignment: {
          trHSigma: measured(trHSigma, note),
          ratio: parts.ratio
            ? measured(parts.ratio, note)
            : nothing("P·Tr(HΣ)/(Tr H·Tr Σ)", "not-meaningful", "a trace is not told from 0"),
          cosine: parts.cosine
            ? measured(parts.cosine, note)
            : nothing("Tr(HΣ)/(‖H‖_F‖Σ‖_F)", "undefined", "a norm is 0"),
          aHat: guarded("u₁ᵀΣu₁·Tr H/(λ₁·Tr Σ)", () =>
            aHat(
              exact(along.noise, "variance of slopes"),
              exact(along.value, "Lanczos"),
              trH,
              trSigma,
            ),
          ),
        },
      },
    };
  },
};

/** From the trace's probes, and from what the noise scales know: Tr Σ exactly, Tr(HΣ) by drawn samples. */
async function sharedParts(context: Context, moments: GradientMoments): Promise<Parts> {
  const { trace: trH, aligned } = await tracedHessian(context);
  const { trHSigma } = await context.curvature();
  const trSigma: Measured = {
    value: moments.trace,
    samples: moments.count,
    method: "sum over the samples' squared gradients",
  };
  const ratio = told(() => alignmentRatio(context.dimension, trHSigma, trH, trSigma));
  return {
    trH,
    trSigma,
    trHSigma,
    ...(ratio && { ratio }),
    ...(aligned?.cosine && { cosine: aligned.cosine }),
  };
}

/** undefined where a denominator is not told from 0. */
function told(of: () => Measured): Measured | undefined {
  try {
    return of();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

interface Parts {
  readonly trH: Measured;
  readonly trSigma: Measured;
  readonly trHSigma: Measured;
  readonly ratio?: Measured;
  readonly cosine?: Measured;
  /** Where probes were drawn. */
  readonly probed?: ProbeAlignment;
}

async function partsOf(context: Context): Promise<Parts> {
  const { settings, dimension } = context;
  if (alignsByTrace(context)) {
    const moments = await context.moments();
    if (moments.trace > 0) return sharedParts(context, moments);
  }
  if (!(settings.exact && isSmall(context))) {
    const draws = context.draws("alignment");
    const [hessian, sigma] = [await context.hessian(), await context.covariance()];
    const probed = await alignmentByProbes(hessian, sigma, draws, { probes });
    return { ...probed, probed };
  }
  const hessian = await context.exactSums("hessian");
  const sigma = await context.exactSums("covariance");
  const method = exactMethod(context);
  const exact = (value: number): Measured => ({ value, method });
  const { trHSigma: sum } = await context.curvature();
  const trHSigma: Measured = { ...sum, method: "sum over all samples of (gᵢ−ḡ)ᵀH(gᵢ−ḡ)" };
  const [trH, trSigma] = [exact(hessian.trace), exact(sigma.trace)];
  return {
    trH,
    trSigma,
    trHSigma,
    ...(hessian.trace * sigma.trace !== 0 && {
      ratio: alignmentRatio(dimension, trHSigma, trH, trSigma),
    }),
    ...(hessian.frobenius * sigma.frobenius !== 0 && {
      cosine: alignmentCosine(trHSigma, exact(hessian.frobenius), exact(sigma.frobenius)),
    }),
  };
}
