import { availableParallelism } from "node:os";
import type { EscapeResult, EscapeSpec, Sweep, SweepResult } from "../../diffusion/index.ts";
import {
  escapeProblem,
  type EscapeProblem,
  escapeResult,
  SpecError,
  sweepResult,
  withValue,
} from "../../diffusion/index.ts";
import { writeAtomic } from "../../node/files/index.ts";
import { machineEnvironment } from "../../node/store/index.ts";
import {
  ConfigError,
  type EscapeFlags as SpecFlags,
  type EscapePlan,
  parseEscape,
  parseSweep,
  planEscape,
  type Pool,
  runEscape,
} from "../../run/index.ts";
import { exitCodes, interruptible } from "../exit.ts";
import { duration, grouped, type Output, output, short } from "../output.ts";
import { experimentWords, planWords, resultWords, sweepWords } from "./escape-words.ts";
import { escapePool } from "./escape-pool.ts";

export interface EscapeFlags extends SpecFlags {
  readonly sweep?: string | undefined;
  readonly etas?: string | undefined;
  readonly json?: string | undefined;
  readonly report?: string | undefined;
  readonly jobs?: number | undefined;
  readonly yes?: true | undefined;
  readonly quiet?: true | undefined;
}

/** A run that takes longer asks for --yes. */
const LONG_SECONDS = 600;

/** Measure the mean time to leave, and hold theory against it. */
export async function escape(flags: EscapeFlags): Promise<number> {
  const { json, report, jobs, yes, quiet } = flags;
  const spec = parseEscape(flags);
  const sweep = sweepOf(flags);
  const problems = problemsOf(spec, sweep);
  const out = output({ quiet: quiet ?? false });
  for (const line of experimentWords(problems[0])) out.say(line);
  const processes = jobs ?? availableParallelism();
  const plans = problems.map((problem) => {
    const plan = planEscape(problem, processes);
    out.say(planWords(plan, problems.length > 1 ? sweptValue(sweep!, problem) : undefined));
    return plan;
  });
  requirePatience(plans, yes ?? false);
  const { signal, release } = interruptible(() => {
    out.progress.clear();
    process.stderr.write("stopping; what has been seen is kept; press again to stop at once\n");
  });
  const seconds = plans.reduce((sum, plan) => sum + plan.seconds, 0);
  const pool = escapePool({ seconds, processes, asked: jobs !== undefined });
  try {
    const results: EscapeResult[] = [];
    let before = 0;
    for (const plan of plans) {
      const share = plan.seconds / seconds;
      const done = before;
      const result = await measured(plan, pool, {
        out,
        signal,
        fraction: (own) => done + share * own,
        pictures: sweep === undefined,
      });
      before += share;
      if (result !== undefined) results.push(result);
      if (signal.aborted) break;
    }
    out.progress.clear();
    if (results.length === 0) return exitCodes.interrupted;
    const found =
      sweep === undefined
        ? results[0]
        : sweepResult(
            spec,
            sweep.parameter,
            results.map((result, i) => ({ value: sweep.values[i], result })),
            signal.aborted,
          );
    const words = "points" in found ? sweepWords(found) : resultWords(found);
    for (const line of words) out.say(line);
    if (json !== undefined) await write(json, `${JSON.stringify(found, undefined, 1)}\n`, out);
    if (report !== undefined) await write(report, await pageOf(found), out);
    return signal.aborted ? exitCodes.interrupted : exitCodes.ok;
  } finally {
    out.progress.clear();
    release();
    await pool.close();
  }
}

function sweepOf({ sweep, etas }: EscapeFlags): Sweep | undefined {
  if (sweep !== undefined && etas !== undefined)
    throw new ConfigError("--sweep and --etas cannot both be given: --etas is a sweep of eta");
  if (etas === undefined) return sweep === undefined ? undefined : parseSweep(sweep);
  const found = parseSweep(`eta=${etas}`);
  if (found.values.length < 3)
    throw new ConfigError(`--etas must be at least 3 steps to extrapolate from, got "${etas}"`);
  return found;
}

