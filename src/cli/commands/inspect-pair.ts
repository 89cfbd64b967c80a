import { basename } from "node:path";
import {
  type InspectComparison,
  type InspectResult,
  type Observed,
  pairedDifference,
  type Quantity,
} from "../../measure/index.ts";
import { type InspectJob, prepareFile, resultOf, runPlan } from "./inspect-file.ts";
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
  const [left, right] = [await sideOf(a, 0, job), await sideOf(b, 1, job)];
  return {
    schema: "thalweg/inspect-compare@1",
    a: left.result,
    b: right.result,
    differences: differencesOf(left, right),
  };
}

async function sideOf(path: string, index: number, job: InspectJob): Promise<Side> {
  const ready = await prepareFile(path, { ...job, observe: true });
  await using context = ready.context;
  const found = await runPlan(context, job, { index, count: 2, name: basename(path) });
  return { result: resultOf(ready, found, job), observations: new Map(context.observations) };
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
