import { z } from "zod";
import { ConfigError } from "./config-error.ts";
import type { EscapeFlags } from "./escape.ts";
import { count, positive, seed } from "./fields.ts";
import { problemsOf } from "./problems.ts";

/** An escape from a run's checkpoint as the command line says it; what it leaves out the run decides. */
export const runEscapeInput = z.strictObject({
  run: z.string().min(1),
  at: z.int().nonnegative(),
  exit: z.string().min(1).max(100_000),
  eta: positive.exactOptional(),
  batchSize: count.exactOptional(),
  walkers: count.default(64),
  replicas: count.exactOptional(),
  every: count.exactOptional(),
  samples: count.exactOptional(),
  /** In the time of the equation: steps times η. */
  horizon: positive.exactOptional(),
  seed: seed.default("1"),
});

export type RunEscapeInput = z.infer<typeof runEscapeInput>;

export interface RunEscapeFlags extends EscapeFlags {
  readonly run?: string | undefined;
  readonly at?: number | undefined;
  readonly sweep?: string | undefined;
  readonly etas?: string | undefined;
}

/** What a run says itself, or has nothing of. */
const foreign = [
  "potential",
  "dimension",
  "diffusion",
  "noise",
  "start",
  "reflect",
  "precision",
  "generator",
  "convention",
  "scheme",
  "target",
  "sweep",
  "etas",
] as const;

const settings = ["replicas", "every", "samples"];

const flagOf: Readonly<Record<string, string>> = {
  batchSize: "--batch",
  replicas: "--set replicas",
  every: "--set every",
  samples: "--set samples",
};

/**
 * The input that flags describe.
 *
 * @throws ConfigError with a line for each flag that is wrong.
 */
export function parseRunEscape(flags: RunEscapeFlags): RunEscapeInput {
  const { run, at, exit, eta, batch, walkers, horizon, seed: from } = flags;
  const stray = foreign.find((name) => flags[name] !== undefined);
  if (stray !== undefined)
    throw new ConfigError(
      `--${stray} cannot be given with --run: the run says what is trained, and its mini-batches are the noise`,
    );
  for (const [flag, value] of [
    ["--at", at],
    ["--exit", exit],
  ])
    // prettier-ignore
    if (value === undefined) throw new ConfigError(`${flag} is missing: --run needs it`);
  const raw: Record<string, unknown> = {
    run,
    at,
    exit,
    ...given("eta", eta),
    ...given("batchSize", batch),
    ...given("walkers", walkers),
    ...given("horizon", horizon),
    ...(from !== undefined && { seed: from }),
  };
  for (const text of flags.set ?? []) {
    const [, name, value] = /^([A-Za-z][A-Za-z0-9]*)=(.+)$/s.exec(text) ?? [];
    if (name === undefined || !settings.includes(name))
      throw new ConfigError(
        `--set must be one of ${settings.join(", ")} with its value, such as every=10, got "${text}"`,
      );
    raw[name] = numberOrText(value);
  }
  const parsed = runEscapeInput.safeParse(raw);
  if (parsed.success) return parsed.data;
  const lines = problemsOf(runEscapeInput, raw, parsed.error.issues).map(({ path, message }) => {
    const name = String(path[0]);
    return message.replace(name, flagOf[name] ?? `--${name}`);
  });
  throw new ConfigError(lines.join("\n"));
}

const given = (name: string, text: string | undefined) =>
  text === undefined ? {} : { [name]: numberOrText(text) };

const numberOrText = (text: string): number | string =>
  text.trim() === "" || Number.isNaN(Number(text)) ? text : Number(text);
