import { covarianceFactor } from "../../problem/batches.ts";
import { gni as sampledGni, gniMeter } from "../../sharpness/gni.ts";
import { gniOfMoments } from "../../sharpness/gni-closed-form.ts";
import { type Context, observesSamples } from "../context.ts";
import type { Measurement } from "../measurement.ts";
import { observedGni } from "../observed-noise.ts";
import { estimated, exactly, measured, nothing } from "../quantities.ts";
import type { Quantity } from "../result.ts";
import { average, batchShare, eoss, notEnumerated } from "./batches.ts";
import { curvatureCost } from "./noise.ts";

/** Below this ‖∇L‖ the quantity is undefined. */
const least = 1e-8;
const flat = "the gradient vanishes: ‖∇L‖ is below 1e-8";

export const gniMeasurement: Measurement = {
  name: "gni",
  about: "gradient–noise interaction, mean over batches of g_BᵀHg_B, over ‖∇L‖²",
  citations: [eoss],
  cost: (context) => ({
    // A quadratic form and a gradient of each batch, where batches are drawn.
    products: drawsBatches(context)
      ? 256 * 0.4 + batchShare(context, 256) / 2
      : curvatureCost(context, "gni"),
    setups: drawsBatches(context) ? 3 : 0,
    vectors: 20,
  }),
  run: async (context) => ({
    measurements: {
      gni:
        context.batches().count !== undefined
          ? await ofAllBatches(context)
          : drawsBatches(context)
            ? await ofDrawnBatches(context)
            : await ofMoments(context),
    },
  }),
};

/** Samples of different weight have no closed form, and a standard error that was asked for takes as many batches as it takes. */
function drawsBatches({ asked, problem, settings }: Context): boolean {
  return (asked && !settings.exact) || problem.data.weights !== undefined || problem.mixesSamples === true; // prettier-ignore
}

async function ofAllBatches(context: Context): Promise<Quantity> {
  const { runtime, problem, point, settings, options } = context;
  const sampler = context.batches();
  const count = sampler.count!;
  await using meter = await gniMeter(runtime, problem, settings.batch, options);
  const g2 = await meter.setPoint(point);
  const method = `all ${count} batches`;
  return Math.sqrt(g2) >= least
    ? exactly(average(await meter.quadratics(sampler, 0, count)) / g2, method, { samples: count })
    : nothing(method, "undefined", flat);
}

async function ofDrawnBatches(context: Context): Promise<Quantity> {
  const { runtime, problem, point, settings, options } = context;
  const sampler = context.batches();
  await using meter = await gniMeter(runtime, problem, settings.batch, options);
  const found = await sampledGni(meter, point, sampler, {
    ...settings.rule,
    minGradientNorm: least,
  });
  if (settings.observe && found.status !== "undefined")
    context.observations.set("gni", {
      of: "batches",
      seed: sampler.seed,
      means: [{ values: await meter.quadratics(sampler, 0, found.samples), power: 1 }],
      scale: 1 / (await meter.setPoint(point)),
    });
  return estimated(found, found.status === "undefined" ? { note: flat } : notEnumerated(context));
}

/** From ḡᵀHḡ and Tr(HΣ), which the noise scales are of too. */
async function ofMoments(context: Context): Promise<Quantity> {
  const { settings } = context;
  const batches = { batchSize: settings.batch, replacement: settings.replacement };
  const moments = await context.moments();
  if (!(Math.sqrt(moments.squaredMean) >= least))
    return nothing("(ḡᵀHḡ + Tr(H·Cov g_B))/‖ḡ‖²", "undefined", flat);
  if (!(moments.trace > 0)) return ofDrawnBatches(context);
  const curvature = await context.curvature();
  if (observesSamples(context) && !settings.exact) {
    const share = covarianceFactor(moments.count, settings.batch, settings.replacement);
    context.observations.set("gni", observedGni(moments, curvature, share, context.draws("curvature").seed)); // prettier-ignore
  }
  return measured(gniOfMoments(moments, curvature, batches));
}
