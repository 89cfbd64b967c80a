// The sharpness family: from random batches to a relative standard error, or over all batches.
import { squaredNorm } from "../../../numeric/index.ts";
import { batchHessian } from "../../operators/batch-hessian.ts";
import {
  type BatchQuadratics,
  batchQuadratics,
  type Quadratics,
} from "../../sharpness/batch-quadratics.ts";
import { batchSharpness } from "../../sharpness/batch-sharpness.ts";
import { batchSharpnessRatio } from "../../sharpness/batch-sharpness-ratio.ts";
import { miniBatchSharpness } from "../../sharpness/mini-batch-sharpness.ts";
import { lanczos } from "../../spectra/lanczos.ts";
import { sharpnessByBatchSize } from "../../stability/sharpness-by-batch-size.ts";
import { substream } from "../../../random/index.ts";
import { type Context, mostBatches } from "../context.ts";
import type { Measurement, Part } from "../measurement.ts";
import { estimated, exactly, measured, nothing } from "../quantities.ts";
import type { Quantity } from "../result.ts";

export const eoss =
  "Andreyev, Beneventano (2024), Edge of stochastic stability, https://arxiv.org/abs/2412.20553";

/** Of a pass over all samples. */
export const batchShare = ({ problem, settings }: Context, batches: number) =>
  (batches * settings.batch) / problem.data.count;

export const batchSharpnessMeasurement: Measurement = {
  name: "batch-sharpness",
  about: "mean over batches of g_BᵀH_Bg_B/‖g_B‖², and the ratio of the means",
  citations: [eoss],
  cost: (context) => ({
    // A batch takes a little more than its samples do in a product.
    products: 1.2 * batchShare(context, 256) * (context.plan.figures ? 8 : 1),
    vectors: 3,
  }),
  async run(context): Promise<Part> {
    const { sharpness, ratio } = await batchSharpnessOf(context);
    const measurements = { "batch-sharpness": sharpness, "batch-sharpness-ratio": ratio };
    if (!context.plan.figures || context.problem.mixesSamples) return { measurements };
    const { runtime, problem, point } = context;
    const curve = await sharpnessByBatchSize(runtime, problem, point, context.draws("sizes"), {
      maxSamples: 256,
      relativeStderr: 0.05,
    });
    return {
      measurements,
      figures: {
        batchSizes: curve.map((own) => ({
          batchSize: own.batchSize,
          batchSharpness:
            "status" in own.batchSharpness
              ? estimated(own.batchSharpness)
              : measured(own.batchSharpness),
        })),
      },
    };
  },
};

/** Batch sharpness and its ratio of means, which the thresholds want too. */
export function batchSharpnessOf(
  context: Context,
): Promise<{ sharpness: Quantity; ratio: Quantity }> {
  return context.once("batch-sharpness", async () => {
    const { runtime, problem, point, settings } = context;
    const sampler = context.batches();
    await using meter = await batchQuadratics(runtime, problem, settings.batch);
    const quadratics = remembering(meter);
    if (sampler.count !== undefined) {
      const { curvature, gradient } = await inCalls(sampler.count, (from, to) =>
        quadratics.measure(point, sampler, from, to),
      );
      const ratios = curvature.flatMap((c, i) => (gradient[i] > 0 ? [c / gradient[i]] : []));
      const left = curvature.length - ratios.length;
      const rest = { samples: ratios.length, ...(left > 0 && { excluded: left }) };
      const method = `all ${sampler.count} batches`;
      return {
        sharpness: ratios.length === 0 ? flat(method) : exactly(average(ratios), method, rest),
        ratio:
          ratios.length === 0
            ? flat(method)
            : exactly(average(curvature) / average(gradient), method, rest),
      };
    }
    const { rule } = settings;
    const note = notEnumerated(context);
    const sharpness = await batchSharpness(quadratics, point, sampler, rule);
    const ratio = await batchSharpnessRatio(quadratics, point, sampler, rule);
    if (settings.observe) {
      const count = Math.max(sharpness.samples, ratio.samples);
      const { curvature, gradient } = await quadratics.measure(point, sampler, 0, count);
      const about = { of: "batches" as const, seed: sampler.seed };
      const own = { values: curvature.map((c, i) => c / gradient[i]), power: 1 };
      const above = { values: curvature, power: 1 };
      const below = { values: gradient, power: -1 };
      context.observations.set("batch-sharpness", { ...about, means: [own] });
      context.observations.set("batch-sharpness-ratio", { ...about, means: [above, below] });
    }
    return { sharpness: estimated(sharpness, note), ratio: estimated(ratio, note) };
  });
}

