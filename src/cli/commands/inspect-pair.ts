import { basename } from "node:path";
import {
  type InspectComparison,
  type InspectResult,
  observesSamples,
  type Observed,
  pairedDifference,
  type Quantity,
} from "../../measure/index.ts";
import { type InspectJob, prepareFile, type Ready, resultOf, runPlan } from "./inspect-file.ts";
import { scalarsOf } from "./inspect-scalars.ts";

interface Side {
  readonly result: InspectResult;
  readonly observations: ReadonlyMap<string, Observed>;
}

/** Two models on the same samples, with the same batches and probes, and b − a of every number both have. */
export async function inspectPair(
  a: string,
  b: string,
  job: InspectJob,
): Promise<InspectComparison> {
  const jobs = { ...job, observe: true } as const;
  const first = await prepareFile(a, jobs);
  const second = await prepareFile(b, jobs);
  await shareDraws(first, second, job.signal);
  const [left, right] = [await sideOf(first, 0, job), await sideOf(second, 1, job)];
  return {
    schema: "thalweg/inspect-compare@1",
    a: left.result,
    b: right.result,
    differences: differencesOf(left, right),
  };
}

/**
 * The samples that Tr(HΣ) is estimated from are drawn for the noise of both models alike, where the plan
 * wants them: the same for both, so that their differences are paired.
 */
async function shareDraws(
  { context: a }: Ready,
  { context: b }: Ready,
  signal: AbortSignal,
): Promise<void> {
  const wanted = a.plan.steps.some(({ measurement }) => measurement.name === "noise-scale" || measurement.name === "gni"); // prettier-ignore
  if (!wanted || a.settings.exact || ![a, b].every(observesSamples)) return;
  try {
    const [own, other] = [await a.moments(), await b.moments()];
    if (!(own.trace > 0 && other.trace > 0)) return;
    a.shareDraws(other);
    b.shareDraws(own);
  } catch (error) {
    // What is wrong with a model is said when it is measured, and so is an interruption.
    if (!(signal.aborted || error instanceof RangeError || error instanceof TypeError)) throw error;
  }
}

async function sideOf(ready: Ready, index: number, job: InspectJob): Promise<Side> {
  await using context = ready.context;
  const began = performance.now();
  const name = basename(ready.file.file);
  const found = await runPlan(context, job, { index, count: 2, name });
  return {
    result: resultOf({ ...ready, began }, found, job),
    observations: new Map(context.observations),
  };
}

function differencesOf(a: Side, b: Side): Record<string, Quantity> {
  const [left, right] = [scalarsOf(a.result), scalarsOf(b.result)];
  const differences: Record<string, Quantity> = {};
  for (const [name, own] of Object.entries(left)) {
    const other = right[name];
    if (other === undefined || own.value === null || other.value === null) continue;
    // The difference of two bounds bounds nothing.
    if (own.status === "lower-bound" || other.status === "lower-bound") continue;
    const [before, after] = [a.observations.get(name), b.observations.get(name)];
    differences[name] =
      (before && after && pairedDifference(before, after)) ?? unpaired(own, other);
  }
  return differences;
}

/** Errors added in squares, as if nothing were shared: too wide where something is. */
function unpaired(a: Quantity, b: Quantity): Quantity {
  const value = b.value! - a.value!;
  const stderr = Math.hypot(a.stderr ?? 0, b.stderr ?? 0);
  return stderr === 0
    ? { value, method: "difference of two numbers without error bars" }
    : {
        value,
        stderr,
        low: value - 1.96 * stderr,
        high: value + 1.96 * stderr,
        level: 0.95,
        method: "unpaired: errors added in squares",
      };
}
