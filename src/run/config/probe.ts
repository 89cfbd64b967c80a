import { z } from "zod";
import { everySteps, type Probe, probeSet, type ProbeSet } from "../../learn/index.ts";
import {
  batchSharpnessProbe,
  fullLossProbe,
  gniProbe,
  lambdaMaxProbe,
  miniBatchSharpnessProbe,
  optimizerSharpnessProbe,
  streamingBatchSharpnessProbe,
} from "../../measure/probes/index.ts";
import { count } from "./fields.ts";

const every = count.describe("steps from one measurement to the next");

/** Sampled to a relative standard error, between so many batches. */
const sampled = {
  every,
  batchSize: count.exactOptional().describe("default: training's own at the step"),
  relativeStderr: z.number().nonnegative().default(0.02),
  minSamples: z.int().min(2).default(32),
  maxSamples: z.int().min(2).default(1024),
};

export const probeConfig = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("full-loss"), every }),
    z.strictObject({
      kind: z.literal("lambda-max"),
      every,
      tolerance: z.number().positive().default(1e-3),
      samples: count.exactOptional().describe("only the first so many; default: all"),
    }),
    z.strictObject({ kind: z.literal("batch-sharpness"), ...sampled }),
    z.strictObject({ kind: z.literal("mini-batch-sharpness"), ...sampled }),
    z.strictObject({ kind: z.literal("gni"), ...sampled }),
    z
      .strictObject({ kind: z.literal("optimizer-sharpness"), ...sampled })
      .describe("of the optimiser's own step from its present state; the edge is at 2"),
    z
      .strictObject({ kind: z.literal("step-curvature"), stride: count })
      .describe("g_B·H_B·g_B and |g_B|² of training's own batch, every so many steps"),
    z
      .strictObject({
        kind: z.literal("batch-sharpness-streaming"),
        every,
        window: z.int().min(4).default(64).describe("training's own batches that are averaged"),
      })
      .describe("windowed mean over training's own batches; needs step-curvature"),
  ])
  .describe("what to measure, and how often");

export type ProbeConfig = z.infer<typeof probeConfig>;

/**
 * The probes of a config, each with draws of its own from `seed`, and the stride at which training
 * measures its own batches (0: never).
 */
export function buildProbes(
  configs: readonly ProbeConfig[],
  seed: string,
): { readonly probes: ProbeSet; readonly stride: number } {
  const probes: Probe[] = [];
  let stride = 0;
  for (const config of configs) {
    if (config.kind === "step-curvature") stride = config.stride;
    else probes.push(buildProbe(config, seed));
  }
  return { probes: probeSet(...probes), stride };
}

function buildProbe(config: Exclude<ProbeConfig, { kind: "step-curvature" }>, seed: string): Probe {
  const due = everySteps(config.every);
  switch (config.kind) {
    case "full-loss":
      return fullLossProbe({ due });
    case "lambda-max":
      return lambdaMaxProbe({ ...config, due, seed });
    case "batch-sharpness":
      return batchSharpnessProbe({ ...config, due, seed });
    case "mini-batch-sharpness":
      return miniBatchSharpnessProbe({ ...config, due, seed });
    case "gni":
      return gniProbe({ ...config, due, seed });
    case "optimizer-sharpness":
      return optimizerSharpnessProbe({ ...config, due, seed });
    case "batch-sharpness-streaming":
      return streamingBatchSharpnessProbe({ ...config, due, seed });
  }
}