/** Batches of one point and sampler, each measured once: the mean of ratios and the ratio of means share them. */
function remembering(quadratics: BatchQuadratics): BatchQuadratics {
  const known: Quadratics = { curvature: [], slope: [], gradient: [] };
  return {
    ...quadratics,
    async measure(point, sampler, from, to) {
      const have = known.curvature.length;
      if (to > have) {
        const more = await quadratics.measure(point, sampler, have, to);
        for (const key of ["curvature", "slope", "gradient"] as const)
          known[key].push(...more[key]);
      }
      return {
        curvature: known.curvature.slice(from, to),
        slope: known.slope.slice(from, to),
        gradient: known.gradient.slice(from, to),
      };
    },
  };
}

export const miniBatchSharpnessMeasurement: Measurement = {
  name: "mini-batch-sharpness",
  about: "mean over batches of the largest eigenvalue of H_B",
  citations: [eoss],
  cost: (context) => ({ products: batchShare(context, 64) * 20, vectors: 50 }),
  async run(context, _, signal) {
    const { runtime, problem, point, settings } = context;
    const sampler = context.batches();
    await using hessians = await batchHessian(runtime, problem, settings.batch);
    const draws = context.draws("mini-batch-sharpness");
    if (sampler.count !== undefined) {
      let sum = 0;
      for (let i = 0; i < sampler.count; i++) {
        signal?.throwIfAborted();
        const { gradient: start, hessian } = await hessians.at(point, sampler.rows(i));
        const zero = squaredNorm(start) === 0;
        const { pairs } = await lanczos(hessian, substream(draws, i), {
          ...(!zero && { start }),
          tolerance: 1e-6,
        });
        sum += pairs[0].value;
      }
      const method = `all ${sampler.count} batches, Lanczos on each`;
      return {
        measurements: {
          "mini-batch-sharpness": exactly(sum / sampler.count, method, { samples: sampler.count }),
        },
      };
    }
    const found = await miniBatchSharpness(hessians, point, sampler, draws, {
      ...settings.rule,
      maxSamples: Math.min(128, settings.rule.maxSamples ?? 128),
    });
    const { unconverged, values } = found;
    if (settings.observe)
      context.observations.set("mini-batch-sharpness", {
        of: "batches",
        seed: sampler.seed,
        means: [{ values, power: 1 }],
      });
    const note =
      unconverged > 0
        ? { note: `${unconverged} batches had not converged: a lower bound of theirs went in` }
        : notEnumerated(context);
    return { measurements: { "mini-batch-sharpness": estimated(found, note) } };
  },
};

/** What is said where `exact` was asked for and the batches are too many. */
export function notEnumerated({ settings, problem }: Context): { note?: string } {
  if (!settings.exact) return {};
  return {
    note: settings.replacement
      ? "batches with replacement are not enumerated: estimated"
      : `too large for --exact: batches of ${settings.batch} out of ${problem.data.count} are more than ${mostBatches}; estimated`,
  };
}

const flat = (method: string) => nothing(method, "undefined", "every batch's gradient is 0");

/** Batches 0 … count − 1 in calls of a thousand. */
async function inCalls(
  count: number,
  measure: (
    from: number,
    to: number,
  ) => Promise<{ readonly curvature: readonly number[]; readonly gradient: readonly number[] }>,
): Promise<{ curvature: number[]; gradient: number[] }> {
  const all = { curvature: [] as number[], gradient: [] as number[] };
  for (let from = 0; from < count; from += 1000) {
    const { curvature, gradient } = await measure(from, Math.min(count, from + 1000));
    all.curvature.push(...curvature);
    all.gradient.push(...gradient);
  }
  return all;
}

export function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
