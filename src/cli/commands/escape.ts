import { availableParallelism } from "node:os";
import { setImmediate } from "node:timers/promises";
import type { EscapeResult, EscapeSpec, Sweep } from "../../diffusion/index.ts";
import {
  escapeProblem,
  type EscapeProblem,
  escapeResult,
  SpecError,
  sweepResult,
  withValue,
} from "../../diffusion/index.ts";
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
import { grouped, type Output, output, short } from "../output.ts";
import { pageOf, writeText } from "./escape-files.ts";
import { requirePatience } from "./escape-patience.ts";
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

/** Measure the mean time to leave, and hold theory against it. */
export async function escape(flags: EscapeFlags): Promise<number> {
  const { json, report, jobs, yes, quiet } = flags;
  const spec = parseEscape(flags);
  const sweep = sweepOf(flags);
  const problems = problemsOf(spec, sweep);
  const out = output({ quiet: quiet ?? false });
  const processes = jobs ?? availableParallelism();
  const { signal, release } = interruptible(() => {
    out.progress.clear();
    process.stderr.write("stopping; what has been seen is kept; press again to stop at once\n");
  });
  try {
    for (const line of experimentWords(problems[0])) out.say(line);
    const plans = problems.map((problem) => {
      const plan = planEscape(problem, processes);
      out.say(planWords(plan, problems.length > 1 ? sweptValue(sweep!, problem) : undefined));
      return plan;
    });
    requireTime(plans, yes ?? false);
    await setImmediate(); // planning holds the thread: a signal is heard now
    signal.throwIfAborted();
    await using pool = escapePool({
      seconds: total(plans),
      processes,
      asked: jobs !== undefined,
    });
    const results = await measuredAll(plans, pool, { out, signal, pictures: sweep === undefined });
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
    if (json !== undefined) await writeText(json, `${JSON.stringify(found, undefined, 1)}\n`, out);
    if (report !== undefined) await writeText(report, await pageOf(found), out);
    return signal.aborted ? exitCodes.interrupted : exitCodes.ok;
  } finally {
    out.progress.clear();
    release();
  }
}

const total = (plans: readonly EscapePlan[]) =>
  plans.reduce((sum, { seconds }) => sum + seconds, 0);

/** One plan after the other; those that the signal leaves without a walker have no result. */
async function measuredAll(
  plans: readonly EscapePlan[],
  pool: Pool,
  about: { readonly out: Output; readonly signal: AbortSignal; readonly pictures: boolean },
): Promise<EscapeResult[]> {
  const results: EscapeResult[] = [];
  const seconds = total(plans);
  let before = 0;
  for (const plan of plans) {
    const share = plan.seconds / seconds;
    const done = before;
    const result = await measured(plan, pool, { ...about, fraction: (own) => done + share * own });
    before += share;
    if (result !== undefined) results.push(result);
    if (about.signal.aborted) break;
  }
  about.out.progress.clear();
  return results;
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

function requireTime(plans: readonly EscapePlan[], yes: boolean): void {
  const [{ problem, stepsEach, pace, processes }] = plans;
  requirePatience(
    plans.reduce((sum, plan) => sum + plan.seconds, 0),
    yes,
    "fewer --walkers or a shorter --horizon",
    `: ${grouped(problem.spec.walkers)} walkers of some ${grouped(Math.round(stepsEach))} steps${plans.length > 1 ? " and the rest of the sweep" : ""} at ${short(pace / 1e6)} M steps a second on ${processes} ${processes === 1 ? "process" : "processes"}`,
  );
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
