import { availableParallelism } from "node:os";
import { replicaResult, type ReplicaResult } from "../../diffusion/index.ts";
import { folderStore } from "../../node/store/index.ts";
import {
  ConfigError,
  parseRunEscape,
  planReplicas,
  type ReplicaPlan,
  replicaSubject,
  type Run,
  type RunEscapeFlags,
  runReplicas,
  stateAt,
  type Workplace,
} from "../../run/index.ts";
import { exitCodes } from "../exit.ts";
import { grouped, type Output } from "../output.ts";
import { pageOf, writeText } from "./escape-files.ts";
import { requirePatience } from "./escape-patience.ts";
import { escapePool } from "./escape-pool.ts";
import { replicaPlanWords, replicaWords, subjectWords } from "./escape-run-words.ts";
import { atWork, warnings } from "./workplace.ts";

export interface EscapeRunFlags extends RunEscapeFlags {
  readonly runs: string;
  readonly json?: string | undefined;
  readonly report?: string | undefined;
  readonly jobs?: number | undefined;
  readonly yes?: true | undefined;
  readonly quiet?: true | undefined;
}

/** Measure how long replicas of a run take to leave the minimum that a checkpoint lies in. */
export async function escapeRun(flags: EscapeRunFlags): Promise<number> {
  const { runs, json, report, jobs, yes, quiet } = flags;
  const input = parseRunEscape(flags);
  const run = await folderStore(runs).open(input.run);
  requireReached(run, input.at);
  return atWork({ threads: 1, quiet }, async (workplace, out) => {
    const bytes = await checkpointOf(run, input.at, workplace, out);
    const processes = jobs ?? availableParallelism();
    const subject = await replicaSubject(run, bytes, input, workplace);
    for (const line of subjectWords(subject)) out.say(line);
    const signal = workplace.signal!;
    const plan = await planReplicas(workplace.runtime, subject, processes, signal);
    out.say(replicaPlanWords(plan));
    requirePatience(plan.seconds, yes ?? false, "fewer --walkers or a shorter --horizon");
    const found = await measured(plan, run, bytes, jobs !== undefined, signal, out);
    if (found === undefined) return exitCodes.interrupted;
    for (const line of replicaWords(found)) out.say(line);
    if (json !== undefined) await writeText(json, `${JSON.stringify(found, undefined, 1)}\n`, out);
    if (report !== undefined) await writeText(report, await pageOf(found), out);
    return signal.aborted ? exitCodes.interrupted : exitCodes.ok;
  });
}

function requireReached(run: Run, at: number): void {
  const reached = run.status().step;
  if (at > reached)
    throw new ConfigError(`--at must be a step from 0 to ${reached}, which ${run.id} has reached, got ${at}`); // prettier-ignore
}

function checkpointOf(run: Run, at: number, workplace: Workplace, out: Output) {
  return stateAt(run, at, workplace, {
    ...warnings(out),
    onProgress: (step) =>
      out.progress.update(step / at, `repeating ${run.id} up to step ${grouped(at)}`),
  });
}

async function measured(
  plan: ReplicaPlan,
  run: Run,
  bytes: Uint8Array,
  asked: boolean,
  signal: AbortSignal,
  out: Output,
): Promise<ReplicaResult | undefined> {
  const { seconds, processes, subject } = plan;
  await using pool = escapePool({ seconds, processes, asked });
  const kept = run.checkpoints().includes(subject.spec.at);
  const source = { place: run.place, bytes: kept ? undefined : bytes };
  const found = await runReplicas(plan, source, pool, {
    signal,
    onProgress({ fraction, exits, particleStepsPerSecond }) {
      out.progress.update(
        fraction,
        `${grouped(exits)} events, ${grouped(Math.round(particleStepsPerSecond))} replica-steps/s`,
      );
    },
  });
  out.progress.clear();
  if (!found.exits.steps.some((steps) => steps > 0)) return undefined;
  return replicaResult({ ...subject, theory: plan.theory }, found);
}