/** One experiment, or one for each value: all are read before any is run. */
function problemsOf(spec: EscapeSpec, sweep: Sweep | undefined): EscapeProblem[] {
  try {
    const first = escapeProblem(spec);
    if (sweep === undefined) return [first];
    const names = Object.keys(first.potential.parameters);
    return sweep.values.map((value, draws) =>
      escapeProblem({ ...checked(withValue(spec, sweep.parameter, value, names)), draws }),
    );
  } catch (error) {
    if (error instanceof SpecError || error instanceof RangeError)
      throw new ConfigError(error.message, { cause: error });
    throw error;
  }
}

/** A swept number is held to the rules of the one given. */
function checked(spec: EscapeSpec): EscapeSpec {
  const bad = Object.entries({ eta: spec.eta, ...spec.noise, ...spec.scheme }).find(
    ([name, value]) =>
      typeof value === "number" && !(value >= 0) && name !== "rho" && name !== "center",
  );
  if (bad !== undefined)
    throw new RangeError(`${bad[0]} must be at least 0, got ${String(bad[1])} in the sweep`);
  if (!(spec.eta > 0)) throw new RangeError(`eta must be positive, got ${spec.eta} in the sweep`);
  return spec;
}

const sweptValue = ({ parameter }: Sweep, { spec, potential, noise, scheme }: EscapeProblem) =>
  `${parameter} = ${parameter === "eta" ? spec.eta : { ...potential.parameters, ...noise.parameters, ...scheme.parameters }[parameter]}`;

function requirePatience(plans: readonly EscapePlan[], yes: boolean): void {
  const seconds = plans.reduce((sum, plan) => sum + plan.seconds, 0);
  if (seconds <= LONG_SECONDS || yes) return;
  const [{ problem, stepsEach, pace, processes }] = plans;
  throw new ConfigError(
    `the run would take about ${long(seconds)}: ${grouped(problem.spec.walkers)} walkers of some ${grouped(Math.round(stepsEach))} steps${plans.length > 1 ? " and the rest of the sweep" : ""} at ${short(pace / 1e6)} M steps a second on ${processes} ${processes === 1 ? "process" : "processes"}; --yes runs it, fewer --walkers or a shorter --horizon make it shorter`,
  );
}

function long(seconds: number): string {
  const days = seconds / 86_400;
  return days < 2 ? duration(1000 * seconds) : `${grouped(Math.round(days))} days`;
}

async function measured(
  plan: EscapePlan,
  pool: Pool,
  {
    out,
    signal,
    fraction,
    pictures,
  }: {
    readonly out: Output;
    readonly signal: AbortSignal;
    readonly fraction: (own: number) => number;
    readonly pictures: boolean;
  },
): Promise<EscapeResult | undefined> {
  const run = await runEscape(plan, pool, {
    signal,
    onProgress({ fraction: own, exits, particleStepsPerSecond }) {
      out.progress.update(
        fraction(own),
        `${grouped(exits)} events, ${grouped(Math.round(particleStepsPerSecond / 1e6))} M particle-steps/s`,
      );
    },
  });
  if (!run.exits.steps.some((steps) => steps > 0)) return undefined;
  return escapeResult(plan.problem, plan.theory, run, pictures ? {} : { paths: 0 });
}

async function pageOf(result: EscapeResult | SweepResult): Promise<string> {
  const { escapeReport } = await import("../../report/index.ts");
  const { createDocument } = await import("../../node/dom/index.ts");
  const { thalweg, node, platform, cpu } = machineEnvironment({ name: "wasm", version: "" });
  return escapeReport(result, createDocument(), {
    command: ["thalweg", ...process.argv.slice(2).map(quoted)].join(" "),
    versions: [
      { name: "thalweg", value: thalweg },
      { name: "Node.js", value: node },
      { name: "machine", value: `${cpu}, ${platform}` },
    ],
  });
}

/** As a shell takes it. */
const quoted = (text: string) =>
  /^[\w./:=,+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

async function write(path: string, text: string, { say, style }: Output): Promise<void> {
  await writeAtomic(path, new TextEncoder().encode(text));
  say(style("dim", `written to ${path}`));
}
