import { z } from "zod";
import type { Probe } from "../../learn/index.ts";
import { fullLossProbe } from "../full-loss.ts";
import { count } from "./fields.ts";

const every = count.describe("steps from one measurement to the next");

const fullLoss = z.strictObject({ kind: z.literal("full-loss"), every });

export const probeConfig = z
  .discriminatedUnion("kind", [fullLoss])
  .describe("what to measure, and how often");

export type ProbeConfig = z.infer<typeof probeConfig>;

/** The probes of a config, and the stride at which training measures its own batches (0: never). */
export function buildProbes(configs: readonly ProbeConfig[]): {
  readonly probes: readonly Probe[];
  readonly stride: number;
} {
  return { probes: configs.map((config) => fullLossProbe(config)), stride: 0 };
}
