import { availableParallelism } from "node:os";
import { writeAtomic } from "../../node/files/index.ts";
import { nodeRuntime } from "../../node/ort/node-runtime.ts";
import { abortable, type InspectComparison, type InspectResult } from "../../measure/index.ts";
import { ConfigError, parseInspect, parseMemory } from "../../run/index.ts";
import { exitCodes, interruptible } from "../exit.ts";
import { type Output, output } from "../output.ts";
import { inspectCheckpoints } from "./inspect-checkpoints.ts";
import { inspectFile, type InspectJob } from "./inspect-file.ts";
import { inspectPair } from "./inspect-pair.ts";

export interface InspectFlags {
  readonly json?: string | undefined;
  readonly report?: string | undefined;
  readonly parquet?: string | undefined;
  readonly weights?: string | undefined;
  readonly map?: string | undefined;
  readonly vectors?: string | undefined;
  readonly threads?: number | undefined;
  readonly quiet?: true | undefined;
  readonly [flag: string]: unknown;
}

/** Measure one model, one over checkpoints, or the difference of two. */
export async function inspectCommand(
  models: readonly string[],
  { json, report, parquet, weights, map, vectors, threads, quiet, ...flags }: InspectFlags,
): Promise<number> {
  const config = parseInspect(withoutAbsent(flags));
  if (models.length > 2)
    throw new ConfigError(`inspect takes one model or two to compare, got ${models.length}`);
  if (weights !== undefined && models.length > 1)
    throw new ConfigError("--weights takes one model, got two");
  if (weights === undefined && parquet !== undefined)
    throw new ConfigError("--parquet needs --weights");
  if (weights === undefined && config.optimizerState === undefined && map !== undefined)
    throw new ConfigError("--map needs --weights or --optimizer-state");
  for (const [flag, value] of [
    ["--vectors", vectors],
    ["--optimizer-state", config.optimizerState],
  ] as const)
    // prettier-ignore
    if (value !== undefined && models.length > 1)
      throw new ConfigError(`${flag} takes one model, got two`);
  const out = output({ quiet: quiet ?? false });
  const { signal, release } = interruptible(() => {
    out.progress.clear();
    process.stderr.write("stopping; what is finished is kept; press again to stop at once\n");
  });
  await using runtime = nodeRuntime({ threads: threads ?? availableParallelism(), arena: false });
  const job: InspectJob = {
    runtime: abortable(runtime, signal),
    signal,
    out,
    config,
    figures: report !== undefined,
    ...(map !== undefined && { map }),
    ...(vectors !== undefined && { vectors }),
  };
  try {
    const result =
      models.length === 2
        ? await inspectPair(models[0], models[1], job)
        : weights === undefined
          ? await inspectFile(models[0], job)
          : await inspectCheckpoints(models[0], { ...job, weights, parquet });
    out.progress.clear();
    await told(result, out);
    warnOfSize(result, config.memory, out);
    if (json !== undefined) await write(json, `${JSON.stringify(result, undefined, 1)}\n`, out);
    if (report !== undefined) await write(report, await pageOf(result), out);
    const stopped = result.schema === "thalweg/inspect@1" ? result.interrupted : result.a.interrupted || result.b.interrupted; // prettier-ignore
    return stopped ? exitCodes.interrupted : exitCodes.ok;
  } finally {
    out.progress.clear();
    release();
  }
}

async function told(result: InspectResult | InspectComparison, out: Output): Promise<void> {
  const { comparisonWords, inspectWords } = await import("../../report/index.ts");
  if (result.schema !== "thalweg/inspect@1") {
    for (const line of comparisonWords(result)) out.say(line);
    for (const [side, { missing }] of [
      ["A", result.a],
      ["B", result.b],
    ] as const)
      for (const { name, reason } of missing) out.warn(`${side}: ${name}: ${reason}`);
    return;
  }
  const { measured, answer, more, caveats } = inspectWords(result);
  for (const part of [measured, answer, more, caveats])
    if (part.length > 0) out.say(`\n${part.join(" ")}`);
  for (const { name, reason } of result.missing) out.warn(`${name}: ${reason}`);
}

/** What is compiled and read may take more than it was given. */
function warnOfSize(
  result: InspectResult | InspectComparison,
  memory: string | undefined,
  out: Output,
): void {
  const last = result.schema === "thalweg/inspect@1" ? result : result.b;
  const peak = last.cost.peakBytes ?? 0;
  if (memory !== undefined && peak > parseMemory(memory))
    out.warn(`the process has grown to ${Math.ceil(peak / 1e6)} MB, beyond --memory ${memory}`);
}

async function pageOf(result: InspectResult | InspectComparison): Promise<string> {
  const { inspectReport } = await import("../../report/index.ts");
  const { createDocument } = await import("../../node/dom/index.ts");
  return inspectReport(result, createDocument());
}

async function write(path: string, text: string, { say, style }: Output): Promise<void> {
  await writeAtomic(path, new TextEncoder().encode(text));
  say(style("dim", `written to ${path}`));
}

function withoutAbsent(flags: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
}
