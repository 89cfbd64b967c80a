import { z } from "zod";
import type { NoiseSource } from "../../learn/index.ts";
import {
  constantNoise,
  diagonalNoise,
  isotropicNoise,
  resamplingNoise,
  sdeNoise,
} from "../../measure/noise-sources/index.ts";

/** In place of mini-batches: the full gradient and noise of this law, as large as a batch's. */
export const noiseConfig = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("isotropic") }),
    z.strictObject({ kind: z.literal("diagonal") }),
    z.strictObject({ kind: z.literal("resampling") }),
    z.strictObject({ kind: z.literal("constant"), magnitude: z.number().nonnegative() }),
    z.strictObject({
      kind: z.literal("sde"),
      imitates: z.number().positive().describe("learning rate of the SGD that is imitated"),
    }),
  ])
  .describe("the full gradient with noise of a chosen law added, in place of mini-batches");

export type NoiseConfig = z.infer<typeof noiseConfig>;

export function buildNoise(config: NoiseConfig): NoiseSource {
  switch (config.kind) {
    case "isotropic":
      return isotropicNoise;
    case "diagonal":
      return diagonalNoise;
    case "resampling":
      return resamplingNoise;
    case "constant":
      return constantNoise(config.magnitude);
    case "sde":
      return sdeNoise(config.imitates);
  }
}
