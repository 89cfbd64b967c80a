import { z } from "zod";
import { knownDatasets } from "../../data/index.ts";
import { ConfigError } from "./config-error.ts";
import { batchSize, count, data, loss, positive, sampler, seed } from "./fields.ts";
import { modelConfig } from "./model.ts";
import { noiseConfig } from "./noise.ts";
import { optimizer } from "./optimizer.ts";
import { applyOverrides, type Override } from "./override.ts";
import { probeConfig } from "./probe.ts";
import { problemsOf, type Problem } from "./problems.ts";
import type { ConfigText } from "./text.ts";

/** The one truth about a training's config: types, checks and the JSON Schema come from it. */
export const trainingSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[\w][\w.-]*$/, "must be letters, digits, dots, dashes and underscores")
    .exactOptional()
    .describe("of the run and its folder; default: model and data"),
  model: modelConfig,
  data,
  loss: loss.default("cross-entropy"),
  optimizer,
  batchSize,
  sampler: sampler.default({ kind: "epochs", last: "keep" }),
  steps: count.describe("in all, counted from the run's beginning"),
  precision: z.enum(["float32", "float64"]).default("float32"),
  seed: seed.default("1").describe("of the first parameters"),
  orderSeed: seed.exactOptional().describe("of the data order and injected noise; default: seed"),
  noise: noiseConfig.exactOptional(),
  probes: z.array(probeConfig).default([]),
  checkpointEvery: count.exactOptional().describe("steps; default: a tenth of all"),
  stop: z
    .strictObject({ lossBelow: positive, every: count.default(100) })
    .exactOptional()
    .describe("end early where the loss over all samples, looked at every so many steps, is below"),
});

/** A config as a person writes it. */
export type TrainingInput = z.input<typeof trainingSchema>;

type Parsed = z.infer<typeof trainingSchema>;
type Data = Parsed["data"] & { standardise: NonNullable<Parsed["data"]["standardise"]> };

/** A complete config: every choice and every seed said. */
export type TrainingConfig = Omit<Parsed, "data"> & {
  readonly name: string;
  readonly data: Data;
  readonly orderSeed: string;
  readonly checkpointEvery: number;
};

/** The JSON Schema of what a person writes, for editors. */
export function trainingJsonSchema(): object {
  return z.toJSONSchema(trainingSchema, { io: "input" });
}

/**
 * Check a config and complete it with its defaults.
 *
 * @throws ConfigError with one line for each thing that is wrong, at its place in the text where
 * there is one.
 */
export function parseTraining(
  raw: unknown,
  options: { readonly overrides?: readonly Override[]; readonly text?: ConfigText } = {},
): TrainingConfig {
  const { overrides = [], text } = options;
  const input = applyOverrides(raw, overrides);
  const result = trainingSchema.safeParse(input);
  const problems = result.success
    ? inconsistencies(result.data)
    : problemsOf(trainingSchema, input, result.error.issues);
  if (problems.length > 0 || !result.success)
    throw new ConfigError(problems.map((problem) => told(problem, overrides, text)).join("\n"));
  return complete(result.data);
}

function told(problem: Problem, overrides: readonly Override[], text?: ConfigText): string {
  const from = overrides.findLast(
    ({ path }) =>
      problem.path.length >= path.length && path.every((key, i) => key === String(problem.path[i])),
  );
  const origin = from?.origin ?? text?.place(problem);
  return origin === undefined ? problem.message : `${origin}: ${problem.message}`;
}

/** Rules between several keys. */
function inconsistencies({ batchSize: size, data, sampler, probes }: Parsed): Problem[] {
  const problems: Problem[] = [];
  const most = sampler.kind === "with-replacement" ? Infinity : (data.count ?? Infinity);
  if (typeof size === "number" && size > most)
    problems.push({
      path: ["batchSize"],
      atKey: false,
      message: `batchSize must be at most data.count, ${data.count}, got ${size}`,
    });
  // Rows and what a checkpoint remembers go by the kind's name.
  const kinds = probes.map(({ kind }) => kind);
  for (const [i, kind] of kinds.entries())
    if (kinds.indexOf(kind) < i)
      problems.push({
        path: ["probes", i],
        atKey: false,
        message: `probes must have each kind once, got a second ${kind}`,
      });
  return problems;
}

/** A model from elsewhere was made for data as they are stored. */
function usualScaling({ model, data }: Parsed): Data["standardise"] {
  if (model.kind === "onnx") return "none";
  return Object.hasOwn(knownDatasets, data.name) ? "global" : "feature";
}

function complete(parsed: Parsed): TrainingConfig {
  const { data } = parsed;
  const base = data.name
    .split(/[/\\]/)
    .at(-1)!
    .replaceAll(/[^\w.-]/g, "-");
  return {
    ...parsed,
    name: parsed.name ?? `${parsed.model.kind}-${base.replace(/^[.-]+/, "") || "data"}`,
    data: {
      ...data,
      standardise: data.standardise ?? usualScaling(parsed),
    },
    orderSeed: parsed.orderSeed ?? parsed.seed,
    checkpointEvery: parsed.checkpointEvery ?? Math.ceil(parsed.steps / 10),
  };
}
