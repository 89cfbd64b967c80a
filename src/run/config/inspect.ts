import { z } from "zod";
import type { OptimiserSpec } from "../../learn/index.ts";
import type { StopRule } from "../../measure/index.ts";
import { nearestWord } from "../../numeric/index.ts";
import { ConfigError } from "./config-error.ts";
import { count, loss, positive, seed } from "./fields.ts";
import { problemsOf } from "./problems.ts";

/** What the flags of `thalweg inspect` may say, by their names in camel case. */
export const inspectConfig = z.strictObject({
  data: z.string().min(1),
  loss,
  target: z.string().exactOptional(),
  samples: count.exactOptional(),
  batch: count.exactOptional(),
  learningRate: positive.exactOptional(),
  weightDecay: z.number().nonnegative().exactOptional(),
  optimizer: z.string().default("sgd"),
  optimizerState: z.string().exactOptional(),
  classWeights: z.string().exactOptional(),
  ignoreIndex: z.int().exactOptional(),
  batchnorm: z.enum(["stored", "batch"]).default("stored"),
  measure: z.string().exactOptional(),
  until: z.string().exactOptional(),
  exact: z.boolean().default(false),
  replacement: z.boolean().default(false),
  precision: z.enum(["f32", "f64"]).exactOptional(),
  memory: z.string().exactOptional(),
  freeze: z.array(z.string()).exactOptional(),
  only: z.array(z.string()).exactOptional(),
  untie: z.boolean().default(false),
  output: z.string().exactOptional(),
  seed: seed.default("0"),
});

export type InspectConfig = z.infer<typeof inspectConfig>;

/** @throws ConfigError with a line for each flag that is wrong. */
export function parseInspect(flags: Readonly<Record<string, unknown>>): InspectConfig {
  const parsed = inspectConfig.safeParse(flags);
  if (parsed.success) return parsed.data;
  const lines = problemsOf(inspectConfig, flags, parsed.error.issues).map(({ path, message }) => {
    const [name] = path.map(String);
    if (name === "data" && flags.data === undefined) return "--data is missing: a file is needed";
    return message.replace(name, `--${name.replaceAll(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`);
  });
  throw new ConfigError(lines.join("\n"));
}

const kinds = ["sgd", "momentum", "nesterov", "adam", "adamw", "rmsprop"] as const;

/** `sgd`, `momentum:0.9`, `nesterov:0.9`, `adam`, `adamw`, `rmsprop`; `adam:0.9:0.99` names β₁ and β₂, `rmsprop:0.9` its α. */
export function parseOptimizer(text: string, weightDecay?: number): OptimiserSpec {
  const [word, argument] = text.split(":");
  const kind = kinds.find((own) => own === word);
  if (kind === undefined) {
    const near = nearestWord(word, kinds);
    throw new ConfigError(
      `--optimizer must be one of ${kinds.join(", ")}, got "${word}"${near === undefined ? "" : `; did you mean "${near}"?`}`,
    );
  }
  const decay = weightDecay === undefined ? {} : { weightDecay };
  if (kind === "momentum" || kind === "nesterov") {
    const momentum = argument === undefined ? 0.9 : Number(argument);
    if (!(momentum >= 0 && momentum < 1))
      throw new ConfigError(`--optimizer ${kind} takes a momentum in [0, 1), got "${argument}"`);
    return { kind, momentum, ...decay };
  }
  if (argument === undefined) return { kind, ...decay };
  if (kind === "sgd")
    throw new ConfigError(`--optimizer sgd takes no argument, got ":${argument}"`);
  const numbers = text.split(":").slice(1).map(Number);
  const wanted = kind === "rmsprop" ? 1 : 2;
  if (numbers.length !== wanted || !numbers.every((own) => own >= 0 && own < 1))
    throw new ConfigError(
      `--optimizer ${kind} takes ${kind === "rmsprop" ? "its α" : "β₁ and β₂, as adam:0.9:0.99,"} in [0, 1), got "${text}"`,
    );
  return kind === "rmsprop"
    ? { kind, alpha: numbers[0], ...decay }
    : { kind, beta1: numbers[0], beta2: numbers[1], ...decay };
}

/** `stderr<1%` or `stderr<0.01`. */
export function parseUntil(text: string): StopRule {
  const match = /^\s*stderr\s*<\s*([0-9.]+(?:e-?\d+)?)\s*(%?)\s*$/.exec(text);
  const value = match ? Number(match[1]) / (match[2] === "%" ? 100 : 1) : NaN;
  if (!(value > 0 && value < 1))
    throw new ConfigError(`--until must be such as stderr<1%, got "${text}"`);
  return { relativeStderr: value, maxSamples: 100_000 };
}

const units: Readonly<Record<string, number>> = { "": 1, K: 1e3, M: 1e6, G: 1e9 };

/** `2GB`, `512MB`, `1000000`. */
export function parseMemory(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([KMG]?)i?B?$/i.exec(text.trim());
  const bytes = match ? Number(match[1]) * units[match[2].toUpperCase()] : NaN;
  if (!(bytes >= 1e6))
    throw new ConfigError(`--memory must be at least 1MB, such as 2GB, got "${text}"`);
  return bytes;
}
